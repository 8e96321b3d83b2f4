#pragma once

#include "fake_undo.hpp"

/// How the fake host leads VMs through their lives. See fake_host.hpp.
namespace banger::fake {

inline Outcome Host::contribute(const Vm& vm) {
    const auto* guest = table<banger_guest_config>(BANGER_IFACE_GUEST_CONFIG);
    if (guest == nullptr || guest->contribute == nullptr) {
        return {};
    }
    banger_gcb builder;
    return with_vm(
        vm, "contribute",
        [&](void* self, banger_call* raw, const banger_vm* view) {
            builder.call = raw;
            return guest->contribute(self, raw, view, &builder);
        },
        [](banger_call& raw) { raw.reaches_guest = true; });
}

inline Outcome Host::validate(const Vm& vm, const std::string& merged_json) {
    const auto* guest = table<banger_guest_config>(BANGER_IFACE_GUEST_CONFIG);
    if (guest == nullptr || guest->validate == nullptr) {
        return {};
    }
    return with_vm(vm, "validate", [&](void* self, banger_call* raw, const banger_vm* view) {
        return guest->validate(self, raw, view, str(merged_json));
    });
}

inline Outcome Host::reconcile(Vm& vm) {
    Operation operation;
    (void)step(vm, operation, "reconcile", &banger_vm_lifecycle::reconcile, 0);
    return operation.outcome;
}

inline bool Host::step(Vm& vm, Operation& operation, const char* name, Hook hook,
                       std::uint32_t number) {
    const auto* hooks = table<banger_vm_lifecycle>(BANGER_IFACE_VM_LIFECYCLE);
    if (hooks == nullptr || hooks->*hook == nullptr) {
        return true;
    }
    const bool journalled = number != 0 || hook == &banger_vm_lifecycle::reconcile;
    if (number != 0) {
        vm.records.push_back({number, {}});
    }
    operation.hooks.emplace_back(name);
    operation.outcome =
        with_vm(vm, name, hooks->*hook, [&](banger_call& raw) { raw.takes_cookie = journalled; });
    if (operation.outcome.cookie) {
        if (number == 0) {
            vm.records.push_back({0, *operation.outcome.cookie});
        } else {
            vm.records.back().cookie = *operation.outcome.cookie;
        }
    }
    if (number != 0 && operation.outcome.status == BANGER_SKIP) {
        vm.records.pop_back(); // nothing is held: nothing to undo
    }
    return operation.outcome.ok();
}

inline Operation Host::create(Vm& vm) {
    Operation done;
    vm.state = BANGER_VM_CREATING;
    for (const auto& [name, hook, number] :
         {std::tuple{"before_create", &banger_vm_lifecycle::before_create,
                     BANGER_HOOK_BEFORE_CREATE},
          std::tuple{"after_create", &banger_vm_lifecycle::after_create,
                     BANGER_HOOK_AFTER_CREATE}}) {
        if (!step(vm, done, name, hook, number)) {
            fails(vm, done, name, done.outcome, number);
            return done;
        }
    }
    vm.state = BANGER_VM_STOPPED;
    return done;
}

inline Operation Host::start(Vm& vm) {
    Operation done;
    vm.state = BANGER_VM_STARTING;
    const auto stopped = [&](const char* name, const Outcome& outcome, std::uint32_t number) {
        vm.pid = 0;
        vm.state = BANGER_VM_STOPPED;
        fails(vm, done, name, outcome, number);
        return done;
    };
    if (!step(vm, done, "before_start", &banger_vm_lifecycle::before_start,
              BANGER_HOOK_BEFORE_START)) {
        return stopped("before_start", done.outcome, BANGER_HOOK_BEFORE_START);
    }
    const Outcome given = contribute(vm);
    done.guest = given.guest;
    if (!given.ok()) {
        return stopped("contribute", given, BANGER_HOOK_AFTER_START);
    }
    const Outcome valid = validate(
        vm, R"({"kernel_args":[],"drives":[],"nics":[],"files":[],"guest":[],"vsock":null})");
    if (!valid.ok()) {
        return stopped("validate", valid, BANGER_HOOK_AFTER_START);
    }
    vm.pid = ::getpid();
    if (!step(vm, done, "after_start", &banger_vm_lifecycle::after_start,
              BANGER_HOOK_AFTER_START)) {
        return stopped("after_start", done.outcome, BANGER_HOOK_AFTER_START);
    }
    vm.state = BANGER_VM_RUNNING;
    done.done = step(vm, done, "on_ready", &banger_vm_lifecycle::on_ready, 0);
    done.failed_hook = done.done ? "" : "on_ready"; // a warning: it runs all the same
    return done;
}

inline Operation Host::stop(Vm& vm) {
    Operation done;
    if (!step(vm, done, "before_stop", &banger_vm_lifecycle::before_stop, 0)) {
        done.done = false;
        done.failed_hook = "before_stop";
        return done;
    }
    vm.state = BANGER_VM_STOPPED;
    vm.pid = 0;
    done.done = step(vm, done, "after_stop", &banger_vm_lifecycle::after_stop, 0);
    if (done.done) {
        vm.drop(BANGER_HOOK_BEFORE_START, BANGER_HOOK_AFTER_START);
        vm.drop(0, 0);
    } else {
        done.failed_hook = "after_stop";
        take_back(vm, done, BANGER_HOOK_BEFORE_START, BANGER_HOOK_AFTER_START, 0);
        if (done.undone_not.empty()) {
            vm.drop(0, 0);
        }
    }
    return done;
}

inline Operation Host::remove(Vm& vm) {
    Operation done;
    if (!step(vm, done, "before_delete", &banger_vm_lifecycle::before_delete, 0)) {
        done.done = false;
        done.failed_hook = "before_delete";
        return done;
    }
    vm.state = BANGER_VM_DELETING;
    done.done = step(vm, done, "after_delete", &banger_vm_lifecycle::after_delete, 0);
    if (done.done) {
        vm.records.clear();
    } else {
        done.failed_hook = "after_delete";
        take_back(vm, done, BANGER_HOOK_BEFORE_CREATE, BANGER_HOOK_AFTER_START, 0);
    }
    return done;
}

} // namespace banger::fake
