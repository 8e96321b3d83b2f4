#pragma once

#include "cli/operation.hpp"

#include <chrono>
#include <string>

namespace banger::cli {

/// How fast something is done that is counted, since we began to look at it.
class Pace {
  public:
    using Clock = std::chrono::steady_clock;

    Pace(const Count& count, Clock::time_point now)
        : last_(count), from_(count.done), since_(now) {}
    void update(const Count& count, Clock::time_point now);

    /// "45M of 120M, 12M/s, 6 s left", "3 of 10", "45M, 12M/s"
    [[nodiscard]] std::string text(Clock::time_point now) const;

  private:
    [[nodiscard]] double rate(Clock::time_point now) const; ///< a second; 0: not known yet
    Count last_;
    double from_;
    Clock::time_point since_;
};

} // namespace banger::cli
