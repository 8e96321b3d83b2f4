#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>

namespace web {

/// Counts what must not happen. Any thread.
class Faults {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t most = 5; ///< in a minute

    void add(Clock::time_point now);
    [[nodiscard]] bool too_many() const { return too_many_.load(); } ///< and it stays so

  private:
    std::mutex mutex_;
    std::array<Clock::time_point, most> last_{}; ///< under mutex_, as a ring
    std::size_t count_ = 0;                      ///< under mutex_
    std::atomic<bool> too_many_{false};
};

} // namespace web
