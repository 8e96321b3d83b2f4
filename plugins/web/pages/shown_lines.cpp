#include "shown_lines.hpp"

#include "render/ansi.hpp"

namespace web {

std::vector<std::string> shown_lines(std::string_view text) {
    AnsiText reader;
    reader.feed(text);
    std::vector<std::string> lines;
    for (const AnsiLine& line : reader.take()) {
        lines.push_back(line.plain());
    }
    return lines;
}

} // namespace web
