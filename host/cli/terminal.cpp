#include "cli/terminal.hpp"

#include <algorithm>
#include <cstdlib>

#include <sys/ioctl.h>
#include <unistd.h>

namespace banger::cli {
namespace {

/// Length of the colour sequence at the start of `text`, 0 when there is none.
std::size_t escape_length(std::string_view text) {
    if (text.size() < 2 || text[0] != '\033' || text[1] != '[') {
        return 0;
    }
    const std::size_t end = text.find('m');
    return end == std::string_view::npos ? text.size() : end + 1;
}

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

int columns(int fd) {
    winsize size{};
    const int real = ::ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
    const char* variable = std::getenv("COLUMNS");
    if (const int value = variable != nullptr ? std::atoi(variable) : 0; value > 0) {
        // Exported: what somebody wants; but what is wider than a terminal cannot be drawn again.
        return real > 0 ? std::min(value, real) : value;
    }
    return real > 0 ? real : 80;
}

} // namespace

std::string Terminal::paint(std::string_view code, std::string_view text) const {
    if (!colour || text.empty()) {
        return std::string(text);
    }
    return "\033[" + std::string(code) + "m" + std::string(text) + "\033[0m";
}

Terminal terminal_of(int fd) {
    Terminal terminal;
    terminal.tty = ::isatty(fd) == 1;
    if (terminal.tty) {
        const char* no_color = std::getenv("NO_COLOR");
        const char* term = std::getenv("TERM");
        terminal.colour = (no_color == nullptr || *no_color == '\0') && term != nullptr &&
                          std::string_view(term) != "dumb";
        terminal.width = columns(fd);
    }
    return terminal;
}

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        if (const std::size_t skip = escape_length(text); skip > 0) {
            text.remove_prefix(skip);
            continue;
        }
        width += is_continuation(text.front()) ? 0 : 1;
        text.remove_prefix(1);
    }
    return width;
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
    if (width == 0) {
        return std::string(text);
    }
    std::string result;
    std::size_t used = indent; // columns of the line
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, end);
        const std::size_t columns = display_width(word);
        if (used > indent && used + 1 + columns > width) {
            result += "\n" + std::string(indent, ' ');
            used = indent;
        } else if (used > indent) {
            result += ' ';
            ++used;
        }
        result += word;
        used += columns;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return result;
}

std::string fitted(std::string_view text, std::size_t width) {
    if (display_width(text) <= width) {
        return std::string(text);
    }
    std::string result;
    std::size_t used = 0;
    bool coloured = false;
    while (!text.empty() && (used + 1 < width || is_continuation(text.front()))) {
        if (const std::size_t skip = escape_length(text); skip > 0) {
            result += text.substr(0, skip);
            text.remove_prefix(skip);
            coloured = true;
            continue;
        }
        used += is_continuation(text.front()) ? 0 : 1;
        result += text.front();
        text.remove_prefix(1);
    }
    if (width > 0) {
        result += "…";
    }
    return coloured ? result + "\033[0m" : result;
}

} // namespace banger::cli
