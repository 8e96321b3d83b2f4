#include "net/mac.hpp"

#include <charconv>

namespace banger::net {

Mac Mac::derive(std::string_view name) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325U; // FNV-1a: stable for ever, unlike std::hash
    for (const char c : name) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    }
    hash ^= hash >> 40U; // the 40 bits that are kept depend on all
    Mac mac;
    mac.bytes[0] = 0x02;
    for (std::size_t i = 1; i < mac.bytes.size(); ++i) {
        mac.bytes[i] = static_cast<std::uint8_t>(hash >> (8U * (i - 1)));
    }
    return mac;
}

std::optional<Mac> Mac::parse(std::string_view text) noexcept {
    Mac mac;
    if (text.size() != 3 * mac.bytes.size() - 1) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < mac.bytes.size(); ++i) {
        const char* pair = text.data() + 3 * i;
        const auto [end, error] = std::from_chars(pair, pair + 2, mac.bytes[i], 16);
        if (error != std::errc{} || end != pair + 2 || (i > 0 && pair[-1] != ':')) {
            return std::nullopt;
        }
    }
    return mac;
}

std::string Mac::text() const {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : bytes) {
        text += text.empty() ? "" : ":";
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

} // namespace banger::net
