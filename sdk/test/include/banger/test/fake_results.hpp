#pragma once

#include "fake_calls.hpp"

/// Who may use a call, what host functions are held to, and how they answer. See fake_host.hpp.
namespace banger::fake {

struct Results {
    static constexpr std::size_t most_kept = std::size_t{64} << 20U;
    static constexpr std::size_t most_keys = 10000;

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
        auto found = host.fail.find(function + " " + detail);
        found = found == host.fail.end() ? host.fail.find(function) : found;
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
    /// Does the call keep as much as one may? Told then: nothing more is done in it.
    static bool full(banger_call* call, const char* function) {
        if (call->kept < most_kept) {
            return false;
        }
        call->host.misused(std::string(function) + ": its call keeps 64 MiB of results already");
        (void)refuse(call, full_failure());
        return true;
    }
    static const Failure& full_failure() {
        static const Failure failure{
            BANGER_E_UNAVAILABLE, "this call keeps 64 MiB of results: nothing was done",
            "do less in one call; a thread of the plugin, or a job, opens a fresh one"};
        return failure;
    }
    /// Why a function with a banger_result is not carried out; null: it is.
    static const banger_result* not_done(banger_call* call, const char* function) {
        static const banger_result misused{
            sizeof(banger_result), BANGER_E_INVALID, {}, str("used outside of its call"), {}};
        static const banger_result over{sizeof(banger_result),
                                        full_failure().status,
                                        {},
                                        str(full_failure().message),
                                        str(full_failure().hint)};
        return !usable(call, function) ? &misused : full(call, function) ? &over : nullptr;
    }
};

} // namespace banger::fake

#include "fake_tables.hpp"
