#include "plugin/extensions.hpp"

#include "os/utf8.hpp"
#include "plugin/call_table.hpp"
#include "plugin/limits.hpp"

#include <array>

namespace banger::plugin {

const void* find_extension(const Plugin& plugin, const std::string& id) {
    const Services& have = plugin.services;
    struct Known {
        const char* id;
        const void* table;
        bool present;
    };
    const std::array<Known, 14> all{{
        {BANGER_EXT_LOG, &log_ops, true},
        {BANGER_EXT_EXEC, &exec_ops, true},
        {BANGER_EXT_THREAD, &thread_ops, true},
        {BANGER_EXT_TIMER, &timer_ops, true},
        {BANGER_EXT_GUEST_CONFIG, &guest_config_ops, true},
        {BANGER_EXT_KV, &kv_ops, have.kv != nullptr},
        {BANGER_EXT_PRIVILEGED, &privileged_ops, have.privileged != nullptr},
        {BANGER_EXT_GUEST_CHANNEL, &guest_channel_ops, have.guest != nullptr},
        {BANGER_EXT_GUEST_FACTS, &guest_facts_ops, have.guest_facts != nullptr},
        {BANGER_EXT_EVENTS, &events_ops, have.events != nullptr},
        {BANGER_EXT_VM_QUERY, &vm_query_ops, have.vms != nullptr},
        {BANGER_EXT_NETWORK_INFO, &network_info_ops, have.network != nullptr},
        {BANGER_EXT_API, &api_ops, have.api != nullptr},
        {BANGER_EXT_OPERATIONS, &operations_ops, have.operations != nullptr},
    }};
    for (const Known& known : all) {
        if (id == known.id) {
            return known.present ? known.table : nullptr;
        }
    }
    return nullptr;
}

namespace {
constexpr std::string_view no_call = "not on the thread of a running call";
}

const banger_result no_call_result{
    .struct_size = sizeof(banger_result),
    .status = BANGER_E_INVALID,
    .value = {"", 0},
    .message = {no_call.data(), no_call.size()},
    .hint = {"", 0},
};

const banger_result gone_result{
    .struct_size = sizeof(banger_result),
    .status = BANGER_E_UNAVAILABLE,
    .value = {"", 0},
    .message = {gone_message.data(), gone_message.size()},
    .hint = {gone_hint.data(), gone_hint.size()},
};

Using::Using(banger_call* handle, const char* function) noexcept : call_(find_call(handle)) {
    const char* wrong = nullptr;
    if (!call_ || call_->over) {
        wrong = "used a call that is over in ";
    } else if (call_->thread.load() != std::this_thread::get_id()) {
        wrong = "used a call on another thread in ";
    } else {
        pass_ = call_->plugin.gate.enter();
        gone_ = !pass_;
    }
    Plugin* plugin = owner_of(handle);
    if (!plugin || pass_) {
        return; // nobody to name, or nothing wrong
    }
    try {
        gone_ = gone_ || !plugin->gate.enter(); // it is known no more which calls there were
        if (gone_) {
            if (wrong == nullptr) { // the call is this thread's
                call_->recorded = {BANGER_E_UNAVAILABLE, std::string(gone_message),
                                   std::string(gone_hint)};
            }
            return;
        }
        const std::string about = call_ ? " (" + call_->site.text() + ")" : "";
        plugin->view().log(nullptr, BANGER_LOG_ERROR, wrong + std::string(function) + about, {});
    } catch (...) { // out of memory: the status alone says it
    }
}

const banger_result full_call_result{.struct_size = sizeof(banger_result),
                                     .status = BANGER_E_UNAVAILABLE,
                                     .value = {"", 0},
                                     .message = {full_message.data(), full_message.size()},
                                     .hint = {full_hint.data(), full_hint.size()}};

void record_full(Call& call) noexcept {
    try {
        call.recorded = {BANGER_E_UNAVAILABLE, std::string(full_message), std::string(full_hint)};
    } catch (...) { // out of memory: the status alone says it
    }
}

banger_status record_failure(Call& call) noexcept {
    try {
        const os::Error error = os::current_error();
        // The text may hold bytes of the plugin.
        call.recorded = {status_of(error.kind()), os::one_line(error.what(), limits::message),
                         os::one_line(error.hint(), limits::message)};
        return call.recorded.status;
    } catch (...) {
        return BANGER_E_INTERNAL;
    }
}

} // namespace banger::plugin
