#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace banger::cli {

/// How a size is written, for hints.
inline constexpr const char* size_hint = "write it as 512M, 2G or 20G; a plain number is MiB";

/// The same for the help of a verb.
inline constexpr const char* plain_numbers =
    "A plain number is MiB where a SIZE is asked for, and seconds where a TIME is.";
/// How a limit of bytes a second is.
inline constexpr const char* rate_hint = "write it as 512K or 50M, or off; a plain number is MiB";

/// "512M", "2G", "1.5g", "20GiB", "1T"; without a unit MiB. Throws Error(invalid).
[[nodiscard]] std::int64_t parse_mib(std::string_view text);
/// The same of an option's value; the error names the option.
[[nodiscard]] std::int64_t parse_mib(std::string_view option, std::string_view text);
/// The same in bytes, of an option that is a limit. Throws Error(invalid), which names the option.
[[nodiscard]] std::int64_t parse_bytes(std::string_view option, std::string_view text);
/// "512M", "2G", "1.5G"
[[nodiscard]] std::string mib_text(std::int64_t mib);

/// "900", "212M", "7.5G" of bytes: short, for tables and meters.
[[nodiscard]] std::string bytes_text(double bytes);

/// "90", "90s", "2m", "1h30m", "2d", "500ms" in seconds. Throws Error(invalid).
[[nodiscard]] double parse_seconds(std::string_view text);
/// The same of an option's value, rounded up; the error names the option.
[[nodiscard]] std::int64_t parse_seconds(std::string_view option, std::string_view text);
/// "12 ms", "0.8 s", "12 s", "2 min 5 s": what a person needs to see of a waiting time.
[[nodiscard]] std::string duration_text(double seconds);
/// "45s", "12m", "3h", "5d": one unit, for tables.
[[nodiscard]] std::string age_text(double seconds);

/// Seconds since 1970 of an RFC 3339 UTC time; nothing when it is none.
[[nodiscard]] std::optional<double> parse_time(std::string_view text);
/// How long ago an RFC 3339 time was, as age_text; empty when it is none.
[[nodiscard]] std::string age_since(std::string_view time);

} // namespace banger::cli
