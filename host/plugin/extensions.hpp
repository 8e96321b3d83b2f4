#pragma once

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

/// May this thread use the call now? If not, a line in the log says what `function` was misused.
[[nodiscard]] bool usable(banger_call* call, const char* function) noexcept;

/// Remembers the exception being handled as the call's last host failure; its status.
banger_status record_failure(banger_call* call) noexcept;

/// Runs f for a [call-thread] function that gives back a status.
template <class F>
banger_status perform(banger_call* call, const char* function, F&& f) noexcept {
    if (!usable(call, function)) {
        return BANGER_E_INVALID;
    }
    try {
        std::forward<F>(f)();
        return BANGER_OK;
    } catch (...) {
        return record_failure(call);
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

/// Runs f, which gives a std::string, for a function that gives back a banger_result.
template <class F>
const banger_result* answer(banger_call* call, const char* function, F&& f) noexcept {
    if (!usable(call, function)) {
        return &no_call_result;
    }
    try {
        auto kept = std::make_unique<Kept<banger_result>>();
        kept->raw.struct_size = sizeof(banger_result);
        try {
            kept->first = std::forward<F>(f)();
        } catch (...) {
            kept->raw.status = record_failure(call);
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
