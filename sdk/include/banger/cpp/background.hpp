#pragma once

#include "../ext/events.h"
#include "../ext/thread.h"
#include "../ext/timer.h"
#include "call.hpp"

#include <csignal>
#include <functional>
#include <future>
#include <memory>
#include <thread>

/// Work outside the host's hooks. Each object ends its work in the destructor, which waits for a
/// function that runs; keep them as members of the plugin, after what they use. A Timer or
/// Subscription is not to be destroyed or assigned to in its own function. Constructors may be
/// called on any thread from init() on and throw Error(BANGER_E_UNAVAILABLE) when the host takes no
/// more. What leaves a function becomes a line in the log.
namespace banger {
inline namespace sdk_1_0 {

/// Runs a function once, or again and again.
class Timer {
  public:
    using Function = std::function<void(Call&)>;
    Timer() = default;
    Timer(Host host, std::chrono::milliseconds delay, std::chrono::milliseconds period, Function f)
        : host_(host.raw()), ops_(&host.get<banger_timer_ops>(BANGER_EXT_TIMER)),
          function_(std::make_unique<Function>(std::move(f))) {
        id_ = ops_->start(host_, delay.count(), period.count(), &Timer::fire, function_.get());
        if (id_ == 0) {
            throw Error(BANGER_E_UNAVAILABLE, "the host starts no more timers");
        }
    }
    Timer(Timer&& other) noexcept { swap(other); }
    Timer& operator=(Timer&& other) noexcept {
        Timer(std::move(other)).swap(*this);
        return *this;
    }
    ~Timer() {
        if (id_ != 0) {
            ops_->cancel(host_, id_);
        }
    }

  private:
    static void fire(void* context, banger_call* raw) noexcept {
        seal(raw, [&] {
            Call call(raw);
            (*static_cast<Function*>(context))(call);
        });
    }
    void swap(Timer& other) noexcept {
        std::swap(host_, other.host_);
        std::swap(ops_, other.ops_);
        std::swap(id_, other.id_);
        std::swap(function_, other.function_);
    }
    const banger_host* host_ = nullptr;
    const banger_timer_ops* ops_ = nullptr;
    std::uint64_t id_ = 0;
    std::unique_ptr<Function> function_;
};

/// Event "plugin.<id>.<type>" with these members, for whoever follows events. Any thread; waits for
/// nobody. False when the host does not take it (events.h: it is too long, or no JSON object).
[[nodiscard]] inline bool publish(Host host, std::string_view type, std::string_view data_json) {
    return host.get<banger_events_ops>(BANGER_EXT_EVENTS)
               .publish(host.raw(), str(type), str(data_json)) == BANGER_OK;
}

/// Gets the events whose type begins with a prefix.
class Subscription {
  public:
    using Function = std::function<void(Call&, std::string_view event_json)>;
    Subscription(Host host, std::string_view prefix, Function f)
        : host_(host.raw()), ops_(host.get<banger_events_ops>(BANGER_EXT_EVENTS)),
          function_(std::move(f)), id_(ops_.subscribe(host_, str(prefix), &deliver, &function_)) {
        if (id_ == 0) {
            throw Error(BANGER_E_UNAVAILABLE, "the host takes no more subscriptions");
        }
    }
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;
    ~Subscription() { ops_.unsubscribe(host_, id_); }

  private:
    static void deliver(void* context, banger_call* raw, banger_str event) noexcept {
        seal(raw, [&] {
            Call call(raw);
            (*static_cast<Function*>(context))(call, view(event));
        });
    }
    const banger_host* host_;
    const banger_events_ops& ops_;
    Function function_;
    std::uint64_t id_;
};

/// A thread of the plugin's own: signals blocked, with a Call for host functions. The function
/// ends when its call is cancelled (poll cancel_fd()); the destructor waits for it, so it belongs
/// in an object that destroy() frees. Where the host opens no call for it (256 are open, or the
/// plugin is being destroyed) the constructor throws, and the function is not run.
class Thread {
  public:
    using Function = std::function<void(Call&)>;
    Thread(Host host, std::string name, Function f) {
        const auto& ops = host.get<banger_thread_ops>(BANGER_EXT_THREAD);
        std::promise<bool> opened;
        std::future<bool> begun = opened.get_future();
        sigset_t all, before;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before); // the new thread inherits the mask
        try {
            thread_ = std::thread([host, &ops, name = std::move(name), f = std::move(f),
                                   opened = std::move(opened)]() mutable {
                banger_call* raw = ops.call_open(host.raw(), str(name), 0);
                opened.set_value(raw != nullptr);
                if (raw != nullptr) {
                    seal(raw, [&] {
                        Call call(raw);
                        f(call);
                    });
                    ops.call_close(raw);
                }
            });
        } catch (...) {
            pthread_sigmask(SIG_SETMASK, &before, nullptr);
            throw;
        }
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        if (!begun.get()) {
            thread_.join();
            throw Error(BANGER_E_UNAVAILABLE, "the host opens no more calls for threads");
        }
    }
    Thread(Thread&&) = default;
    Thread& operator=(Thread&&) = delete;
    ~Thread() {
        if (thread_.joinable()) {
            thread_.join();
        }
    }

  private:
    std::thread thread_;
};

} // namespace sdk_1_0
} // namespace banger
