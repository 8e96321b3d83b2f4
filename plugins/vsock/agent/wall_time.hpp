#pragma once

#include "loop.hpp"

#include <cstdint>
#include <functional>

namespace agent {

[[nodiscard]] std::int64_t wall_time_ns();

/// Tells when somebody sets the wall clock. The kernel wakes it; nothing is polled.
class ClockWatch {
  public:
    static constexpr std::int64_t tolerance_ms = 100;
    using OnJump = std::function<void(std::int64_t off_ms)>; ///< positive: forward

    ClockWatch(Loop& loop, OnJump on_jump);

  private:
    void arm();
    void look();

    OnJump on_jump_;
    std::int64_t offset_ns_ = 0; ///< of the wall clock from the time since the boot
    Fd timer_;
    Loop::Registration watch_;
};

} // namespace agent
