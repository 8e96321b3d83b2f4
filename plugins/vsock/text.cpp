#include "text.hpp"

#include <cstdint>

namespace vsock {
namespace {

constexpr char32_t replacement = 0xfffd;
constexpr std::string_view replacement_bytes = "\xef\xbf\xbd";
constexpr std::string_view ellipsis = "\xe2\x80\xa6";
constexpr char32_t escape = 0x1b;

struct Decoded {
    char32_t point = replacement;
    std::size_t size = 1; ///< bytes that it took
    bool good = false;
};

/// The character at the begin of `bytes`, which are not empty (RFC 3629: no surrogates, no
/// detours).
Decoded decode(std::string_view bytes) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const unsigned lead = at(0);
    if (lead < 0x80) {
        return {lead, 1, true};
    }
    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || bytes.size() < size) {
        return {};
    }
    char32_t point = lead & (0x7fU >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((at(i) & 0xc0U) != 0x80) {
            return {};
        }
        point = point << 6U | (at(i) & 0x3fU);
    }
    const bool detour = (size == 3 && point < 0x800) || (size == 4 && point < 0x10000);
    if (detour || (point >= 0xd800 && point < 0xe000) || point > 0x10ffff) {
        return {};
    }
    return {point, size, true};
}

bool is_control(char32_t c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

/// Zero width, line and paragraph separators, and marks that turn the direction of text.
bool is_deceptive(char32_t c) {
    return (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x206f) || c == 0x061c || c == 0xfeff;
}

/// Where the sequence ends that begins with the ESC at `at` (ECMA-48, 5.3 to 5.6).
std::size_t end_of_escape(std::string_view text, std::size_t at) {
    const auto in = [&](unsigned char low, unsigned char high) {
        return at < text.size() && static_cast<unsigned char>(text[at]) >= low &&
               static_cast<unsigned char>(text[at]) <= high;
    };
    if (++at >= text.size()) {
        return at;
    }
    const char kind = text[at];
    if (std::string_view("]PX^_").find(kind) !=
        std::string_view::npos) { // a string up to ST or BEL
        const std::size_t bell = text.find('\a', at);
        const std::size_t terminator = text.find("\x1b\\", at);
        const std::size_t end = bell < terminator ? bell + 1 : terminator;
        return bell >= terminator && terminator != std::string_view::npos ? terminator + 2
               : end == std::string_view::npos                            ? text.size()
                                                                          : end;
    }
    if (kind == '[') {
        ++at;
        while (in(0x20, 0x3f)) {
            ++at;
        }
    } else {
        while (in(0x20, 0x2f)) {
            ++at;
        }
    }
    return in(0x30, 0x7e) ? at + 1 : at;
}

} // namespace

std::string as_utf8(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size());
    for (std::size_t at = 0; at < bytes.size();) {
        const Decoded c = decode(bytes.substr(at));
        text += c.good ? bytes.substr(at, c.size) : replacement_bytes;
        at += c.size;
    }
    return text;
}

std::string shown(std::string_view utf8, std::size_t most) {
    std::string text;
    std::size_t uncut = 0; ///< length of what leaves room for the ellipsis
    for (std::size_t at = 0; at < utf8.size();) {
        const Decoded c = decode(utf8.substr(at));
        if (c.point == escape) {
            at = end_of_escape(utf8, at);
            continue;
        }
        const std::string_view part = !c.good ? replacement_bytes
                                      : is_control(c.point) || is_deceptive(c.point)
                                          ? "?"
                                          : utf8.substr(at, c.size);
        if (text.size() + part.size() > most) {
            text.resize(uncut);
            text += ellipsis;
            return text;
        }
        text += part;
        uncut = text.size() + ellipsis.size() <= most ? text.size() : uncut;
        at += c.size;
    }
    return text;
}

} // namespace vsock
