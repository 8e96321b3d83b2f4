#pragma once

#include "os/error.hpp"
#include "os/unique_fd.hpp"
#include "vm/capabilities.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <banger/vm.h>

namespace banger::plugin {

class Job;
class Plugin;

/// What a call is made for, in words.
struct CallSite {
    std::string hook; ///< "before_start", "action ls", "timer"
    std::string vm_id, vm_name;
    std::string operation;
    std::string initiator; ///< who asked for it; empty: the plugin itself, or not known

    /// "before_start of VM web"
    [[nodiscard]] std::string text() const;
};

/// The operation behind a call, for log lines and privileged steps. Cut when its caller stops
/// waiting, so that a late plugin touches nothing that is gone. Any thread.
class CallLink {
  public:
    explicit CallLink(vm::CallContext* context) : context_(context) {}
    void cut();
    void log(std::string_view level, const std::string& text);
    void privileged(const std::string& command, std::chrono::milliseconds time, bool ok);
    void stage(const std::string& name);
    void progress(std::uint64_t done, std::uint64_t total, bool bytes);
    void reaches(int percent);

  private:
    std::mutex lock_;
    vm::CallContext* context_;
};

struct Output {
    std::uint32_t kind = 0; ///< BANGER_EMIT_*
    std::string bytes;
};

struct Failure {
    banger_status status = BANGER_OK;
    std::string message, hint;
};

[[nodiscard]] os::ErrorKind kind_of(banger_status status) noexcept;
[[nodiscard]] banger_status status_of(os::ErrorKind kind) noexcept;

/// A VM as a plugin sees it, with the text that it points into.
class VmSnapshot {
  public:
    VmSnapshot(vm::VmView view, std::string cookie);
    VmSnapshot(const VmSnapshot&) = delete;
    VmSnapshot& operator=(const VmSnapshot&) = delete;
    [[nodiscard]] const banger_vm* raw() const noexcept { return &raw_; }

  private:
    vm::VmView view_;
    std::string run_dir_, cookie_;
    banger_vm raw_{};
};

/// The view of host text for a plugin: it ends in NUL.
inline banger_str str(const std::string& text) noexcept {
    return {text.c_str(), text.size()};
}
[[nodiscard]] std::string copy(banger_str text);
[[nodiscard]] inline std::string_view view(banger_str text) noexcept {
    return text.ptr ? std::string_view(text.ptr, text.len) : std::string_view();
}

/// One call into a plugin (or of a plugin's own thread). Shared by the caller and the worker: it
/// lives until both are done with it. Plugins name it by its handle: call_table.hpp.
class Call {
  public:
    using Clock = std::chrono::steady_clock;

    Call(Plugin& owner, CallSite site, Clock::time_point until, vm::CallContext* context);

    Plugin& plugin;
    const CallSite site;
    const Clock::time_point deadline;
    const std::shared_ptr<CallLink> link;
    banger_call* handle = nullptr;         ///< set once, before the plugin gets it
    std::atomic<std::thread::id> thread{}; ///< the one that [call-thread] means
    std::atomic<bool> over{false};         ///< the plugin has returned from it
    banger::plugin::Job* job = nullptr;    ///< the long job that it is, if any
    std::chrono::milliseconds cleanup{};   ///< what it may take once it is cancelled

    // Any thread.
    void cancel() noexcept;
    [[nodiscard]] bool cancelled() const noexcept { return cancelled_; }
    /// Made when it is first asked for; -1 when the call is over or no descriptor is to be had.
    [[nodiscard]] int cancel_fd() noexcept;
    [[nodiscard]] std::chrono::milliseconds remaining() const;

    // Call thread.
    /// Keeps a value alive as long as the call; `bytes` of it count.
    template <class T>
    T& keep(std::unique_ptr<T> value, std::size_t bytes = 0) {
        kept_bytes_ += bytes;
        kept_.push_back(std::shared_ptr<T>(std::move(value)));
        return *static_cast<T*>(kept_.back().get());
    }
    /// The same, once for each key: what is asked again and again does not pile up, nor count.
    template <class T>
    T& keep_once(const std::string& key, std::unique_ptr<T> value) {
        auto& kept = kept_once_[key];
        if (!kept) {
            kept = std::shared_ptr<T>(std::move(value));
        }
        return *static_cast<T*>(kept.get());
    }
    /// As much is kept as a call may: nothing more is asked in it.
    [[nodiscard]] bool full() const noexcept;
    /// The plugin has returned: nothing that it was given is there any more.
    void end();
    Failure said;     ///< by the plugin through call_fail
    Failure recorded; ///< by the last host function that failed
    std::vector<Output> output;
    std::size_t output_bytes = 0;
    /// Makes a cookie durable; empty in calls that may not set one.
    std::function<void(const std::string&)> keep_cookie;
    std::optional<std::string> cookie;

  private:
    std::mutex fd_lock_;
    os::UniqueFd cancel_fd_;
    std::atomic<bool> cancelled_{false};
    std::vector<std::shared_ptr<void>> kept_;
    std::size_t kept_bytes_ = 0;
    std::map<std::string, std::shared_ptr<void>> kept_once_;
};

} // namespace banger::plugin
