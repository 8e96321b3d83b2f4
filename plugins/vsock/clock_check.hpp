#pragma once

#include <chrono>
#include <cstdint>

namespace vsock {

constexpr std::chrono::milliseconds clock_tolerance{100};

/// What one look at a guest's clock told: it answered `guest_ns` to a question that was sent at
/// `sent_ns` of our wall clock and took `round_trip`.
struct ClockReading {
    bool usable = false;     ///< the round trip was short enough
    std::int64_t off_ms = 0; ///< guest minus host; the middle of the round trip counts
    [[nodiscard]] bool off() const;
};

[[nodiscard]] ClockReading read_clock(std::int64_t sent_ns, std::chrono::nanoseconds round_trip,
                                      std::int64_t guest_ns);

} // namespace vsock
