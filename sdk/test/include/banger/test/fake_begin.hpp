#pragma once

#include "fake_calls.hpp"

/// How the fake host begins and ends a plugin. See fake_host.hpp.
namespace banger::fake {

inline Outcome Host::init() {
    if (entry_->init == nullptr) {
        return {};
    }
    initialised_ = true; // threads may start in it, also in one that fails
    return call("init", [&](void* self, banger_call* raw) { return entry_->init(self, raw); });
}

inline Outcome Host::on_start() {
    initialised_ = true;
    const auto* daemon = table<banger_daemon_hooks>(BANGER_IFACE_DAEMON);
    Outcome outcome;
    if (daemon != nullptr && daemon->on_start != nullptr) {
        outcome = call("on_start",
                       [&](void* self, banger_call* raw) { return daemon->on_start(self, raw); });
    }
    started_ = outcome.ok(); // after a failure destroy() follows, and no other call
    return outcome;
}

inline void Host::begin(const std::string& config_json) {
    const auto need = [](const char* what, const Outcome& outcome) {
        if (!outcome.ok()) {
            throw std::runtime_error(std::string(what) + ": " + outcome.message);
        }
    };
    need("create", create(config_json));
    need("init", init());
    need("on_start", on_start());
}

inline void Host::end() {
    if (self_ == nullptr) {
        return;
    }
    const auto* daemon = table<banger_daemon_hooks>(BANGER_IFACE_DAEMON);
    if (started_ && daemon != nullptr && daemon->on_stop != nullptr) {
        (void)call("on_stop", [&](void* self, banger_call* raw) {
            daemon->on_stop(self, raw);
            return BANGER_OK;
        });
    }
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
        followers_.clear();
    }
    cancel();
    const banger_call closing(*this, "destroy", time_of("destroy")); // the plugin gets none
    if (before_call) {
        before_call(closing);
    }
    entry_->destroy(self_);
    if (after_call) {
        after_call(closing);
    }
    const std::lock_guard lock(mutex_);
    for (banger_call* open : threads_) {
        misused("call_open(\"" + open->what + "\") was never closed");
        open->end();
    }
    threads_.clear();
    self_ = nullptr;
    initialised_ = started_ = ending_ = false;
}

} // namespace banger::fake
