#pragma once

#include "fake_jobs.hpp"

#include <cstddef>
#include <cstring>

/// Timers, events, threads and facts of the fake host, and the list of all extensions.
namespace banger::fake {

struct Background : Jobs {
    static std::uint64_t follow(const banger_host* host, Host::Follower follower,
                                const char* function, std::size_t most) {
        Host& fake = self(host);
        const std::lock_guard lock(fake.mutex_);
        if (failing(fake, function, follower.what) != nullptr || fake.ending_) {
            return 0;
        }
        if (!fake.initialised_) {
            fake.misused(std::string(function) + " before init");
            return 0;
        }
        if (fake.followers_.size() >= most) {
            return 0;
        }
        fake.followers_[++fake.last_id_] = std::move(follower);
        return fake.last_id_;
    }
    static void forget(const banger_host* host, std::uint64_t id) {
        const std::lock_guard turn(self(host).turn_); // waits for one that runs elsewhere
        const std::lock_guard lock(self(host).mutex_);
        self(host).followers_.erase(id);
    }
    static std::uint64_t timer_start(const banger_host* host, std::int64_t, std::int64_t period,
                                     banger_timer_fn function, void* context) {
        return follow(host, {{}, nullptr, function, nullptr, context, period > 0}, "timer.start",
                      256);
    }
    static std::uint64_t subscribe(const banger_host* host, banger_str prefix,
                                   banger_event_fn function, void* context) {
        return follow(host, {text(prefix), nullptr, nullptr, function, context, true},
                      "events.subscribe", 64);
    }
    static std::uint64_t api_follow(const banger_host* host, banger_str target,
                                    banger_line_fn function, void* context) {
        return follow(host, {text(target), function, nullptr, nullptr, context, true}, "api.follow",
                      64);
    }
    static banger_status publish(const banger_host* host, banger_str type, banger_str data) {
        Host& fake = self(host);
        const std::lock_guard lock(fake.mutex_);
        if (const Failure* failure = failing(fake, "events.publish", text(type))) {
            return failure->status;
        }
        if (!limit(fake, "events.publish", data.len, 65536)) {
            return BANGER_E_INVALID;
        }
        fake.recorded_.events.push_back(text(type) + " " + text(data));
        return BANGER_OK;
    }
    static banger_status put(const banger_host* host, banger_str vm_id, banger_str facts) {
        Host& fake = self(host);
        const std::lock_guard lock(fake.mutex_);
        if (const Failure* failure = failing(fake, "guest-facts.put", text(vm_id))) {
            return failure->status;
        }
        if (!limit(fake, "guest-facts.put", facts.len, 65536)) {
            return BANGER_E_INVALID;
        }
        fake.recorded_.facts[text(vm_id)] = text(facts);
        return BANGER_OK;
    }
    static std::int32_t log_enabled(const banger_host*, std::int32_t) { return 1; }
    static banger_call* call_open(const banger_host* host, banger_str name, std::int64_t limit) {
        Host& fake = self(host);
        const std::lock_guard lock(fake.mutex_);
        if (failing(fake, "thread.call_open", text(name)) != nullptr || fake.ending_) {
            return nullptr;
        }
        if (!fake.initialised_) {
            fake.misused("thread.call_open before init");
        }
        auto opened = std::make_shared<banger_call>(
            fake, text(name), std::chrono::milliseconds(limit > 0 ? limit : 0));
        fake.calls_.push_back(opened);
        fake.threads_.insert(opened.get());
        return opened.get();
    }
    static void call_close(banger_call* call) {
        const std::lock_guard lock(call->host.mutex_);
        if (usable(call, "thread.call_close")) {
            call->host.threads_.erase(call);
            call->end();
        }
    }
};

inline const void* Tables::get_extension(const banger_host* host, const char* id) {
    using All = Background;
    static constexpr banger_log_ops log_ops{sizeof(banger_log_ops), 0, All::log_enabled};
    static constexpr banger_kv_ops kv_ops{sizeof(banger_kv_ops), 0,           All::kv_get,
                                          All::kv_list,          All::kv_set, All::kv_remove};
    static constexpr banger_vm_query_ops vm_query_ops{sizeof(banger_vm_query_ops), 0, All::vm_list,
                                                      All::vm_get};
    static constexpr banger_network_info_ops network_ops{sizeof(banger_network_info_ops), 0,
                                                         All::network, All::vm_address};
    static constexpr banger_exec_ops exec_ops{sizeof(banger_exec_ops), 0, All::exec_run};
    static constexpr banger_privileged_ops privileged_ops{sizeof(banger_privileged_ops), 0,
                                                          All::privileged_run, All::readiness};
    static constexpr banger_api_ops api_ops{sizeof(banger_api_ops), 0, All::request,
                                            All::api_follow, All::forget};
    static constexpr banger_guest_channel_ops channel_ops{sizeof(banger_guest_channel_ops), 0,
                                                          All::open_channel};
    static constexpr banger_guest_facts_ops facts_ops{sizeof(banger_guest_facts_ops), 0, All::put};
    static constexpr banger_timer_ops timer_ops{sizeof(banger_timer_ops), 0, All::timer_start,
                                                All::forget};
    static constexpr banger_events_ops events_ops{sizeof(banger_events_ops), 0, All::publish,
                                                  All::subscribe, All::forget};
    static constexpr banger_thread_ops thread_ops{sizeof(banger_thread_ops), 0, All::call_open,
                                                  All::call_close};
    static const banger_guest_config_ops guest_ops = [] {
        banger_guest_config_ops ops{};
        ops.struct_size = sizeof ops;
        ops.kernel_arg = All::kernel_arg;
        ops.drive = All::drive;
        ops.nic = All::nic;
        ops.file = All::file;
        return ops;
    }();
    static constexpr banger_operations_ops operations_ops{sizeof(banger_operations_ops),
                                                          0,
                                                          All::start,
                                                          All::stage,
                                                          All::progress,
                                                          All::output,
                                                          All::reaches};
    const std::pair<const char*, const void*> all[] = {
        {BANGER_EXT_OPERATIONS, &operations_ops},
        {BANGER_EXT_LOG, &log_ops},
        {BANGER_EXT_KV, &kv_ops},
        {BANGER_EXT_VM_QUERY, &vm_query_ops},
        {BANGER_EXT_NETWORK_INFO, &network_ops},
        {BANGER_EXT_EXEC, &exec_ops},
        {BANGER_EXT_PRIVILEGED, &privileged_ops},
        {BANGER_EXT_API, &api_ops},
        {BANGER_EXT_GUEST_CHANNEL, &channel_ops},
        {BANGER_EXT_GUEST_FACTS, &facts_ops},
        {BANGER_EXT_TIMER, &timer_ops},
        {BANGER_EXT_EVENTS, &events_ops},
        {BANGER_EXT_THREAD, &thread_ops},
        {BANGER_EXT_GUEST_CONFIG, &guest_ops},
    };
    for (const auto& [known, table] : all) {
        if (std::strcmp(known, id) == 0 && self(host).absent.count(id) == 0) {
            return table;
        }
    }
    return nullptr;
}

inline Host::Host(const banger_entry* entry) : entry_(entry) {
    if (entry == nullptr || entry->magic != BANGER_MAGIC) {
        throw std::runtime_error("the entry is none: it is NULL or its magic is wrong");
    }
    handle_.owner = this;
    handle_.table = {sizeof(banger_host),
                     BANGER_ABI_MINOR,
                     {"test", 4},
                     {},
                     Tables::get_extension,
                     Tables::log,
                     Tables::call_fail,
                     Tables::call_cancelled,
                     Tables::call_remaining_ms,
                     Tables::call_cancel_fd,
                     Tables::call_set_cookie,
                     Tables::call_emit};
}

} // namespace banger::fake
