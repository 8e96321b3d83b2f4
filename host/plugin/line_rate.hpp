#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

namespace banger::plugin {

/// How many lines may be written: so many at once, then so many a second. Counts the others. Used
/// by one thread at a time.
class LineRate {
  public:
    LineRate(double at_once, double a_second)
        : at_once_(at_once), a_second_(a_second), left_(at_once) {}

    /// May one be written now? If not, it is counted as dropped.
    [[nodiscard]] bool take() {
        const auto now = Clock::now();
        left_ = std::min(at_once_, left_ + a_second_ * Seconds(now - refilled_).count());
        refilled_ = now;
        if (left_ < 1) {
            ++dropped_;
            return false;
        }
        left_ -= 1;
        return true;
    }
    /// How many were dropped since this was asked last.
    [[nodiscard]] std::uint64_t take_dropped() noexcept { return std::exchange(dropped_, 0); }

  private:
    using Clock = std::chrono::steady_clock;
    using Seconds = std::chrono::duration<double>;
    double at_once_, a_second_;
    double left_;
    Clock::time_point refilled_ = Clock::now();
    std::uint64_t dropped_ = 0;
};

} // namespace banger::plugin
