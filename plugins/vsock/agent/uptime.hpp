#pragma once

#include "guest/wall_clock.hpp"

#include <cstdint>

namespace agent {

/// Since this kernel started.
[[nodiscard]] inline std::int64_t uptime_ms() {
    return banger::guest::since_boot_ns() / 1'000'000;
}

} // namespace agent
