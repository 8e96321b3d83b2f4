#pragma once

#include "fake_calls.hpp"

/// The host functions that the plugin gets, but for the builder's. See fake_host.hpp.
namespace banger::fake {

struct Tables {
    static Host& self(const banger_host* host) {
        return *reinterpret_cast<const Host::Handle*>(host)->owner; // NOLINT
    }
    /// May this thread use the call now?
    static bool usable(banger_call* call, const char* function) {
        const std::lock_guard lock(call->host.mutex_);
        if (call->over()) {
            call->host.misused(std::string(function) + " after " + call->what + " has returned");
            return false;
        }
        if (call->thread != std::this_thread::get_id()) {
            call->host.misused(std::string(function) + " by a thread that " + call->what +
                               " does not belong to");
            return false;
        }
        return true;
    }
    /// Tells what is beyond a limit; false then.
    static bool limit(Host& host, const char* function, std::size_t bytes, std::size_t most) {
        if (bytes > most) {
            host.misused(std::string(function) + ": " + std::to_string(bytes) + " bytes, at most " +
                         std::to_string(most));
        }
        return bytes <= most;
    }
    static banger_status too_large(banger_call* call, const char* function) {
        return refuse(call, {BANGER_E_INVALID, std::string(function) + ": beyond its limit", {}});
    }
    /// What the test wants the function to fail with; recorded either way.
    static const Failure* failing(Host& host, const std::string& function,
                                  const std::string& detail = {}) {
        const std::lock_guard lock(host.mutex_);
        host.record(detail.empty() ? function : function + " " + detail);
        const auto found = host.fail.find(function);
        return found == host.fail.end() ? nullptr : &found->second;
    }
    static banger_status refuse(banger_call* call, const Failure& failure) {
        const std::lock_guard lock(call->host.mutex_);
        call->recorded = failure;
        if (failure.message.empty()) {
            call->recorded.message = "the test wants this to fail";
        }
        return failure.status;
    }
    static const banger_result* give(banger_call* call, std::string value) {
        call->results.push_back(
            {sizeof(banger_result), BANGER_OK, call->keep(std::move(value)), {}, {}});
        return &call->results.back();
    }
    static const banger_result* give(banger_call* call, const Failure& failure) {
        (void)refuse(call, failure);
        call->results.push_back({sizeof(banger_result), failure.status, call->keep({}),
                                 call->keep(failure.message), call->keep(failure.hint)});
        return &call->results.back();
    }
    static const banger_result* misuse_result(banger_call* call) {
        static const banger_result misused{
            sizeof(banger_result), BANGER_E_INVALID, {}, str("used outside of its call"), {}};
        (void)call;
        return &misused;
    }

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

    // ---- kv, vm-query, network-info ----
    static const banger_result* kv_get(const banger_host* host, banger_call* call, banger_str key) {
        if (!usable(call, "kv.get")) {
            return misuse_result(call);
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
        if (!usable(call, "kv.list")) {
            return misuse_result(call);
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
};

} // namespace banger::fake

#include "fake_extensions.hpp"
