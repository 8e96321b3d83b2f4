#pragma once

#include "os/error.hpp"
#include "os/unique_fd.hpp"
#include "vm/capabilities.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
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

} // namespace banger::plugin

/// One call into a plugin (or of a plugin's own thread). Shared by the caller and the worker: it
/// lives until both are done with it.
struct banger_call {
    using Clock = std::chrono::steady_clock;

    banger_call(banger::plugin::Plugin& owner, banger::plugin::CallSite site,
                Clock::time_point until, banger::vm::CallContext* context);

    banger::plugin::Plugin& plugin;
    const banger::plugin::CallSite site;
    const Clock::time_point deadline;
    const std::shared_ptr<banger::plugin::CallLink> link;
    std::atomic<std::thread::id> thread{}; ///< the one that [call-thread] means
    std::atomic<bool> over{false};         ///< the plugin has returned from it
    banger::plugin::Job* job = nullptr;    ///< the long job that it is, if any

    // Any thread.
    void cancel() noexcept;
    [[nodiscard]] bool cancelled() const noexcept { return cancelled_; }
    [[nodiscard]] int cancel_fd() const noexcept { return cancel_fd_.get(); }
    [[nodiscard]] std::chrono::milliseconds remaining() const;

    // Call thread.
    /// Keeps a value alive as long as the call.
    template <class T>
    T& keep(std::unique_ptr<T> value) {
        kept_.push_back(std::shared_ptr<T>(std::move(value)));
        return *static_cast<T*>(kept_.back().get());
    }
    void drop_results() { kept_.clear(); }
    banger::plugin::Failure said;     ///< by the plugin through call_fail
    banger::plugin::Failure recorded; ///< by the last host function that failed
    std::vector<banger::plugin::Output> output;
    std::size_t output_bytes = 0;
    /// Makes a cookie durable; empty in calls that may not set one.
    std::function<void(const std::string&)> keep_cookie;
    std::optional<std::string> cookie;

  private:
    banger::os::UniqueFd cancel_fd_;
    std::atomic<bool> cancelled_{false};
    std::vector<std::shared_ptr<void>> kept_;
};
