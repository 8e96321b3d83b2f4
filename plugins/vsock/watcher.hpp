#pragma once

#include "board.hpp"
#include "descriptor.hpp"
#include "guest.hpp"
#include "poller.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace vsock {

/// Watches the agents of all guests on one thread, and puts what it sees on the board. It sleeps
/// while no guest runs, and guests that are well wake it together, once in a sample's time.
class Watcher {
  public:
    struct Outlets { ///< called on the watcher's thread
        std::function<void(const std::string& vm_id, const std::string& facts_json)> facts;
        std::function<void(std::string_view type, const std::string& data_json)> event;
        std::function<void(std::string_view text)> warning;
    };
    Watcher(Watching watching, Board& board, Outlets outlets); ///< throws std::system_error

    // [any-thread] They return at once.
    void watch(const GuestVm& vm); ///< again for the same run: nothing happens
    void forget(const std::string& vm_id);
    void hurry();      ///< somebody looks at figures: every second for the next five
    void look_again(); ///< somebody looks at ports: with titles now, every five seconds at most

    /// Returns when cancel_fd is readable.
    void run(int cancel_fd);

  private:
    using Order = std::function<void()>;
    void give(Order order);
    void obey();
    void watch_clock();
    void clock_jumped();
    void plan_tick();
    void tick();

    Watching watching_;
    Board& board_;
    Outlets outlets_;
    Poller poller_;
    Descriptor orders_waiting_, clock_; ///< an eventfd; a timerfd that tells jumps of the clock
    std::mutex mutex_;
    std::vector<Order> orders_;
    std::map<std::string, std::unique_ptr<Guest>> guests_;
    Poller::TimerId tick_ = 0;
    Steady::time_point next_tick_, hurried_until_, last_regular_, last_titles_, last_look_,
        last_clock_;
    bool running_ = true;
};

} // namespace vsock
