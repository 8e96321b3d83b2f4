#pragma once

#include "fake_results.hpp"

/// The host functions that the plugin gets, but for the builder's. See fake_host.hpp.
namespace banger::fake {

struct Tables : Results {
    // ---- banger_host ----
    static void log(const banger_host* host, banger_call*, std::int32_t level, banger_str line,
                    const banger_kv*, std::uint64_t) {
        const std::lock_guard lock(self(host).mutex_);
        limit(self(host), "log", line.len, 8192);
        self(host).recorded_.log.push_back({level, text(line)});
        if (!is_utf8(text(line))) {
            self(host).misused("log: not UTF-8");
        }
    }
    static void call_fail(banger_call* call, banger_status, banger_str message, banger_str hint) {
        if (usable(call, "call_fail")) {
            const std::lock_guard lock(call->host.mutex_);
            call->outcome.message = text(message);
            call->outcome.hint = text(hint);
            if (!is_utf8(text(message)) || !is_utf8(text(hint))) {
                call->host.misused("call_fail: not UTF-8");
            }
        }
    }
    static std::int32_t call_cancelled(banger_call* call) {
        return call->over() || call->cancelled() ? 1 : 0;
    }
    static constexpr std::chrono::milliseconds year = std::chrono::hours(24 * 365);
    static std::int64_t call_remaining_ms(banger_call* call) {
        return call->over()
                   ? 0
                   : ((call->limit.count() == 0 ? year : call->limit) - call->elapsed()).count();
    }
    static std::int32_t call_cancel_fd(banger_call* call) { return call->fd; }
    static banger_status call_set_cookie(banger_call* call, banger_str bytes) {
        if (!usable(call, "call_set_cookie")) {
            return BANGER_E_INVALID;
        }
        if (const Failure* failure = failing(call->host, "call.set_cookie", text(bytes))) {
            return refuse(call, *failure);
        }
        if (!call->takes_cookie) {
            call->host.misused("call_set_cookie in " + call->what);
            return BANGER_E_UNSUPPORTED;
        }
        if (!limit(call->host, "call_set_cookie", bytes.len, 65536)) {
            return too_large(call, "call_set_cookie");
        }
        call->outcome.cookie = text(bytes);
        return BANGER_OK;
    }
    static banger_status call_emit(banger_call* call, std::uint32_t kind, banger_str bytes) {
        if (!usable(call, "call_emit")) {
            return BANGER_E_INVALID;
        }
        if (const Failure* failure = failing(call->host, "call.emit")) {
            return refuse(call, *failure);
        }
        if (!limit(call->host, "call_emit", call->emitted + bytes.len, 16U << 20U)) {
            return too_large(call, "call_emit");
        }
        if (kind < BANGER_EMIT_TEXT || kind > BANGER_EMIT_BYTES) {
            call->host.misused("call_emit: kind " + std::to_string(kind));
            return refuse(call, {BANGER_E_UNSUPPORTED, "call_emit: unknown kind", {}});
        }
        call->emitted += bytes.len;
        if (kind != BANGER_EMIT_BYTES && !is_utf8(text(bytes))) {
            call->host.misused("call_emit: not UTF-8");
            return BANGER_E_INVALID;
        }
        call->outcome.output.push_back({kind, text(bytes)});
        return BANGER_OK;
    }
    static const void* get_extension(const banger_host* host, const char* id);

    // ---- kv, network-info ----
    static const banger_result* kv_get(const banger_host* host, banger_call* call, banger_str key) {
        if (const banger_result* none = not_done(call, "kv.get")) {
            return none;
        }
        if (const Failure* failure = failing(self(host), "kv.get", text(key))) {
            return give(call, *failure);
        }
        const auto found = self(host).kv.find(text(key));
        return found != self(host).kv.end()
                   ? give(call, found->second)
                   : give(call, Failure{BANGER_E_NOT_FOUND, "no such key: " + text(key), {}});
    }
    static const banger_result* kv_list(const banger_host* host, banger_call* call,
                                        banger_str prefix) {
        if (const banger_result* none = not_done(call, "kv.list")) {
            return none;
        }
        if (const Failure* failure = failing(self(host), "kv.list", text(prefix))) {
            return give(call, *failure);
        }
        std::string keys;
        for (const auto& [key, bytes] : self(host).kv) {
            if (key.rfind(text(prefix), 0) == 0) {
                keys += (keys.empty() ? "" : ",") + json_string(key);
            }
        }
        return give(call, "[" + keys + "]");
    }
    static banger_status kv_set(const banger_host* host, banger_call* call, banger_str key,
                                banger_str bytes) {
        if (!usable(call, "kv.set")) {
            return BANGER_E_INVALID;
        }
        if (const Failure* failure = failing(self(host), "kv.set", text(key))) {
            return refuse(call, *failure);
        }
        if (key.len == 0 || !limit(self(host), "kv.set: a key", key.len, 255) ||
            !limit(self(host), "kv.set: a value", bytes.len, 65536)) {
            return too_large(call, "kv.set");
        }
        if (self(host).kv.count(text(key)) == 0 && self(host).kv.size() >= most_keys) {
            self(host).misused("kv.set: a plugin has at most 10000 keys");
            return refuse(call, {BANGER_E_UNAVAILABLE, "kv: 10000 keys are the most", {}});
        }
        self(host).kv[text(key)] = text(bytes);
        return BANGER_OK;
    }
    static banger_status kv_remove(const banger_host* host, banger_call* call, banger_str key) {
        if (!usable(call, "kv.remove")) {
            return BANGER_E_INVALID;
        }
        if (const Failure* failure = failing(self(host), "kv.remove", text(key))) {
            return refuse(call, *failure);
        }
        self(host).kv.erase(text(key));
        return BANGER_OK;
    }
    static const banger_network* network(const banger_host* host, banger_call* call) {
        static const banger_network none{sizeof(banger_network), 0, {}, {}, {}, 0, 0, 0, 0, {}};
        if (!usable(call, "network-info.network")) {
            return &none;
        }
        (void)failing(self(host), "network-info.network");
        const std::string& net = self(host).network;
        call->networks.push_back({sizeof(banger_network), 0, call->keep("banger"),
                                  call->keep(net + ".0/24"), call->keep(net + ".1"), 24, 1500,
                                  ::geteuid(), 0, call->keep("vm")});
        return &call->networks.back();
    }
    static const banger_vm_address* vm_address(const banger_host* host, banger_call* call,
                                               banger_str id) {
        if (!usable(call, "network-info.vm_address") || id.len == 0 ||
            failing(self(host), "network-info.vm_address", text(id)) != nullptr) {
            return nullptr;
        }
        auto& ids = self(host).addresses_;
        const auto found = std::find(ids.begin(), ids.end(), text(id));
        const auto number = 10 + static_cast<unsigned>(found - ids.begin());
        if (number > 254) {
            return nullptr; // the network has no address left
        }
        if (found == ids.end()) {
            ids.push_back(text(id));
        }
        std::string mac = "02:00:00:00:00:";
        for (const unsigned digit : {number / 16, number % 16}) {
            mac += "0123456789abcdef"[digit];
        }
        const std::string last = std::to_string(number);
        call->addresses.push_back({sizeof(banger_vm_address), 0,
                                   call->keep(self(host).network + "." + last), call->keep(mac),
                                   call->keep("vm" + last + ".vm")});
        return &call->addresses.back();
    }
};

} // namespace banger::fake

#include "fake_extensions.hpp"
