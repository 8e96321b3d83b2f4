#pragma once

#include "plugin/gate.hpp"
#include "plugin/host_view.hpp"
#include "plugin/plugin.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <banger/plugin.h>

/// The host's side of the SDK's extensions, one file each in ext/. Their functions are called from
/// the plugin's frames, so nothing may be thrown out of them.
namespace banger::plugin {

/// The table, or null when this host lacks the service that it needs.
[[nodiscard]] const void* find_extension(const Plugin& plugin, const std::string& id);

extern const banger_log_ops log_ops;
extern const banger_kv_ops kv_ops;
extern const banger_exec_ops exec_ops;
extern const banger_privileged_ops privileged_ops;
extern const banger_thread_ops thread_ops;
extern const banger_timer_ops timer_ops;
extern const banger_guest_channel_ops guest_channel_ops;
extern const banger_guest_facts_ops guest_facts_ops;
extern const banger_events_ops events_ops;
extern const banger_vm_query_ops vm_query_ops;
extern const banger_network_info_ops network_info_ops;
extern const banger_api_ops api_ops;
extern const banger_operations_ops operations_ops;
extern const banger_guest_config_ops guest_config_ops;

/// What a function says when the host's services are gone: the daemon ends, or the plugin has.
inline constexpr std::string_view gone_message = "the plugin is stopped: the host does nothing";
inline constexpr std::string_view gone_hint =
    "end your threads in destroy(), and do nothing more in one whose call is cancelled";

/// A call that the plugin names to a [call-thread] function, while that runs. False when this
/// thread may not use it now: a line in the log says then what `function` was misused; or when the
/// host's services are gone, which is recorded in the call. While it is true they are there.
class Using {
  public:
    Using(banger_call* handle, const char* function) noexcept;
    explicit operator bool() const noexcept { return static_cast<bool>(pass_); }
    [[nodiscard]] Call& operator*() const noexcept { return *call_; }
    [[nodiscard]] Call* operator->() const noexcept { return call_.get(); }
    /// Why it is false.
    [[nodiscard]] bool gone() const noexcept { return gone_; }
    [[nodiscard]] banger_status status() const noexcept {
        return gone_ ? BANGER_E_UNAVAILABLE : BANGER_E_INVALID;
    }

  private:
    std::shared_ptr<Call> call_;
    Gate::Pass pass_;
    bool gone_ = false;
};

/// The plugin whose code calls an [any-thread] function. False when the host's services are gone.
class Visit {
  public:
    explicit Visit(const banger_host* host) noexcept
        : plugin_(HostView::plugin_of(host)), pass_(plugin_.gate.enter()) {}
    explicit operator bool() const noexcept { return static_cast<bool>(pass_); }
    [[nodiscard]] Plugin& operator*() const noexcept { return plugin_; }
    [[nodiscard]] Plugin* operator->() const noexcept { return &plugin_; }

  private:
    Plugin& plugin_;
    Gate::Pass pass_;
};

/// Throws invalid for a struct of the plugin that is NULL or ends before its field `last`, which
/// every version of it has.
template <class T, class Last>
void require_struct(const T* given, Last T::*last, const char* what) {
    const auto* const end =
        given ? reinterpret_cast<const char*>(&(given->*last)) + sizeof(Last) : nullptr;
    if (!given || given->struct_size < end - reinterpret_cast<const char*>(given)) {
        throw os::Error(os::ErrorKind::invalid, std::string(what) + " is too short",
                        "struct_size is the sizeof of the SDK that it was built with");
    }
}

/// Remembers the exception being handled as the call's last host failure; its status.
banger_status record_failure(Call& call) noexcept;

/// Runs f, with the call, for a [call-thread] function that gives back a status.
template <class F>
banger_status perform(banger_call* handle, const char* function, F&& f) noexcept {
    const Using call(handle, function);
    if (!call) {
        return call.status();
    }
    try {
        std::forward<F>(f)(*call);
        return BANGER_OK;
    } catch (...) {
        return record_failure(*call);
    }
}

/// What a function says that a full call asks for a result (Call::full).
inline constexpr std::string_view full_message =
    "this call keeps 64 MiB of results, the most that one may: nothing was done";
inline constexpr std::string_view full_hint =
    "do less in one call; a thread of the plugin, or a job, opens a fresh one (banger.thread/1)";
/// Remembers that as the call's last host failure.
void record_full(Call& call) noexcept;

/// Results and the text that they point into; kept by the call.
template <class Raw>
struct Kept {
    Raw raw{};
    std::string first, second, third, fourth, message, hint;

    [[nodiscard]] std::size_t bytes() const noexcept {
        return sizeof *this + first.size() + second.size() + third.size() + fourth.size() +
               message.size() + hint.size();
    }
};

/// Keeps it as long as the call; the raw part of it, for the plugin.
template <class Raw>
const Raw* keep(Call& call, std::unique_ptr<Kept<Raw>> kept) {
    const std::size_t bytes = kept->bytes();
    return &call.keep(std::move(kept), bytes).raw;
}

/// What a misused function gives back: it has no call to keep a result in.
extern const banger_result no_call_result;
/// What one gives back when the host's services are gone.
extern const banger_result gone_result;
/// What one gives back in a full call.
extern const banger_result full_call_result;

/// Runs f, with the call, for a function that gives back a banger_result of f's std::string.
template <class F>
const banger_result* answer(banger_call* handle, const char* function, F&& f) noexcept {
    const Using call(handle, function);
    if (!call) {
        return call.gone() ? &gone_result : &no_call_result;
    }
    if (call->full()) {
        record_full(*call);
        return &full_call_result;
    }
    try {
        auto kept = std::make_unique<Kept<banger_result>>();
        kept->raw.struct_size = sizeof(banger_result);
        try {
            kept->first = std::forward<F>(f)(*call);
        } catch (...) {
            kept->raw.status = record_failure(*call);
            kept->message = call->recorded.message;
            kept->hint = call->recorded.hint;
        }
        kept->raw.value = str(kept->first);
        kept->raw.message = str(kept->message);
        kept->raw.hint = str(kept->hint);
        return keep(*call, std::move(kept));
    } catch (...) { // out of memory
        return &no_call_result;
    }
}

} // namespace banger::plugin
