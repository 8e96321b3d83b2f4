#include "plugin/plugin.hpp"

#include "os/enum_names.hpp"
#include "plugin/background.hpp"
#include "plugin/breadcrumb.hpp"
#include "plugin/call_table.hpp"
#include "plugin/guard.hpp"
#include "plugin/host_view.hpp"
#include "plugin/limits.hpp"

#include <algorithm>
#include <utility>

#include <poll.h>

namespace banger::plugin {

using Clock = Call::Clock;
using std::chrono::milliseconds;

namespace {
constexpr milliseconds look_again{50}; ///< for a cancelled operation, while it waits for a lane
constexpr std::size_t kept_calls = 16;
} // namespace

std::string_view to_string(State state) noexcept {
    static constexpr auto names = os::enum_names<State>({
        {State::disabled, "disabled"},
        {State::leaving, "leaving"},
        {State::failed, "failed"},
        {State::quarantined, "quarantined"},
        {State::active, "active"},
        {State::stuck, "stuck"},
        {State::faulted, "faulted"},
        {State::stopped, "stopped"},
    });
    return names.name(state);
}

std::string next_step(State state) {
    switch (state) {
    case State::stuck:
        return "wait until it returns, or end it: banger daemon restart";
    case State::faulted:
        return "restart the daemon: banger daemon restart";
    case State::disabled:
    case State::leaving:
    case State::failed:
    case State::quarantined:
    case State::active:
    case State::stopped:
        break;
    }
    return {};
}

Lanes::Entry Lanes::enter(const std::string& key, Deadline deadline, int cancel_fd) {
    std::unique_lock hold(lock_);
    while (!closed_ && busy_.contains(key)) {
        pollfd fd{cancel_fd, POLLIN, 0};
        if (cancel_fd >= 0 && ::poll(&fd, 1, 0) > 0) {
            return Entry::cancelled;
        }
        if (Clock::now() >= deadline) {
            return Entry::late;
        }
        left_.wait_until(hold,
                         cancel_fd < 0 ? deadline : std::min(deadline, Clock::now() + look_again));
    }
    if (closed_) {
        return Entry::closed;
    }
    busy_[key];
    return Entry::entered;
}

void Lanes::close() {
    const std::scoped_lock hold(lock_);
    closed_ = true;
    left_.notify_all();
}

void Lanes::leave(const std::string& key) {
    const std::scoped_lock hold(lock_);
    busy_.erase(key);
    left_.notify_all();
}

bool Lanes::wait_empty(Deadline deadline) {
    std::unique_lock hold(lock_);
    return left_.wait_until(hold, deadline, [this] { return busy_.empty(); });
}

std::string Lanes::holder(const std::string& key) const {
    const std::scoped_lock hold(lock_);
    const auto found = busy_.find(key);
    return found == busy_.end() ? std::string() : found->second;
}

void Lanes::name_holder(const std::string& key, const std::string& text) {
    const std::scoped_lock hold(lock_);
    busy_[key] = text;
}

Plugin::Plugin(Manifest from, EntrySettings entry, const Settings& all, Services& host_services,
               Guard& caller)
    : manifest(std::move(from)), settings(std::move(entry)), services(host_services), guard(caller),
      view_(std::make_unique<HostView>(*this, all.daemon_version, all.state_dir / manifest.id)),
      background_(std::make_unique<Background>(*this)), number_(enter_plugin(*this)) {}

Plugin::~Plugin() {
    leave_plugin(number_);
}

const banger_host* Plugin::host() const noexcept {
    return view_->raw();
}

State Plugin::state() const noexcept {
    return state_;
}

std::string Plugin::trouble() const {
    const std::scoped_lock hold(lock_);
    if (trouble_.empty()) {
        return {};
    }
    const auto age =
        std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - trouble_since_);
    const std::string seconds = std::to_string(age.count()) + " s";
    return trouble_ + (trouble_lasts_ ? " for " + seconds : " (" + seconds + " ago)");
}

void Plugin::fault(const std::string& why) {
    const std::scoped_lock hold(lock_);
    if (state_ == State::active || state_ == State::stuck) {
        state_ = State::faulted;
        trouble_ = why;
        trouble_since_ = Clock::now();
        trouble_lasts_ = false;
    }
}

void Plugin::stuck_in(const std::string& what, Clock::time_point began) {
    const std::scoped_lock hold(lock_);
    ++stuck_;
    if (state_ == State::active) {
        state_ = State::stuck;
        trouble_ = what + " has not returned";
        trouble_since_ = began;
        trouble_lasts_ = true;
    }
}

void Plugin::unstuck() {
    std::vector<std::function<void()>> tasks;
    {
        const std::scoped_lock hold(lock_);
        if (--stuck_ > 0) {
            return;
        }
        if (state_ == State::stuck) {
            state_ = out_of_use_ ? State::stopped : State::active;
            trouble_.clear();
        }
        tasks.swap(recovery_);
    }
    for (const auto& task : tasks) {
        task();
    }
}

void Plugin::retire_from_use() {
    const std::scoped_lock hold(lock_);
    out_of_use_ = true;
    state_ = stuck_ > 0 ? State::stuck : State::stopped;
}

bool Plugin::after_recovery(std::function<void()> task) {
    const std::scoped_lock hold(lock_);
    if (stuck_ == 0) {
        return false;
    }
    recovery_.push_back(std::move(task));
    return true;
}

milliseconds Plugin::hook_timeout(milliseconds standard) const {
    if (settings.timeout) {
        return *settings.timeout;
    }
    return manifest.hook_timeout_ms > 0 ? milliseconds(manifest.hook_timeout_ms) : standard;
}

void Plugin::remember(std::shared_ptr<Call> call) {
    std::shared_ptr<Call> oldest;
    {
        const std::scoped_lock hold(lock_);
        if (closing_ && call->job != nullptr) {
            call->cancel();
        }
        recent_.push_back(std::move(call));
        if (recent_.size() > kept_calls) {
            const auto over = std::find_if(recent_.begin(), recent_.end(), [](const auto& old) {
                return old->over.load(); // the others still run
            });
            if (over != recent_.end()) {
                oldest = std::move(*over);
                recent_.erase(over);
            }
        }
    }
    if (oldest) {
        forget_call(oldest->handle);
    }
}

void Plugin::log(const LogLine& line) {
    if (const auto pass = gate.enter(); pass && services.log) {
        services.log(line);
    }
}

banger_call* Plugin::open_call(const std::string& name, milliseconds timeout) {
    const auto deadline =
        Clock::now() + (timeout.count() > 0 ? std::min(timeout, limits::longest) : limits::longest);
    const auto call =
        std::make_shared<Call>(*this, CallSite{.hook = "thread " + name}, deadline, nullptr);
    call->thread = std::this_thread::get_id();
    call->keep(std::make_unique<CallMark>(services.calls, id(), call->site));
    const std::scoped_lock hold(lock_);
    if (closing_ || open_.size() >= limits::open_calls) {
        return nullptr;
    }
    open_.push_back(call);
    return enter_call(call);
}

void Plugin::close_call(Call& call) {
    std::shared_ptr<Call> closed;
    {
        const std::scoped_lock hold(lock_);
        const auto found = std::find_if(open_.begin(), open_.end(),
                                        [&](const auto& open) { return open.get() == &call; });
        if (found == open_.end()) { // it is one of a hook, which ends with that
            return;
        }
        closed = std::move(*found);
        open_.erase(found);
    }
    closed->end();
    remember(std::move(closed));
}

std::size_t Plugin::open_calls() const {
    const std::scoped_lock hold(lock_);
    return open_.size();
}

milliseconds Plugin::cancel_open_calls() {
    const std::scoped_lock hold(lock_);
    closing_ = true;
    for (const auto& call : open_) {
        call->cancel();
    }
    milliseconds longest{};
    for (const auto& call : recent_) {
        if (call->job != nullptr && !call->over) {
            call->cancel();
            longest = std::max(longest, call->cleanup);
        }
    }
    return longest;
}

bool Plugin::retire(std::unique_ptr<Plugin> plugin, Deadline deadline) {
    static std::mutex& lock = *new std::mutex; // neither ends: threads may outlive main()
    static auto& retired = *new std::vector<std::unique_ptr<Plugin>>;
    static_cast<void>(plugin->cancel_open_calls());
    plugin->background().close();
    const bool left = plugin->gate.close(deadline);
    {
        const std::scoped_lock hold(plugin->lock_);
        for (const auto& call : plugin->recent_) {
            forget_call(call->handle);
        }
        plugin->recent_.clear();
        plugin->recovery_.clear();
    }
    const std::scoped_lock hold(lock);
    retired.push_back(std::move(plugin));
    return left;
}

} // namespace banger::plugin
