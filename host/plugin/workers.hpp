#pragma once

#include "plugin/thread_start.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

namespace banger::plugin {

/// Threads that run one task each, all signals blocked. A task goes to an idle thread, else to a
/// new one: a task that never returns costs a thread and keeps nobody else waiting. A thread that
/// has just become idle takes the next task without having slept. Any thread.
class Workers {
  public:
    /// Keeps at most `idle` threads that have nothing to do; they sleep.
    explicit Workers(std::size_t idle, ThreadStart start = start_thread);
    /// Ends idle threads, and gives busy ones `grace` to finish; those that do not are left behind.
    ~Workers();
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    /// The task must not throw. Throws std::system_error when it needs a thread and there is none
    /// to be had: it will not run then.
    void post(std::function<void()> task);

    static constexpr std::chrono::seconds grace{2};

  private:
    struct State;
    ThreadStart start_;
    std::shared_ptr<State> state_; ///< shared with the threads, which may outlive us
};

} // namespace banger::plugin
