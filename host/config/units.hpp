#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace banger::config {

inline constexpr std::int64_t mib = 1 << 20; ///< bytes

/// "64K", "512M", "1.5G", "2T" in bytes, in either case and also as "512MiB"; a number alone is
/// MiB. nullopt for anything else.
[[nodiscard]] std::optional<std::int64_t> parse_size(std::string_view text) noexcept;
/// In the largest unit that divides it: "512M", "8G".
[[nodiscard]] std::string size_text(std::int64_t bytes);

/// "250ms", "20s", "1.5m", "1h"; a number alone is seconds. nullopt for anything else.
[[nodiscard]] std::optional<std::chrono::milliseconds>
parse_duration(std::string_view text) noexcept;
[[nodiscard]] std::string duration_text(std::chrono::milliseconds time);

} // namespace banger::config
