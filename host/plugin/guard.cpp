#include "plugin/guard.hpp"

#include "plugin/plugin.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace banger::plugin {

using Clock = banger_call::Clock;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds slow{1000}; ///< a call that takes longer is worth a line in the log

milliseconds since(Clock::time_point start) {
    return std::chrono::duration_cast<milliseconds>(Clock::now() - start);
}

void log(const Plugin& plugin, int level, const CallSite& site, std::string text) {
    if (plugin.services.log) {
        plugin.services.log(
            {level, plugin.id(), site.vm_id, site.hook, site.operation, std::move(text), {}});
    }
}

/// What the status and the texts of a finished call mean.
Outcome judge(const banger_call& call, banger_status status) {
    Outcome outcome;
    outcome.output = call.output;
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

} // namespace

os::Error Outcome::error(const Plugin& plugin, const CallSite& site) const {
    return {kind_of(status), "plugin " + plugin.id() + ", " + site.text() + ": " + message, hint};
}

os::Error Outcome::answer(const Plugin& plugin, const CallSite& site) const {
    const bool own = own_words && !abandoned &&
                     (status == BANGER_E_INVALID || status == BANGER_E_NOT_FOUND ||
                      status == BANGER_E_UNAVAILABLE);
    return own ? os::Error(kind_of(status), message, hint) : error(plugin, site);
}

/// Shared by the caller, who may stop waiting, and the worker.
struct Guard::Task {
    explicit Task(Plugin& callee) : plugin(callee) {}
    Plugin& plugin;
    std::shared_ptr<banger_call> call;
    std::optional<VmSnapshot> vm;
    Function function;
    std::string lane;
    bool in_lane = false;
    Clock::time_point start = Clock::now();
    os::UniqueFd done{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};

    std::mutex lock;
    bool finished = false;
    bool abandoned = false;
    Outcome outcome;

    bool poll_done(milliseconds time, int cancel_fd, bool& cancelled) const {
        pollfd fds[2] = {{done.get(), POLLIN, 0}, {cancel_fd, POLLIN, 0}};
        const auto limit = std::clamp<std::int64_t>(time.count(), 0, 1 << 30);
        ::poll(fds, 2, static_cast<int>(limit)); // EINTR: the caller looks at the clock anyway
        cancelled = cancel_fd >= 0 && (fds[1].revents & POLLIN) != 0;
        return (fds[0].revents & POLLIN) != 0;
    }
};

Guard::Guard(Timeouts timeouts) : timeouts_(timeouts) {}

/// On the worker. Nothing of the caller is touched once it has given up.
void Guard::execute(const std::shared_ptr<Task>& task) {
    banger_call& call = *task->call;
    Plugin& plugin = task->plugin;
    call.thread = std::this_thread::get_id();
    banger_status status = BANGER_E_EXCEPTION;
    std::string escaped;
    try {
        status = task->function(&call, task->vm ? task->vm->raw() : nullptr);
    } catch (const std::exception& error) {
        escaped = error.what();
        escaped = escaped.empty() ? "an exception" : escaped;
    } catch (...) {
        escaped = "an exception that is no std::exception";
    }
    call.over = true;
    if (!escaped.empty()) {
        call.said = {BANGER_E_EXCEPTION, "an exception left it: " + escaped, ""};
        plugin.fault(call.site.text() + " let an exception out: " + escaped);
    }
    Outcome outcome = judge(call, status);
    call.drop_results();
    if (task->in_lane) {
        plugin.lanes.leave(task->lane);
    }
    const milliseconds took = since(task->start);
    log(plugin, took >= slow ? BANGER_LOG_INFO : BANGER_LOG_TRACE, call.site,
        "took " + std::to_string(took.count()) + " ms");

    bool late = false;
    {
        const std::scoped_lock hold(task->lock);
        task->finished = true;
        task->outcome = std::move(outcome);
        late = task->abandoned;
        task->function = nullptr;
    }
    if (late) {
        log(plugin, BANGER_LOG_WARNING, call.site,
            "returned after " + std::to_string(took.count()) + " ms, too late to count");
        plugin.unstuck();
    }
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(task->done.get(), &one, sizeof one);
}

Outcome Guard::run(Plugin& plugin, CallSpec spec, Function function) {
    const State state = plugin.state();
    if (state == State::stuck || (state == State::stopped && spec.lane != Lane::control) ||
        (state == State::faulted && !spec.cleanup)) {
        return refusal(BANGER_E_UNAVAILABLE,
                       "not asked, the plugin is " + std::string(to_string(state)) +
                           (plugin.trouble().empty() ? "" : ": " + plugin.trouble()),
                       state == State::faulted ? "restart the daemon: banger daemon restart" : "");
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
    if (task->in_lane) {
        if (!plugin.lanes.enter(task->lane, deadline, cancel_fd)) {
            const std::string holder = plugin.lanes.holder(task->lane);
            return refusal(BANGER_E_BUSY,
                           "the plugin is busy" + (holder.empty() ? "" : " with " + holder));
        }
        plugin.lanes.name_holder(task->lane, spec.site.text());
    }
    try {
        task->call = std::make_shared<banger_call>(plugin, spec.site, deadline, spec.context);
        task->call->keep_cookie = std::move(spec.keep_cookie);
        task->call->job = spec.job;
        plugin.remember(task->call);
        if (spec.vm) {
            task->vm.emplace(*spec.vm, std::move(spec.cookie));
        }
        (spec.lane == Lane::control ? control_ : workers_).post([task] { execute(task); });
    } catch (...) { // no memory, descriptors or threads: the plugin was never asked
        if (task->in_lane) {
            plugin.lanes.leave(task->lane);
        }
        const os::Error error = os::current_error();
        return refusal(status_of(error.kind()), error.what(), error.hint());
    }

    const std::shared_ptr<CallLink> link = task->call->link;
    bool cancelled = false;
    bool done = false;
    for (auto left = spec.timeout; !done && !cancelled && left.count() > 0;
         left = task->call->remaining()) {
        done = task->poll_done(left, cancel_fd, cancelled);
    }
    if (!done) {
        task->call->cancel();
        const auto until = Clock::now() + spec.grace.value_or(timeouts_.grace);
        bool unused = false;
        while (!done && Clock::now() < until) {
            done = task->poll_done(std::chrono::duration_cast<milliseconds>(until - Clock::now()) +
                                       milliseconds(1),
                                   -1, unused);
        }
    }
    link->cut();
    const std::scoped_lock hold(task->lock);
    if (!task->finished) {
        task->abandoned = true;
        plugin.stuck_in(spec.site.text());
        Outcome outcome =
            refusal(cancelled ? BANGER_E_CANCELLED : BANGER_E_TIMEOUT,
                    "did not return within " + std::to_string(since(task->start).count()) + " ms",
                    cancelled ? "" : "a longer time: plugins.entries." + plugin.id() + ".timeout");
        outcome.abandoned = true;
        outcome.asked = true;
        return outcome;
    }
    Outcome outcome = std::move(task->outcome);
    const bool in_time = done && !task->call->cancelled();
    if (!in_time && outcome.failed()) {
        // It gave up because we told it to: that is the reason to report.
        outcome.status = cancelled ? BANGER_E_CANCELLED : BANGER_E_TIMEOUT;
        outcome.message =
            (cancelled ? "cancelled"
                       : "no answer within " + std::to_string(spec.timeout.count()) + " ms") +
            (outcome.message.empty() ? "" : " (" + outcome.message + ")");
    }
    return outcome;
}

} // namespace banger::plugin
