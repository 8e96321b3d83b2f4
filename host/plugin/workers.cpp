#include "plugin/workers.hpp"

#include "plugin/awake.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

namespace banger::plugin {

struct Workers::State {
    std::mutex lock;
    std::condition_variable work; ///< a task, or the end
    std::condition_variable gone; ///< a thread has ended
    std::deque<std::function<void()>> tasks;
    std::size_t idle = 0;
    std::size_t threads = 0;
    std::size_t keep_idle = 0;
    std::size_t awake = 0; ///< of the idle ones: look for a task before they sleep
    std::atomic<std::size_t> queued{0};
    std::atomic<bool> ending{false};

    /// Ends a thread's share: also of one that a plugin ended by pthread_exit().
    struct Leaving {
        State& of;
        ~Leaving() {
            const std::scoped_lock hold(of.lock);
            --of.threads;
            of.gone.notify_all();
        }
    };

    void run() {
        const Leaving leaving{*this};
        std::unique_lock hold(lock);
        for (;;) {
            while (!tasks.empty()) {
                std::function<void()> task = std::move(tasks.front());
                tasks.pop_front();
                --queued;
                hold.unlock();
                task();
                task = nullptr; // what it captured goes before we count as idle
                hold.lock();
            }
            if (ending || idle >= keep_idle) {
                break;
            }
            ++idle;
            if (awake == 0) { // one is enough
                ++awake;
                hold.unlock();
                wait_awake([this] { return queued > 0 || ending; });
                hold.lock();
                --awake;
            }
            work.wait(hold, [this] { return ending || !tasks.empty(); });
            --idle;
        }
    }
};

Workers::Workers(std::size_t idle, ThreadStart start)
    : start_(std::move(start)), state_(std::make_shared<State>()) {
    state_->keep_idle = idle;
}

Workers::~Workers() {
    std::unique_lock hold(state_->lock);
    state_->ending = true;
    state_->work.notify_all();
    state_->gone.wait_for(hold, grace, [this] { return state_->threads == 0; });
}

void Workers::post(std::function<void()> task) {
    const std::scoped_lock hold(state_->lock);
    state_->tasks.push_back(std::move(task));
    ++state_->queued;
    if (state_->idle >= state_->tasks.size()) {
        if (state_->awake < state_->tasks.size()) {
            state_->work.notify_one();
        }
        return;
    }
    try {
        start_([state = state_] { state->run(); }).detach();
        ++state_->threads;
    } catch (...) {
        state_->tasks.pop_back();
        --state_->queued;
        throw;
    }
}

} // namespace banger::plugin
