#pragma once

#include <cstdint>

namespace banger::vmm {

/// Rate of the time stamp counter in kHz, measured against CLOCK_MONOTONIC in 50 ms to about one
/// part in a million; 0 where there is none. TCG shows the host's counter to the guest, and a guest
/// that must calibrate it against emulated timers gets it wrong, or hangs, when the host is busy.
[[nodiscard]] std::uint64_t measure_tsc_khz();

} // namespace banger::vmm
