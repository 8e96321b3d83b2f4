#pragma once

#include <chrono>

namespace banger::os {

/// The moment by which something is to be done.
using Deadline = std::chrono::steady_clock::time_point;

/// What is left until then as poll(2) takes it: milliseconds, rounded up; 0 when it has passed.
[[nodiscard]] int poll_time(Deadline deadline) noexcept;

/// Waits for `events` (POLLIN, POLLOUT); false when the deadline comes first.
[[nodiscard]] bool wait_ready(int fd, short events, Deadline deadline);

} // namespace banger::os
