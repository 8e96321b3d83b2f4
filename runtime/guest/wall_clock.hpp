#pragma once

#include <cstdint>

namespace banger::guest {

/// Sets the wall clock to `unix_ns` when it is more than 100 ms off (a smaller step is not worth a
/// jump). True if it was set.
bool set_wall_clock(std::int64_t unix_ns);

/// Nanoseconds since this kernel started.
[[nodiscard]] std::int64_t since_boot_ns();

} // namespace banger::guest
