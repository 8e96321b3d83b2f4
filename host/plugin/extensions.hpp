#pragma once

#include "plugin/gate.hpp"
#include "plugin/host_view.hpp"
#include "plugin/plugin.hpp"

#include <memory>
#include <string>
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

/// A call that the plugin names to a [call-thread] function, while that runs. False when this
/// thread may not use it now: a line in the log says then what `function` was misused. While it is
/// true the host's services are there.
class Using {
  public:
    Using(banger_call* handle, const char* function) noexcept;
    explicit operator bool() const noexcept { return static_cast<bool>(pass_); }
    [[nodiscard]] Call& operator*() const noexcept { return *call_; }
    [[nodiscard]] Call* operator->() const noexcept { return call_.get(); }

  private:
    std::shared_ptr<Call> call_;
    Gate::Pass pass_;
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

/// Remembers the exception being handled as the call's last host failure; its status.
banger_status record_failure(Call& call) noexcept;

/// Runs f, with the call, for a [call-thread] function that gives back a status.
template <class F>
banger_status perform(banger_call* handle, const char* function, F&& f) noexcept {
    const Using call(handle, function);
    if (!call) {
        return BANGER_E_INVALID;
    }
    try {
        std::forward<F>(f)(*call);
        return BANGER_OK;
    } catch (...) {
        return record_failure(*call);
    }
}

/// Results and the text that they point into; kept by the call.
template <class Raw>
struct Kept {
    Raw raw{};
    std::string first, second, third, fourth, message, hint;
};

/// What a misused function gives back: it has no call to keep a result in.
extern const banger_result no_call_result;

/// Runs f, with the call, for a function that gives back a banger_result of f's std::string.
template <class F>
const banger_result* answer(banger_call* handle, const char* function, F&& f) noexcept {
    const Using call(handle, function);
    if (!call) {
        return &no_call_result;
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
        return &call->keep(std::move(kept)).raw;
    } catch (...) { // out of memory
        return &no_call_result;
    }
}

} // namespace banger::plugin
