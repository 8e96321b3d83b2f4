#include "plugin/guard.hpp"

#include "os/utf8.hpp"
#include "plugin/awake.hpp"
#include "plugin/breadcrumb.hpp"
#include "plugin/call_table.hpp"
#include "plugin/limits.hpp"
#include "plugin/plugin.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cxxabi.h>
#include <mutex>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sysexits.h>
#include <unistd.h>

namespace banger::plugin {

using Clock = Call::Clock;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds without_fd{50};
constexpr milliseconds without_thread{1000}; ///< until it is tried again
constexpr milliseconds slow{1000}; ///< a call that takes longer is worth a line in the log

milliseconds since(Clock::time_point start) {
    return std::chrono::duration_cast<milliseconds>(Clock::now() - start);
}

/// "3 s", "250 ms"
std::string time_text(milliseconds time) {
    const auto ms = time.count();
    const bool whole = ms >= 10'000 || (ms > 0 && ms % 1000 == 0);
    return whole ? std::to_string((ms + 500) / 1000) + " s" : std::to_string(ms) + " ms";
}

void log(Plugin& plugin, int level, const CallSite& site, std::string text) {
    plugin.log({level, plugin.id(), site.vm_id, site.hook, site.operation, std::move(text), {}});
}

/// Most calls are quick and nobody reads how quick: then not even the text is made.
void log_time(const Call& call, milliseconds took) {
    const int level = took >= slow ? BANGER_LOG_INFO : BANGER_LOG_TRACE;
    const auto pass = call.plugin.gate.enter();
    const auto& enabled = call.plugin.services.log_enabled;
    if (pass && (!enabled || enabled(level))) {
        log(call.plugin, level, call.site, "took " + std::to_string(took.count()) + " ms");
    }
}

/// What the status and the texts of a finished call mean.
Outcome judge(Call& call, banger_status status) {
    Outcome outcome;
    outcome.output = std::move(call.output);
    outcome.cookie = call.cookie;
    outcome.asked = true;
    const Failure& said = call.said;
    const Failure& why = said.message.empty() ? call.recorded : said;
    if (status >= 0) {
        if (status > BANGER_SKIP) {
            log(call.plugin, BANGER_LOG_WARNING, call.site,
                "returned " + std::to_string(status) + ", which has no meaning; taken as success");
            status = BANGER_OK;
        }
        if (said.status < 0) {
            log(call.plugin, BANGER_LOG_WARNING, call.site,
                "reported a failure, then returned success; taken as success: " + why.message);
        }
        outcome.status = status;
        return outcome;
    }
    outcome.status = status;
    outcome.message = why.message;
    outcome.own_words = !said.message.empty();
    outcome.refused = said.message.empty() && call.recorded.status == status;
    outcome.hint = said.hint.empty() ? why.hint : said.hint;
    if (outcome.message.empty()) {
        outcome.message = "returned " + std::to_string(status) + " without a message";
    }
    return outcome;
}

Outcome refusal(banger_status status, std::string message, std::string hint = {}) {
    Outcome outcome;
    outcome.status = status;
    outcome.message = std::move(message);
    outcome.hint = std::move(hint);
    return outcome;
}

Outcome not_entered(Lanes::Entry entry, const std::string& holder) {
    const std::string with = holder.empty() ? "" : " with " + holder;
    switch (entry) {
    case Lanes::Entry::closed:
        return refusal(BANGER_E_UNAVAILABLE, "not asked, the plugin is stopped");
    case Lanes::Entry::cancelled:
        return refusal(BANGER_E_CANCELLED,
                       "cancelled while it waited for the plugin, which is busy" + with);
    case Lanes::Entry::late:
    case Lanes::Entry::entered:
        break;
    }
    return refusal(BANGER_E_BUSY, "the plugin is busy" + with);
}

} // namespace

os::Error Outcome::error(const Plugin& plugin, const CallSite& site) const {
    // What the host will not take from a plugin is no wrong request of who asked the plugin.
    const bool its_own = refused && status == BANGER_E_INVALID;
    return {its_own ? os::ErrorKind::internal : kind_of(status),
            "plugin " + plugin.id() + ", " + site.text() + ": " + message,
            its_own && hint.empty() ? "tell its author, or get another version of it" : hint};
}

os::Error Outcome::answer(const Plugin& plugin, const CallSite& site) const {
    const bool own = own_words && !abandoned &&
                     (status == BANGER_E_INVALID || status == BANGER_E_NOT_FOUND ||
                      status == BANGER_E_CONFLICT || status == BANGER_E_UNAVAILABLE);
    return own ? os::Error(kind_of(status), message, hint) : error(plugin, site);
}

/// Shared by the caller, who may stop waiting, and the worker.
struct Guard::Task {
    explicit Task(Plugin& callee) : plugin(callee), calls(callee.services.calls) {}
    Plugin& plugin;
    Breadcrumb* calls; ///< its own: the services may be gone when a late worker begins
    std::shared_ptr<Call> call;
    std::optional<VmSnapshot> vm;
    Function function;
    std::string lane;
    bool in_lane = false;
    Clock::time_point start = Clock::now();
    const pid_t process = ::getpid();

    std::atomic<bool> finished{false}; ///< set with the lock held
    std::mutex lock;
    std::condition_variable done;
    os::UniqueFd done_fd; ///< once the caller waits for a descriptor as well
    bool abandoned = false;
    Outcome outcome;

    void finish(Outcome result) {
        const std::scoped_lock hold(lock);
        outcome = std::move(result);
        function = nullptr;
        finished = true;
        done.notify_one();
        if (done_fd) {
            const std::uint64_t one = 1;
            [[maybe_unused]] const ssize_t written = ::write(done_fd.get(), &one, sizeof one);
        }
    }

    /// Until it has finished, `until`, or one of them is readable; `cancelled`: it was cancel_fd.
    bool wait(Clock::time_point until, int cancel_fd, int stop_fd, bool& cancelled) {
        const auto at_once = [this] { return finished.load(); };
        if (wait_awake(at_once, until)) {
            return true;
        }
        std::unique_lock hold(lock);
        if (cancel_fd < 0 && stop_fd < 0) {
            return done.wait_until(hold, until, at_once);
        }
        if (!finished && !done_fd) {
            done_fd = os::UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
        }
        while (!finished && Clock::now() < until) {
            // Without a descriptor of our own: look at both from time to time.
            const auto left = std::chrono::ceil<milliseconds>(until - Clock::now());
            const auto limit =
                std::clamp<std::int64_t>(left.count(), 0, done_fd ? 1 << 30 : without_fd.count());
            pollfd fds[3] = {
                {cancel_fd, POLLIN, 0}, {stop_fd, POLLIN, 0}, {done_fd.get(), POLLIN, 0}};
            hold.unlock();
            ::poll(fds, 3, static_cast<int>(limit)); // EINTR: we look at the clock anyway
            hold.lock();
            cancelled = (fds[0].revents & POLLIN) != 0;
            if (cancelled || (fds[1].revents & POLLIN) != 0) {
                break;
            }
        }
        return finished;
    }
};

Guard::Guard(Timeouts timeouts, const ThreadStart& start)
    : timeouts_(timeouts), control_(1, start), workers_(4, start) {}

void Guard::post_at(Clock::time_point when, std::function<void()> task) {
    alarms_.at(when, [this, task = std::move(task)] {
        try {
            post(task);
        } catch (const std::system_error&) { // no thread for it now
            post_at(Clock::now() + without_thread, task);
        }
    });
}

/// On the worker. Nothing of the caller is touched, which may have given up and be gone.
void Guard::execute(const std::shared_ptr<Task>& task) {
    Call& call = *task->call;
    Plugin& plugin = task->plugin;
    call.thread = std::this_thread::get_id();
    banger_status status = BANGER_E_EXCEPTION;
    std::string escaped;
    {
        // what() and the destructor of what it throws are its code as well.
        const CallMark mark(task->calls, plugin.id(), call.site);
        try {
            status = task->function(call.handle, task->vm ? task->vm->raw() : nullptr);
        } catch (const std::exception& error) {
            const char* text = error.what();
            escaped = os::one_line(text != nullptr ? text : "", limits::message);
            escaped = escaped.empty() ? "an exception" : escaped;
        } catch (const abi::__forced_unwind&) { // pthread_exit(): it cannot be held up
            settle(task, BANGER_E_EXCEPTION, "it ended its thread");
            throw;
        } catch (...) {
            escaped = "an exception that is no std::exception";
        }
    }
    settle(task, status, escaped.empty() ? "" : "an exception left it: " + escaped);
}

/// What a call came to, once it is over; `fault`: why its plugin is asked no more.
void Guard::settle(const std::shared_ptr<Task>& task, banger_status status,
                   const std::string& fault) {
    Call& call = *task->call;
    Plugin& plugin = task->plugin;
    if (::getpid() != task->process) { // a copy of the daemon, by a fork of the plugin's
        ::_exit(EX_SOFTWARE);
    }
    if (!fault.empty()) {
        call.said = {BANGER_E_EXCEPTION, fault, ""};
        plugin.fault(call.site.text() + ": " + fault);
    }
    Outcome outcome = judge(call, status);
    call.end();
    if (task->in_lane) {
        plugin.lanes.leave(task->lane);
    }
    const milliseconds took = since(task->start);
    log_time(call, took);
    task->finish(std::move(outcome));
    if (task->abandoned) { // decided before it finished, if ever
        log(plugin, BANGER_LOG_WARNING, call.site,
            "returned after " + std::to_string(took.count()) + " ms, too late to count");
        plugin.unstuck();
    }
}

Outcome Guard::run(Plugin& plugin, CallSpec spec, Function function) {
    const State state = plugin.state();
    if (state == State::stuck || (state == State::stopped && spec.lane != Lane::control) ||
        (state == State::faulted && !spec.cleanup)) {
        return refusal(BANGER_E_UNAVAILABLE,
                       "not asked, the plugin is " + std::string(to_string(state)) +
                           (plugin.trouble().empty() ? "" : ": " + plugin.trouble()),
                       next_step(state));
    }
    if (spec.context) {
        spec.site.operation = spec.context->operation_id;
    }
    if (spec.vm) {
        spec.site.vm_id = spec.vm->id;
        spec.site.vm_name = spec.vm->name;
    }
    const int cancel_fd = spec.cancellable && spec.context ? spec.context->cancel_fd : -1;
    const auto deadline = Clock::now() + spec.timeout;
    const milliseconds grace = spec.grace.value_or(timeouts_.grace);

    auto task = std::make_shared<Task>(plugin);
    task->in_lane = spec.lane != Lane::control;
    if (spec.lane == Lane::beside) {
        task->lane = spec.site.hook + " " + spec.site.vm_id;
    } else if (plugin.manifest.concurrent && spec.site.vm_id.empty()) {
        static std::atomic<std::uint64_t> number{0};
        task->lane = "call " + std::to_string(++number); // about no VM: beside everything
    } else if (plugin.manifest.concurrent) {
        task->lane = spec.site.vm_id;
    }
    task->function = std::move(function);
    os::UniqueFd stopped_fd; // a job goes on until the plugin's end: one more reason not to wait
    if (task->in_lane) {
        const Lanes::Entry entry = plugin.lanes.enter(task->lane, deadline, cancel_fd);
        if (entry != Lanes::Entry::entered) {
            return not_entered(entry, plugin.lanes.holder(task->lane));
        }
        plugin.lanes.name_holder(task->lane, spec.site.text());
    }
    try {
        task->call = std::make_shared<Call>(plugin, spec.site, deadline, spec.context);
        task->call->keep_cookie = std::move(spec.keep_cookie);
        task->call->job = spec.job;
        task->call->cleanup = grace;
        enter_call(task->call);
        if (spec.job) {
            stopped_fd.reset(::fcntl(task->call->cancel_fd(), F_DUPFD_CLOEXEC, 0));
        }
        plugin.remember(task->call);
        if (spec.vm) {
            task->vm.emplace(*spec.vm, std::move(spec.cookie));
        }
        (spec.lane == Lane::control ? control_ : workers_).post([task] { execute(task); });
    } catch (...) { // no memory or threads: the plugin was never asked
        if (task->call) {
            task->call->end();
        }
        if (task->in_lane) {
            plugin.lanes.leave(task->lane);
        }
        const os::Error error = os::current_error();
        return refusal(status_of(error.kind()), error.what(), error.hint());
    }

    // We may be gone when the plugin comes back.
    const std::shared_ptr<CallLink> link = task->call->link;
    bool cancelled = false;
    bool done = task->wait(deadline, cancel_fd, stopped_fd.get(), cancelled);
    const bool stopped = !cancelled && task->call->cancelled() && Clock::now() < deadline;
    if (!done) {
        task->call->cancel();
        bool unused = false;
        done = task->wait(Clock::now() + grace, -1, -1, unused);
    }
    link->cut();
    if (!spec.vm) { // hooks of VMs are many, and quick
        for (const std::string& text : limits_.put_back()) {
            log(plugin, BANGER_LOG_WARNING, spec.site,
                text + ": the limits belong to the whole daemon");
        }
    }
    const std::scoped_lock hold(task->lock);
    if (!task->finished) {
        task->abandoned = true;
        plugin.stuck_in(spec.site.text(), task->start);
        const bool cut_short = cancelled || stopped;
        const std::string after = time_text(grace) + " after it was told to stop";
        const bool configured = // create() and its like have their own time
            spec.lane != Lane::control || spec.timeout != timeouts_.control;
        const std::string longer =
            configured ? "a longer time: plugins.entries." + plugin.id() + ".timeout" : "";
        Outcome outcome =
            refusal(cut_short ? BANGER_E_CANCELLED : BANGER_E_TIMEOUT,
                    "did not return within " +
                        (cut_short ? after : time_text(spec.timeout) + ", nor in the " + after),
                    cut_short ? "" : longer);
        outcome.abandoned = true;
        outcome.asked = true;
        return outcome;
    }
    Outcome outcome = std::move(task->outcome);
    const bool in_time = done && !task->call->cancelled();
    if (!in_time && outcome.failed()) {
        // It gave up because it was told to: that is the reason to report.
        outcome.status = cancelled || stopped ? BANGER_E_CANCELLED : BANGER_E_TIMEOUT;
        outcome.message = (cancelled ? "cancelled"
                           : stopped ? "cancelled, as the plugin is stopped"
                                     : "no answer within " + time_text(spec.timeout)) +
                          (outcome.message.empty() ? "" : " (" + outcome.message + ")");
    }
    return outcome;
}

} // namespace banger::plugin
