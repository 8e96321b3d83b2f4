#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace web {

/// Sizes and times as people write them, the way the command line reads them: the number alone is
/// MiB, or seconds. Nothing for what is none, or out of any range.
[[nodiscard]] std::optional<std::int64_t> find_mib(std::string_view text);     ///< "512M", "2G"
[[nodiscard]] std::optional<std::int64_t> find_bytes(std::string_view text);   ///< "64K", "50M"
[[nodiscard]] std::optional<std::int64_t> find_seconds(std::string_view text); ///< "90s", "1h30m"

/// As a form shows them first: the functions above read the same from it.
[[nodiscard]] std::string mib_input(std::int64_t mib);
[[nodiscard]] std::string bytes_input(std::int64_t bytes);
[[nodiscard]] std::string seconds_input(std::int64_t seconds);

} // namespace web
