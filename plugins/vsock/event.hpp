#pragma once

#include "health.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vsock {

enum class EventKind { hello, ready, booted, clock, stopping, unknown };

/// One line of /v1/events.
struct Event {
    EventKind kind = EventKind::unknown;
    std::uint64_t uptime_ms = 0;
    Health health;                                        ///< of hello
    std::optional<std::vector<std::string>> failed_units; ///< of booted
    std::int64_t off_ms = 0;                              ///< of clock
};

/// Throws Refused.
[[nodiscard]] Event parse_event(std::string_view line);

} // namespace vsock
