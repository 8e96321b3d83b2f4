#include "cli/console_text.hpp"

#include "os/utf8.hpp"

#include <algorithm>

namespace banger::cli {
namespace {

constexpr std::size_t longest_sequence = 64;

bool is_colour(const std::string& sequence) {
    return sequence.back() == 'm' &&
           sequence.find_first_not_of("0123456789;") == sequence.size() - 1;
}

/// How many bytes has the character at its end, where that acts on the terminal and is no C0 one?
/// Bytes of what is no UTF-8 may make one, too.
std::size_t acting_end(std::string_view text) {
    for (const std::size_t size : {2U, 3U}) {
        if (text.size() >= size && os::acts_on_terminal(text.substr(text.size() - size))) {
            return size;
        }
    }
    return 0;
}

std::string without_acting(std::string_view text) {
    std::string result;
    for (const char c : text) {
        result += c; // what is before one may make another with what is behind: it is looked at
        result.resize(result.size() - acting_end(result));
    }
    return result;
}

/// The colours that Terminal paints with, and their end.
constexpr std::string_view ours[] = {"\033[0m",  "\033[1m",  "\033[2m",
                                     "\033[31m", "\033[32m", "\033[33m"};

std::size_t own_colour(std::string_view text) {
    for (const std::string_view colour : ours) {
        if (text.starts_with(colour)) {
            return colour.size();
        }
    }
    return 0;
}

std::string stripped(std::string_view raw) {
    ConsoleFilter filter;
    std::string text = without_acting(filter.filter(raw));
    for (std::size_t at = text.find('\033'); at != std::string::npos; at = text.find('\033', at)) {
        text.erase(at, text.find('m', at) - at + 1); // only colours are left
    }
    return text;
}

} // namespace

std::string ConsoleFilter::filter(std::string_view bytes) {
    std::string result;
    for (const char c : bytes) {
        switch (state_) {
        case State::text:
            if (c == '\033') {
                state_ = State::escape;
            } else if (static_cast<unsigned char>(c) >= 0x20 ? c != '\177'
                                                             : c == '\n' || c == '\t') {
                result += c;
            }
            break;
        case State::escape:
            sequence_.clear();
            // OSC, DCS, SOS, PM and APC carry a text up to BEL or ESC backslash.
            state_ = c == '['                                                      ? State::sequence
                     : std::string_view("]PX^_").find(c) != std::string_view::npos ? State::string
                     : c >= 0x20 && c <= 0x2f                                      ? State::escape
                                                                                   : State::text;
            break;
        case State::sequence:
            sequence_ += c;
            if (c >= 0x40 && c <= 0x7e) {
                state_ = State::text;
                if (is_colour(sequence_)) {
                    result += "\033[" + sequence_;
                }
            } else if (sequence_.size() > longest_sequence) {
                state_ = State::text;
            }
            break;
        case State::string:
            state_ = c == '\a' ? State::text : c == '\033' ? State::string_escape : State::string;
            break;
        case State::string_escape:
            state_ = c == '\\' ? State::text : State::string;
            break;
        }
    }
    return result;
}

std::string plain_text(std::string_view raw) {
    std::string text = stripped(raw);
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) {
        text.pop_back();
    }
    return text;
}

std::string shown_text(std::string_view text, bool colours) {
    std::string result;
    std::string_view last = ours[0];
    while (!text.empty()) {
        std::size_t end = colours ? text.find("\033[") : std::string_view::npos;
        while (end != std::string_view::npos && own_colour(text.substr(end)) == 0) {
            end = text.find("\033[", end + 1);
        }
        result += stripped(text.substr(0, end));
        if (end == std::string_view::npos) {
            break;
        }
        last = text.substr(end, own_colour(text.substr(end)));
        result += last;
        text.remove_prefix(end + last.size());
    }
    return last == ours[0] ? result : result + std::string(ours[0]);
}

std::string shown_line(std::string_view text, bool colours) {
    std::string line = shown_text(text, colours);
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
    return line;
}

std::string plain_line(std::string_view text) {
    std::string line = plain_text(text);
    std::replace(line.begin(), line.end(), '\n', ' ');
    return line;
}

} // namespace banger::cli
