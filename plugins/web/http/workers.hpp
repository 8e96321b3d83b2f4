#pragma once

#include <banger/plugin.hpp>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

namespace web {

/// Threads on which handlers may block. Each job has a call of its own, of which nothing is left
/// after it.
class Workers {
  public:
    /// Throws nothing. One that is not run is destroyed all the same, on any thread.
    using Job = std::function<void(banger::Call&)>;

    Workers(banger::Host host, std::size_t count, std::chrono::milliseconds time);
    ~Workers() { stop(); }
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    /// Any thread. False: it stops, and the job is not run.
    [[nodiscard]] bool add(Job job);
    void stop() noexcept; ///< waits for those that run; the others are not run

  private:
    void serve();
    void run(const Job& job);

    banger::Host host_;
    const banger_thread_ops& ops_;
    std::chrono::milliseconds time_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Job> jobs_; ///< under mutex_
    bool stopped_ = false; ///< under mutex_
    std::vector<banger::Thread> threads_;
};

} // namespace web
