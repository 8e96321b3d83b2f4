#include "percent.hpp"

#include <array>
#include <cstdint>

namespace web {
namespace {

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// Bytes that follow a first byte, and the least code point that needs so many (RFC 3629).
struct Sequence {
    int more;
    std::uint32_t least, bits;
};
std::optional<Sequence> sequence(unsigned char first) {
    if (first < 0x80) {
        return Sequence{0, 0, first};
    }
    if ((first & 0xe0U) == 0xc0) {
        return Sequence{1, 0x80, first & 0x1fU};
    }
    if ((first & 0xf0U) == 0xe0) {
        return Sequence{2, 0x800, first & 0x0fU};
    }
    if ((first & 0xf8U) == 0xf0) {
        return Sequence{3, 0x10000, first & 0x07U};
    }
    return std::nullopt;
}

} // namespace

std::string percent_encode(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text;
    text.reserve(bytes.size());
    for (const char c : bytes) {
        if (is_unreserved(c)) {
            text += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            text += {'%', digits[byte >> 4U], digits[byte & 15U]};
        }
    }
    return text;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
    std::string bytes;
    bytes.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus_is_space) {
            bytes += ' ';
        } else if (text[i] == '%') {
            const int high = i + 1 < text.size() ? hex_digit(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return std::nullopt;
            }
            bytes += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            bytes += text[i];
        }
    }
    if (bytes.find('\0') != std::string::npos || !is_utf8(bytes)) {
        return std::nullopt;
    }
    return bytes;
}

bool is_utf8(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto begun = sequence(static_cast<unsigned char>(bytes[i]));
        if (!begun) {
            return false;
        }
        std::uint32_t point = begun->bits;
        for (int more = begun->more; more > 0; --more) {
            if (++i == bytes.size() || (static_cast<unsigned char>(bytes[i]) & 0xc0U) != 0x80) {
                return false;
            }
            point = point << 6U | (static_cast<unsigned char>(bytes[i]) & 0x3fU);
        }
        if (point < begun->least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
            return false;
        }
    }
    return true;
}

} // namespace web
