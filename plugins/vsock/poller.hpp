#pragma once

#include "descriptor.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>

namespace vsock {

/// Descriptors and timers of one thread (epoll). It sleeps as long as nothing is due. Functions
/// may add and remove others, and themselves.
class Poller {
  public:
    using Clock = std::chrono::steady_clock;
    using Ready = std::function<void(std::uint32_t events)>; ///< EPOLL*
    using TimerId = std::uint64_t;

    Poller(); ///< throws std::system_error
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;

    /// The descriptor stays the caller's, who removes it before he closes it.
    void add(int fd, std::uint32_t events, Ready ready);
    void change(int fd, std::uint32_t events);
    void remove(int fd) noexcept;

    TimerId after(std::chrono::milliseconds delay, std::function<void()> due);
    void cancel(TimerId id) noexcept; ///< one that is over is fine

    /// Waits for the next thing and runs what is ready.
    void turn();

  private:
    using Due = std::pair<Clock::time_point, TimerId>;
    [[nodiscard]] int wait_ms() const;
    void run_due();

    Descriptor epoll_;
    /// By the number of the registration, which is never used again: what was reported of a
    /// descriptor does not reach another one that has got its number meanwhile.
    std::unordered_map<std::uint64_t, std::shared_ptr<Ready>> ready_;
    std::unordered_map<int, std::uint64_t> numbers_; ///< by descriptor
    std::uint64_t last_number_ = 0;
    std::map<Due, std::function<void()>> timers_;
    std::unordered_map<TimerId, Clock::time_point> when_;
    TimerId last_timer_ = 0;
};

} // namespace vsock
