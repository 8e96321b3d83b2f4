#include "cli/console_text.hpp"

#include <algorithm>

namespace banger::cli {
namespace {

constexpr std::size_t longest_sequence = 64;

bool is_colour(const std::string& sequence) {
    return sequence.back() == 'm' &&
           sequence.find_first_not_of("0123456789;") == sequence.size() - 1;
}

/// U+0080 to U+009F in UTF-8: some terminals take U+009B for the begin of a sequence.
std::string without_c1(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x80 && byte <= 0x9f && result.ends_with('\xc2')) {
            result.pop_back(); // what is before may make one with what is behind: it is looked at
        } else {
            result += c;
        }
    }
    return result;
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
    ConsoleFilter filter;
    std::string text = without_c1(filter.filter(raw));
    for (std::size_t at = text.find('\033'); at != std::string::npos; at = text.find('\033', at)) {
        text.erase(at, text.find('m', at) - at + 1); // only colours are left
    }
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) {
        text.pop_back();
    }
    return text;
}

std::string plain_line(std::string_view text) {
    std::string line = plain_text(text);
    std::replace(line.begin(), line.end(), '\n', ' ');
    return line;
}

} // namespace banger::cli
