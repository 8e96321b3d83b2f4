#include "lines.hpp"

namespace imagebuild {

void Lines::add(std::string_view bytes) {
    for (const char c : bytes) {
        if (c == '\n' || rest_.size() >= most_) {
            tell();
        }
        if (c == '\r') { // a program that draws over its line: the last one counts
            rest_.clear();
        } else if (c != '\n') {
            rest_ += c;
        }
    }
}

void Lines::finish() {
    if (!rest_.empty()) {
        tell();
    }
}

void Lines::tell() {
    const std::string line = std::exchange(rest_, {});
    line_(line);
}

} // namespace imagebuild
