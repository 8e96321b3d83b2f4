#pragma once

#include "guest/fd.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>

namespace agent {

using banger::guest::Fd;

/// The one event loop of the program: descriptors and timers, no threads. It sleeps until something
/// happens. A callback may add and drop any registration, its own included.
class Loop {
  public:
    using OnReady = std::function<void(std::uint32_t events)>; ///< EPOLLIN, EPOLLOUT, EPOLLHUP...
    using OnTime = std::function<void()>;

    /// Dropping it ends the registration. It must not outlive the loop.
    class Registration {
      public:
        Registration() = default;
        Registration(Loop* loop, std::uint64_t id) noexcept : loop_(loop), id_(id) {}
        Registration(Registration&& other) noexcept;
        Registration& operator=(Registration&& other) noexcept;
        ~Registration() { drop(); }
        void drop() noexcept;
        explicit operator bool() const noexcept { return loop_ != nullptr; }
        void events(std::uint32_t wanted) const; ///< of a descriptor: waits for others from now on

      private:
        Loop* loop_ = nullptr;
        std::uint64_t id_ = 0;
    };

    Loop();

    /// The descriptor must stay open as long as the registration. Errors and hang-ups are reported
    /// whether asked for or not.
    [[nodiscard]] Registration watch(int fd, std::uint32_t events, OnReady on_ready);
    [[nodiscard]] Registration after(std::chrono::milliseconds time, OnTime on_time);
    /// Runs after the callbacks of this round.
    [[nodiscard]] Registration soon(OnTime on_time) { return after({}, std::move(on_time)); }

    void run();                                   ///< until stop()
    void step(std::chrono::milliseconds at_most); ///< one round
    void stop() noexcept { running_ = false; }
    [[nodiscard]] std::size_t registrations() const noexcept {
        return watches_.size() + timers_.size();
    }

  private:
    using Clock = std::chrono::steady_clock;
    struct Watch {
        int fd;
        std::uint32_t events;
        std::shared_ptr<OnReady> on_ready; ///< shared: it may drop itself while it runs
    };
    struct Timer {
        Clock::time_point at;
        OnTime on_time;
    };

    void drop(std::uint64_t id) noexcept;
    void events(std::uint64_t id, std::uint32_t wanted);
    [[nodiscard]] int wait_ms(std::chrono::milliseconds at_most) const;
    void run_timers();

    Fd epoll_;
    std::uint64_t next_id_ = 1;
    std::map<std::uint64_t, Watch> watches_;
    std::map<std::uint64_t, Timer> timers_; ///< a handful
    bool running_ = false;
};

} // namespace agent
