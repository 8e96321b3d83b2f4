#include "plugin_probe/check/vms.hpp"

#include "plugin_probe/check/trial.hpp"

#include <array>
#include <utility>

#include <nlohmann/json.hpp>

namespace banger::plugin_probe {
namespace {

using fake::Host;
using fake::Operation;
using fake::Vm;

/// What is asked again after a failure, a crash of the daemon or a start that did not get far.
constexpr const char* forgiving =
    "what is gone already, or was never taken, is given back: BANGER_OK";

/// ok, or why not; an undo that fails is told, too.
bool told(Trial& trial, const Operation& operation, const std::string& done) {
    for (const std::string& left : operation.undone_not) {
        trial.failed("undo of " + left, "undo puts up with work that is half done or not begun");
    }
    if (operation.done) {
        return trial.judge({}, done);
    }
    fake::Outcome outcome = operation.outcome;
    outcome.message = operation.failed_hook + ": " + outcome.message;
    return trial.judge(outcome, {});
}

/// contribute() changes nothing and gives the same each time.
void check_contribute(Trial& trial, Host& host, const Vm& vm) {
    trial.look_at("contribute");
    if (!trial.manifest().guest_config || !trial.manifest().guest_config->contribute) {
        trial.skipped("it contributes nothing to guests");
        return;
    }
    const std::size_t before = host.recorded().calls.size();
    const auto values = host.kv;
    const fake::Outcome first = host.contribute(vm);
    const auto calls = host.recorded().calls;
    const fake::Outcome second = host.contribute(vm);
    if (!first.ok()) {
        (void)trial.judge(first, {});
        return;
    }
    if (host.kv != values) {
        trial.failed("it writes values", "dry runs call it, too: write in before_start");
        return;
    }
    for (std::size_t i = before; i < calls.size(); ++i) {
        for (const char* changing : {"exec.run", "privileged.run", "events.publish"}) {
            if (calls[i].starts_with(changing)) {
                trial.failed("it uses " + calls[i],
                             "dry runs call it, too: do that in before_start");
                return;
            }
        }
    }
    if (first.guest != second.guest) {
        trial.failed("twice for one VM, it gives two different things",
                     "it depends on the VM, its cookie and the settings alone");
        return;
    }
    trial.ok("the same each time, and changes nothing; fields: " +
             std::to_string(first.guest.size()));
}

/// Everything that the plugin would leave of a VM that is gone.
void check_nothing_left(Trial& trial, Host& host, const Vm& vm) {
    trial.look_at("after delete");
    const auto* footprint = trial.manifest().footprint;
    if (!footprint || !footprint->list) {
        trial.skipped("it lists nothing that it holds (banger.footprint/1)");
        return;
    }
    const fake::Outcome held = host.about(vm, footprint->list, "list");
    if (held.ok() && !held.output.empty()) {
        trial.failed("it still holds " + held.output[0].bytes, "after_delete gives it back");
    } else {
        (void)trial.judge(held, "nothing is held for it any more");
    }
}

} // namespace

void try_vms(Trial& trial) {
    trial.look_at("VMs");
    const auto host = trial.begun();
    if (!host) {
        return;
    }
    std::array vms{trial.vm("one"), trial.vm("two")};
    using Step = Operation (Host::*)(Vm&);
    bool runs = true;
    const auto each = [&](const char* name, Step step, const char* done) {
        for (Vm& vm : vms) {
            trial.look_at(name);
            runs = told(trial, (*host.*step)(vm), done + vm.name) && runs;
        }
    };
    each("create", &Host::create, "creates VM ");
    each("start", &Host::start, "starts VM ");
    check_contribute(trial, *host, vms[0]);
    trial.look_at("reconcile");
    if (trial.manifest().lifecycle && trial.manifest().lifecycle->reconcile) {
        (void)trial.judge(host->reconcile(vms[0]), "once, for a VM that may run");
        (void)trial.judge(host->reconcile(vms[0]), "twice");
    } else {
        trial.skipped("it has none");
    }
    each("stop", &Host::stop, "stops VM ");
    if (runs) { // a second time, with what the first left behind
        each("start again", &Host::start, "starts VM ");
        each("stop again", &Host::stop, "stops VM ");
    }
    each("delete", &Host::remove, "deletes VM ");
    check_nothing_left(trial, *host, vms[0]);
    trial.end(*host);
}

void try_undo(Trial& trial) {
    const banger_vm_lifecycle* hooks = trial.manifest().lifecycle;
    trial.look_at("undo");
    if (!hooks || !hooks->undo) {
        trial.skipped("it has no hook that takes anything");
        return;
    }
    const auto host = trial.begun();
    if (!host) {
        return;
    }
    const std::array all{
        std::pair{hooks->before_create, BANGER_HOOK_BEFORE_CREATE},
        std::pair{hooks->after_create, BANGER_HOOK_AFTER_CREATE},
        std::pair{hooks->before_start, BANGER_HOOK_BEFORE_START},
        std::pair{hooks->after_start, BANGER_HOOK_AFTER_START},
    };
    constexpr std::uint32_t unknown = 1U << 30U;
    for (const auto& [hook, number] : all) {
        if (!hook) {
            continue;
        }
        const std::string name = fake::hook_name(number);
        Vm never = trial.vm("two");
        trial.look_at("undo " + name);
        (void)trial.judge(host->undo(never, number, BANGER_UNDO_PARTIAL),
                          "without the hook having run", forgiving);
        Vm vm = trial.vm("one");
        (void)host->create(vm);
        (void)host->start(vm);
        vm.pid = 0;
        vm.state = BANGER_VM_STOPPED;
        const auto records = vm.records;
        (void)trial.judge(host->undo(vm, number, 0), "once", forgiving);
        vm.records = records; // as after a daemon that died before it had written it down
        (void)trial.judge(host->undo(vm, number, BANGER_UNDO_PARTIAL | BANGER_UNDO_RETRY),
                          "twice: idempotent", forgiving);
        const fake::Outcome odd = host->undo(vm, number, unknown);
        if (odd.ok() || odd.status == BANGER_E_UNSUPPORTED) {
            trial.ok("a flag of a later host is ignored or refused");
        } else {
            trial.failed("a flag that it does not know ends in status " +
                             std::to_string(odd.status),
                         "look at the bits that you know; or return BANGER_E_UNSUPPORTED");
        }
    }
    for (const auto& [hook, name] : {std::pair{hooks->after_stop, "after_stop"},
                                     std::pair{hooks->after_delete, "after_delete"}}) {
        if (hook) {
            trial.look_at(name);
            const Vm vm = trial.vm("one");
            (void)trial.judge(host->about(vm, hook, name), "of a VM that it holds nothing for",
                              forgiving);
        }
    }
    trial.end(*host);
}

} // namespace banger::plugin_probe
