#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace banger::plugin {

/// Does short things at their time, on one thread that sleeps in between. Any thread.
class Alarms {
  public:
    using Clock = std::chrono::steady_clock;
    Alarms();  ///< with its thread: later there may be none to be had
    ~Alarms(); ///< what is not due yet is dropped
    Alarms(const Alarms&) = delete;
    Alarms& operator=(const Alarms&) = delete;

    /// The task must not throw.
    void at(Clock::time_point when, std::function<void()> task);

  private:
    void run();
    std::mutex lock_;
    std::condition_variable changed_;
    std::multimap<Clock::time_point, std::function<void()>> due_;
    bool ending_ = false;
    std::thread thread_;
};

} // namespace banger::plugin
