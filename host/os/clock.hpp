#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace banger::os {

/// Unix time in milliseconds.
[[nodiscard]] std::int64_t now_ms();

/// RFC 3339 in UTC with milliseconds: 2026-02-03T04:05:06.789Z.
[[nodiscard]] std::string to_rfc3339(std::int64_t unix_ms);

/// "45s", "30m", "1h30m", "2d".
[[nodiscard]] std::string period_text(std::chrono::seconds time);

} // namespace banger::os
