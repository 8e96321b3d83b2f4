#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace banger {
inline namespace sdk_1_0 {

/// `number` as exactly `length` of [0-9a-z], low digits first.
inline std::string base36(std::uint64_t number, std::size_t length) {
    std::string text;
    for (; text.size() < length; number /= 36) {
        text += "0123456789abcdefghijklmnopqrstuvwxyz"[number % 36];
    }
    return text;
}

/// Which banger of a user this is, for the names of what it makes on the host: 6 of [0-9a-z] from
/// the folder that Host::state_dir() of every plugin is in, so all plugins get the same.
inline std::string tag_of(std::string_view state_dir) {
    while (!state_dir.empty() && state_dir.back() == '/') {
        state_dir.remove_suffix(1);
    }
    state_dir = state_dir.substr(0, state_dir.rfind('/'));
    std::uint64_t hash = 0xcbf29ce484222325U; // FNV-1a
    for (const char c : state_dir) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    }
    return base36(hash ^ hash >> 32U, 6);
}

} // namespace sdk_1_0
} // namespace banger
