#include "plugin_probe/check/interfaces.hpp"

#include "plugin_probe/check/trial.hpp"

#include <set>

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <unistd.h>

namespace banger::plugin_probe {

using fake::Host;
using fake::Outcome;
using fake::Vm;
using nlohmann::json;

namespace {

std::string object_fault(const std::string& bytes) {
    static const std::set<std::string> states{"in-use", "idle", "stray"};
    const json item = json::parse(bytes, nullptr, false);
    if (!item.is_object() || !item.value("/kind"_json_pointer, json()).is_string() ||
        !item.value("/name"_json_pointer, json()).is_string()) {
        return "an object has a \"kind\" and a \"name\"";
    }
    const json vm = item.value("/vm"_json_pointer, json());
    if (!vm.is_null() && !vm.is_string()) {
        return "\"vm\" is an id or null";
    }
    const json state = item.value("/state"_json_pointer, json());
    return state.is_string() && states.count(state) > 0 ? std::string()
                                                        : "\"state\" is one of in-use, idle, stray";
}

void check_list(Trial& trial, const std::string& name, const Outcome& outcome) {
    trial.look_at("footprint " + name);
    for (const fake::Output& output : outcome.output) {
        const std::string fault = object_fault(output.bytes);
        if (!fault.empty()) {
            trial.failed(fault + "; it emitted " + output.bytes.substr(0, 120), "see footprint.h");
            return;
        }
    }
    (void)trial.judge(outcome, "lists " + std::to_string(outcome.output.size()) + " objects");
}

void check_footprint(Trial& trial, Host& host, const Vm& vm) {
    const banger_footprint* footprint = trial.manifest().footprint;
    if (!footprint) {
        trial.look_at("footprint");
        trial.skipped("it tells nothing of what it holds (banger.footprint/1)");
        return;
    }
    if (footprint->list) {
        check_list(trial, "list", host.about(vm, footprint->list, "list"));
    }
    if (footprint->list_all) {
        check_list(trial, "list_all", host.call("list_all", [&](void* self, banger_call* call) {
            return footprint->list_all(self, call);
        }));
    }
}

void check_options(Trial& trial, Host& host, const Vm& vm) {
    const banger_vm_options* options = trial.manifest().options;
    trial.look_at("options");
    if (!options) {
        trial.skipped("it adds none to VMs");
        return;
    }
    const banger_str values = fake::str(trial.options());
    trial.ok(std::to_string(options->count) + " options, whose defaults fit their schemas");
    if (options->validate) {
        (void)trial.judge(host.call("validate",
                                    [&](void* self, banger_call* call) {
                                        return options->validate(self, call, values);
                                    }),
                          "validate takes them");
    }
    if (!options->option_changed) {
        return;
    }
    const auto change = [&](void* self, banger_call* call, const banger_vm* view) {
        return options->option_changed(self, call, view, values, values);
    };
    const auto changed = host.about(vm, change, "option_changed");
    (void)trial.judge(changed, "a change to the same values");
    for (const char* round : {"its undo", "its undo, twice"}) {
        const auto undo = [&](void* self, banger_call* call, const banger_vm* view) {
            return options->option_undo(self, call, view, values, values, BANGER_UNDO_PARTIAL);
        };
        (void)trial.judge(host.about(vm, undo, "option_undo"), round);
    }
}

void check_services(Trial& trial, Host& host, const Vm& vm) {
    const banger_guest_services* services = trial.manifest().guest_services;
    trial.look_at("guest services");
    if (!services) {
        trial.skipped("it does nothing inside guests");
        return;
    }
    if (services->power) {
        const auto power = [&](void* self, banger_call* call, const banger_vm* view) {
            return services->power(self, call, view, fake::str("shutdown"),
                                   fake::str("a conformance run"));
        };
        (void)trial.judge(host.about(vm, power, "power"),
                          "power of a guest in which nobody answers");
    }
    if (services->exec) {
        const auto exec = [&](void* self, banger_call* call, const banger_vm* view) {
            const int fd = services->exec(self, call, view, fake::str(R"({"argv":["true"]})"));
            if (fd >= 0) {
                ::close(fd);
                return BANGER_OK;
            }
            return fd;
        };
        (void)trial.judge(host.about(vm, exec, "exec"), "exec in a guest in which nobody answers");
    }
}

} // namespace

void try_interfaces(Trial& trial) {
    trial.look_at("options");
    const auto host = trial.begun();
    if (!host) {
        return;
    }
    Vm vm = trial.vm("one");
    (void)host->create(vm);
    (void)host->start(vm);
    vm.state = BANGER_VM_RUNNING; // whatever came of that
    check_options(trial, *host, vm);
    check_footprint(trial, *host, vm);
    check_services(trial, *host, vm);
    trial.look_at("timers");
    trial.ok(std::to_string(host->fire_timers()) + " fired");
    trial.end(*host);
}

} // namespace banger::plugin_probe
