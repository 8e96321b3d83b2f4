#include "plugin_probe/check/cancellation.hpp"

#include "plugin_probe/check/trial.hpp"

#include <array>
#include <chrono>
#include <utility>

namespace banger::plugin_probe {
namespace {

using namespace std::chrono_literals;

constexpr auto grace = 2s; // after it the host takes a plugin for stuck

/// False: it does not, which was told.
bool check_return(Trial& trial, const std::string& name, const fake::Outcome& outcome,
                  std::chrono::milliseconds cancelled_after) {
    const auto late = outcome.took - cancelled_after;
    if (late < grace) {
        trial.ok(name + " returns in time when its call is cancelled");
        return true;
    }
    trial.failed(name + " returns " + std::to_string(late.count()) +
                     " ms after its call was cancelled, at most 2000",
                 "poll call_cancel_fd() in every wait, call_cancelled() in every loop");
    return false;
}

} // namespace

void try_cancelling(Trial& trial) {
    trial.look_at("cancelling");
    const auto host = trial.begun();
    if (!host) {
        return;
    }
    host->timeout = 50s; // so that it is the cancelling that ends them
    fake::Vm vm = trial.vm("one");
    const banger_vm_lifecycle none{};
    const banger_vm_lifecycle& hooks =
        trial.manifest().lifecycle ? *trial.manifest().lifecycle : none;
    const std::array all{
        std::pair{hooks.before_create, "before_create"},
        std::pair{hooks.after_create, "after_create"},
        std::pair{hooks.before_start, "before_start"},
        std::pair{hooks.after_start, "after_start"},
        std::pair{hooks.on_ready, "on_ready"},
        std::pair{hooks.before_stop, "before_stop"},
        std::pair{hooks.after_stop, "after_stop"},
        std::pair{hooks.before_delete, "before_delete"},
        std::pair{hooks.after_delete, "after_delete"},
        std::pair{hooks.reconcile, "reconcile"},
    };
    bool any = false;
    for (const auto& [hook, name] : all) {
        if (hook) {
            any = true;
            for (const auto delay : {0ms, 20ms}) {
                host->cancel_after = delay;
                const auto use = [hook = hook](void* self, banger_call* call,
                                               const banger_vm* view) {
                    call->takes_cookie = true;
                    return hook(self, call, view);
                };
                if (!check_return(trial, name, host->about(vm, use, name), delay)) {
                    break; // once is enough
                }
            }
        }
    }
    if (trial.manifest().guest_config && trial.manifest().guest_config->contribute) {
        any = true;
        host->cancel_after = 0ms;
        (void)check_return(trial, "contribute", host->contribute(vm), 0ms);
    }
    if (trial.manifest().readiness) {
        any = true;
        vm.state = BANGER_VM_RUNNING;
        vm.pid = ::getpid();
        host->cancel_after = 100ms;
        (void)check_return(trial, "wait", host->about(vm, trial.manifest().readiness->wait, "wait"),
                           100ms);
    }
    if (!any) {
        trial.skipped("it has no hook about a VM");
    }
    host->cancel_after.reset();
    trial.end(*host);
}

} // namespace banger::plugin_probe
