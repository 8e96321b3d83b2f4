#include "plugin/background.hpp"

#include "os/utf8.hpp"
#include "plugin/guard.hpp"
#include "plugin/limits.hpp"
#include "plugin/plugin.hpp"

#include <deque>
#include <system_error>
#include <utility>

namespace banger::plugin {

using Clock = Call::Clock;
using std::chrono::milliseconds;

namespace {
constexpr milliseconds ask_again{1000}; ///< when the plugin could not be asked
}

/// One function of the plugin that the host calls later. Shared with the tasks that call it.
struct Background::Callback : std::enable_shared_from_this<Callback> {
    explicit Callback(Plugin& owner, std::string about) : plugin(owner), what(std::move(about)) {}
    virtual ~Callback() = default;

    Plugin& plugin;
    const std::string what;
    bool timer = false;

    std::mutex lock;
    std::condition_variable ended;
    bool cancelled = false;
    std::thread::id runner{};

    [[nodiscard]] bool is_cancelled() {
        const std::scoped_lock hold(lock);
        return cancelled;
    }

    /// True when the plugin was asked (or need not be any more).
    template <class F>
    bool call(F function) {
        if (is_cancelled()) {
            return true;
        }
        auto self = shared_from_this();
        CallSpec spec{.site = {.hook = what},
                      .timeout = plugin.hook_timeout(plugin.guard.timeouts().hook)};
        const Outcome outcome = plugin.guard.run(
            plugin, std::move(spec), [self, function](banger_call* call, const banger_vm*) {
                const Running running(*self);
                if (running.on) {
                    function(call);
                }
                return BANGER_OK;
            });
        if (outcome.asked && outcome.failed()) {
            plugin.log({BANGER_LOG_ERROR, plugin.id(), "", what, "", outcome.message, {}});
        }
        const State state = plugin.state(); // one of these is never asked again
        return outcome.asked || state == State::stopped || state == State::faulted ||
               is_cancelled();
    }

    void cancel(Deadline deadline) {
        std::unique_ptr<Following> fed_by;
        std::unique_lock hold(lock);
        cancelled = true;
        fed_by.swap(source_);
        if (runner != std::this_thread::get_id()) {
            ended.wait_until(hold, deadline, [this] { return runner == std::thread::id{}; });
        }
    }

    /// Later, unless the host's part is gone by then.
    void again(Clock::time_point when, std::function<void()> task) {
        if (const auto pass = plugin.gate.enter()) {
            plugin.guard.post_at(when, std::move(task));
        }
    }

    void attach(std::unique_ptr<Following> feed) {
        const std::scoped_lock hold(lock);
        if (!cancelled) {
            source_ = std::move(feed);
        }
    }

  private:
    std::unique_ptr<Following> source_; ///< what feeds it
    /// Marks the time in which the function runs.
    struct Running {
        explicit Running(Callback& callback) : of(callback) {
            const std::scoped_lock hold(of.lock);
            on = !of.cancelled;
            if (on) {
                of.runner = std::this_thread::get_id();
            }
        }
        ~Running() {
            const std::scoped_lock hold(of.lock);
            of.runner = {};
            of.ended.notify_all();
        }
        Running(const Running&) = delete;
        Running& operator=(const Running&) = delete;
        Callback& of;
        bool on = false;
    };
};

struct Background::Timer : Callback {
    Timer(Plugin& owner, milliseconds every, banger_timer_fn function, void* argument)
        : Callback(owner, "timer"), period(every), fn(function), context(argument) {
        timer = true;
    }
    std::uint64_t id = 0;
    const milliseconds period;
    const banger_timer_fn fn;
    void* const context;

    void fire_at(Clock::time_point when) {
        again(when, [self = std::static_pointer_cast<Timer>(shared_from_this())] { self->fire(); });
    }
    void fire() {
        if (is_cancelled()) {
            return;
        }
        const bool asked = call(
            [function = fn, argument = context](banger_call* call) { function(argument, call); });
        if (!asked) {
            fire_at(Clock::now() + ask_again);
        } else if (period.count() <= 0) {
            plugin.background().forget(id);
        } else if (!is_cancelled() && plugin.state() != State::stopped &&
                   plugin.state() != State::faulted) {
            fire_at(Clock::now() + period);
        }
    }
};

/// Things that come one after the other and wait for the plugin, at most so many and so large.
struct Background::Stream : Callback {
    using Text = EventStream::Text;
    using Deliver = std::function<void(banger_call*, const std::string& text, bool over)>;
    enum class Full { drop_oldest, end };

    Stream(Plugin& owner, std::string about, Full when_full, Deliver function)
        : Callback(owner, std::move(about)), full(when_full), deliver(std::move(function)) {}
    const Full full;
    const Deliver deliver;

    void push(Text text, bool over) {
        const std::scoped_lock hold(queue_lock_);
        if (ended_by_us_) {
            return;
        }
        while (!waiting_.empty() && (waiting_.size() >= max_waiting ||
                                     waiting_bytes_ + text->size() > max_waiting_bytes)) {
            if (full == Full::end) {
                const bool many = waiting_.size() >= max_waiting;
                put({std::make_shared<const std::string>(
                         "the reader fell " +
                         std::to_string(many ? max_waiting : max_waiting_bytes) +
                         (many ? " lines behind" : " bytes behind")),
                     true});
                ended_by_us_ = true;
                return;
            }
            static_cast<void>(take_first());
            ++dropped_;
        }
        put({std::move(text), over});
        const auto pass = plugin.gate.enter();
        if (!draining_ && pass) {
            const auto task = [self = std::static_pointer_cast<Stream>(shared_from_this())] {
                self->drain();
            };
            try {
                plugin.guard.post(task);
            } catch (const std::system_error&) { // no thread for it now
                plugin.guard.post_at(Clock::now() + ask_again, task);
            }
            draining_ = true;
        }
    }

  private:
    using Item = std::pair<Text, bool>;

    // With the lock held.
    void put(Item item) {
        waiting_bytes_ += item.first->size();
        waiting_.push_back(std::move(item));
    }
    Item take_first() {
        Item item = std::move(waiting_.front());
        waiting_.pop_front();
        waiting_bytes_ -= item.first->size();
        return item;
    }

    void drain() {
        std::unique_lock hold(queue_lock_);
        while (dropped_ > 0 || !waiting_.empty()) {
            const auto item = std::make_shared<Item>();
            const std::uint64_t missed = dropped_;
            if (missed > 0) {
                *item = {std::make_shared<const std::string>(
                             R"({"type":"events.dropped","count":)" + std::to_string(missed) + "}"),
                         false};
                dropped_ = 0;
            } else {
                *item = take_first();
            }
            hold.unlock();
            const bool asked = call([function = deliver, item](banger_call* call) {
                function(call, *item->first, item->second);
            });
            hold.lock();
            if (asked) {
                continue;
            }
            if (missed > 0) {
                dropped_ += missed;
            } else {
                waiting_bytes_ += item->first->size();
                waiting_.push_front(*item);
            }
            again(Clock::now() + ask_again,
                  [self = std::static_pointer_cast<Stream>(shared_from_this())] { self->drain(); });
            return; // still "draining": the next attempt goes on from here
        }
        draining_ = false;
    }

    std::mutex queue_lock_;
    std::deque<Item> waiting_;
    std::size_t waiting_bytes_ = 0;
    std::uint64_t dropped_ = 0;
    bool draining_ = false;
    bool ended_by_us_ = false;
};

Background::Background(Plugin& plugin)
    : plugin_(plugin), published_(limits::events_at_once, limits::event_rate) {}

Background::~Background() = default;

std::uint64_t Background::add(std::shared_ptr<Callback> callback) {
    const std::scoped_lock hold(lock_);
    const std::size_t streams = all_.size() - timers_;
    if (closed_ || (callback->timer ? timers_ >= max_timers : streams >= max_streams)) {
        return 0;
    }
    timers_ += callback->timer ? 1 : 0;
    all_.emplace(next_, std::move(callback));
    return next_++;
}

std::uint64_t Background::start_timer(milliseconds delay, milliseconds period, banger_timer_fn fn,
                                      void* context) {
    auto timer = std::make_shared<Timer>(plugin_, period, fn, context);
    const std::uint64_t id = add(timer);
    if (id != 0) {
        timer->id = id;
        timer->fire_at(Clock::now() + delay);
    }
    return id;
}

std::uint64_t Background::subscribe(const std::string& prefix, banger_event_fn fn, void* context) {
    auto stream = std::make_shared<Stream>(plugin_, "event", Stream::Full::drop_oldest,
                                           [fn, context](banger_call* call, const std::string& text,
                                                         bool) { fn(context, call, str(text)); });
    const std::uint64_t id = add(stream);
    if (id == 0) {
        return 0;
    }
    try {
        stream->attach(plugin_.services.events->subscribe(
            [weak = std::weak_ptr(stream), prefix](const std::string& type,
                                                   const EventStream::Text& event) {
                if (const auto alive = weak.lock(); alive && type.starts_with(prefix)) {
                    alive->push(event, false);
                }
            }));
    } catch (...) {
        forget(id);
        throw;
    }
    return id;
}

std::uint64_t Background::follow(const std::string& target, banger_line_fn fn, void* context) {
    auto stream = std::make_shared<Stream>(
        plugin_, "follow " + os::one_line(target, limits::word), Stream::Full::end,
        [fn, context](banger_call* call, const std::string& text, bool over) {
            fn(context, call, str(text), over ? 1 : 0);
        });
    const std::uint64_t id = add(stream);
    if (id == 0) {
        return 0;
    }
    try {
        stream->attach(plugin_.services.api->follow(
            target, [weak = std::weak_ptr(stream)](const std::string& line, bool over) {
                if (const auto alive = weak.lock()) {
                    alive->push(std::make_shared<const std::string>(line), over);
                }
            }));
    } catch (...) {
        forget(id);
        throw;
    }
    return id;
}

bool Background::may_publish() {
    const std::scoped_lock hold(lock_);
    return published_.take();
}

std::shared_ptr<Background::Callback> Background::take(std::uint64_t id) {
    const std::scoped_lock hold(lock_);
    const auto found = all_.find(id);
    if (found == all_.end()) {
        return nullptr;
    }
    std::shared_ptr<Callback> callback = std::move(found->second);
    all_.erase(found);
    timers_ -= callback->timer ? 1 : 0;
    return callback;
}

void Background::forget(std::uint64_t id) {
    static_cast<void>(take(id));
}

void Background::cancel(std::uint64_t id) {
    if (const auto callback = take(id)) {
        callback->cancel(Clock::time_point::max());
    }
}

void Background::close() {
    std::map<std::uint64_t, std::shared_ptr<Callback>> all;
    {
        const std::scoped_lock hold(lock_);
        closed_ = true;
        all.swap(all_);
        timers_ = 0;
    }
    const auto deadline = Clock::now() + plugin_.guard.timeouts().control;
    for (const auto& [id, callback] : all) {
        callback->cancel(deadline);
    }
}

} // namespace banger::plugin
