#pragma once

#include "plugin/alarms.hpp"
#include "plugin/call.hpp"
#include "plugin/process_limits.hpp"
#include "plugin/settings.hpp"
#include "plugin/workers.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace banger::plugin {

class Plugin;

/// Which thread a call runs on, and what it may run beside.
enum class Lane {
    control, ///< the one control thread
    hook,    ///< a worker; one at a time per plugin, or per plugin and VM
    beside,  ///< a worker, beside other hooks of the plugin
};

/// How one call into a plugin is to be made.
struct CallSpec {
    CallSite site;
    std::chrono::milliseconds timeout{};
    Lane lane = Lane::hook;
    bool cleanup = false;               ///< also asked of a faulted plugin
    bool cancellable = true;            ///< context's cancel_fd counts
    vm::CallContext* context = nullptr; ///< null: no operation is behind it
    const vm::VmView* vm = nullptr;     ///< copied
    std::string cookie;                 ///< what the plugin had stored for that VM
    std::function<void(const std::string&)> keep_cookie;
    Job* job = nullptr; ///< the call is this long job
    /// What it may take once it is cancelled; unset: the guard's grace.
    std::optional<std::chrono::milliseconds> grace;
};

/// How it went.
struct Outcome {
    banger_status status = BANGER_OK; ///< OK, SKIP or negative
    std::string message, hint;        ///< of a negative one: what the plugin said, or what we saw
    std::vector<Output> output;
    std::optional<std::string> cookie;
    bool asked = false;     ///< the plugin was called at all
    bool own_words = false; ///< the message is the plugin's
    bool refused = false;   ///< it passed on what a function of the host had refused it
    bool abandoned = false; ///< it still runs

    [[nodiscard]] bool failed() const noexcept { return status < 0; }
    /// "plugin nat, before_start of VM web: ..."
    [[nodiscard]] os::Error error(const Plugin& plugin, const CallSite& site) const;
    /// The same; but in the plugin's words alone where it says what is wrong with what a person
    /// wants of it: who asked for it need not know which plugin does it.
    [[nodiscard]] os::Error answer(const Plugin& plugin, const CallSite& site) const;
};

/// The one way into a plugin: runs the call on its thread, catches whatever leaves it, gives it a
/// deadline, cancels it with its operation, measures it, and goes on without it when it does not
/// return. A call that returns at once costs two hand-overs between threads that wait awake, and no
/// system call. Holds no lock but the plugin's own lane. Blocks. Any thread but the loop.
class Guard {
  public:
    using Function = std::function<banger_status(banger_call*, const banger_vm*)>;

    explicit Guard(Timeouts timeouts = {}, const ThreadStart& start = start_thread);
    [[nodiscard]] Outcome run(Plugin& plugin, CallSpec spec, Function function);
    [[nodiscard]] const Timeouts& timeouts() const noexcept { return timeouts_; }
    /// Work of the host itself that must not hold up its caller (it then calls run()). Throws when
    /// there is no thread for it.
    void post(std::function<void()> task) { workers_.post(std::move(task)); }
    /// The same later, at the first moment from `when` on that there is a thread for it.
    void post_at(Call::Clock::time_point when, std::function<void()> task);

  private:
    struct Task;
    static void execute(const std::shared_ptr<Task>& task);
    static void settle(const std::shared_ptr<Task>& task, banger_status status,
                       const std::string& fault);

    Timeouts timeouts_;
    ProcessLimits limits_; ///< looked at after calls that are about no VM
    Workers control_;
    Workers workers_;
    Alarms alarms_;
};

} // namespace banger::plugin
