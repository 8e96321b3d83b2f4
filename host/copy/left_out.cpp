#include "copy/left_out.hpp"

#include "cli/console_text.hpp"

namespace banger::copy {
namespace {

constexpr std::size_t most_lines = 20;

} // namespace

void LeftOut::add(const std::string& line) {
    if (count_++ < most_lines) {
        first_.push_back(cli::plain_line(line));
    }
}

std::vector<std::string> LeftOut::lines() const {
    std::vector<std::string> lines = first_;
    if (count_ > lines.size()) {
        lines.push_back(std::to_string(count_ - lines.size()) + " more");
    }
    return lines;
}

} // namespace banger::copy
