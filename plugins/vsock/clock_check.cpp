#include "clock_check.hpp"

namespace vsock {

bool ClockReading::off() const {
    return usable && (off_ms > clock_tolerance.count() || off_ms < -clock_tolerance.count());
}

ClockReading read_clock(std::int64_t sent_ns, std::chrono::nanoseconds round_trip,
                        std::int64_t guest_ns) {
    ClockReading reading;
    reading.usable = round_trip.count() >= 0 && round_trip < clock_tolerance;
    if (reading.usable) { // in milliseconds from here on, so that no number of a guest overflows
        const std::int64_t middle_ns = sent_ns + round_trip.count() / 2;
        reading.off_ms = guest_ns / 1000000 - middle_ns / 1000000;
    }
    return reading;
}

} // namespace vsock
