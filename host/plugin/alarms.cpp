#include "plugin/alarms.hpp"

#include "plugin/thread_start.hpp"

#include <utility>

namespace banger::plugin {

Alarms::Alarms() : thread_(start_thread([this] { run(); })) {}

Alarms::~Alarms() {
    {
        const std::scoped_lock hold(lock_);
        ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void Alarms::at(Clock::time_point when, std::function<void()> task) {
    const std::scoped_lock hold(lock_);
    due_.emplace(when, std::move(task));
    changed_.notify_all();
}

void Alarms::run() {
    std::unique_lock hold(lock_);
    while (!ending_) {
        if (due_.empty()) {
            changed_.wait(hold);
        } else if (const auto when = due_.begin()->first; when > Clock::now()) {
            changed_.wait_until(hold, when);
        } else {
            const std::function<void()> task = std::move(due_.begin()->second);
            due_.erase(due_.begin());
            hold.unlock();
            task();
            hold.lock();
        }
    }
}

} // namespace banger::plugin
