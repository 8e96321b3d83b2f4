#include "os/utf8.hpp"

namespace banger::os {
namespace {

/// Bytes of the well-formed sequence at the front; 0 when it is malformed.
std::size_t sequence(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto tail = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
        return i < text.size() && byte(i) >= low && byte(i) <= high;
    };
    const unsigned first = byte(0);
    if (first < 0x80) {
        return 1;
    }
    if (first >= 0xc2 && first <= 0xdf) {
        return tail(1) ? 2 : 0;
    }
    if (first >= 0xe0 && first <= 0xef) {
        const unsigned low = first == 0xe0 ? 0xa0 : 0x80;
        const unsigned high = first == 0xed ? 0x9f : 0xbf;
        return tail(1, low, high) && tail(2) ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const unsigned low = first == 0xf0 ? 0x90 : 0x80;
        const unsigned high = first == 0xf4 ? 0x8f : 0xbf;
        return tail(1, low, high) && tail(2) && tail(3) ? 4 : 0;
    }
    return 0;
}

} // namespace

bool acts_on_terminal(std::string_view sequence) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
    switch (sequence.size()) {
    case 1:
        return byte(0) < 0x20 || byte(0) == 0x7f;
    case 2: // U+0080 to U+009F, U+061C
        return (byte(0) == 0xc2 && byte(1) >= 0x80 && byte(1) <= 0x9f) ||
               (byte(0) == 0xd8 && byte(1) == 0x9c);
    case 3: // U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069
        return byte(0) == 0xe2 && ((byte(1) == 0x80 && (byte(2) == 0x8e || byte(2) == 0x8f ||
                                                        (byte(2) >= 0xaa && byte(2) <= 0xae))) ||
                                   (byte(1) == 0x81 && byte(2) >= 0xa6 && byte(2) <= 0xa9));
    default:
        return false;
    }
}

bool is_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const std::size_t length = sequence(text);
        if (length == 0) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

std::string one_line(std::string_view text, std::size_t limit) {
    constexpr std::string_view replacement = "\xef\xbf\xbd";
    std::string line;
    while (!text.empty()) {
        if (line.size() >= limit) {
            return line + "... (" + std::to_string(text.size()) + " more bytes)";
        }
        const std::size_t length = sequence(text);
        if (length == 0) {
            line += replacement;
        } else if (acts_on_terminal(text.substr(0, length))) {
            line += ' ';
        } else {
            line += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return line;
}

} // namespace banger::os
