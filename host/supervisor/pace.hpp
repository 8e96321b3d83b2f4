#pragma once

#include <chrono>
#include <cstddef>

namespace banger::supervisor {

/// How often what may flood us is read: a boot's worth of bytes goes through at once, and what
/// comes after it at a sustained rate.
class Pace {
  public:
    /// From a turn in which so much was read to the next: `least`, or longer while there is debt.
    [[nodiscard]] std::chrono::milliseconds pause_after(std::size_t bytes,
                                                        std::chrono::milliseconds least);

  private:
    using Clock = std::chrono::steady_clock;

    double debt_ = 0; ///< bytes read lately, paid off at the sustained rate
    Clock::time_point paid_ = Clock::now();
};

constexpr std::chrono::milliseconds quiet_pause{20}; ///< between turns when nobody watches

} // namespace banger::supervisor
