#pragma once

#include "fake_calls.hpp"

/// How the fake host takes back what hooks did. See fake_host.hpp.
namespace banger::fake {

inline Outcome Host::undo(Vm& vm, std::uint32_t hook, std::uint32_t flags) {
    const auto* hooks = table<banger_vm_lifecycle>(BANGER_IFACE_VM_LIFECYCLE);
    Outcome outcome;
    if (hooks != nullptr && hooks->undo != nullptr) {
        outcome = with_vm(vm, "undo", [&](void* self, banger_call* raw, const banger_vm* view) {
            return hooks->undo(self, raw, view, hook, flags);
        });
    }
    if (outcome.ok()) {
        vm.drop(hook, hook);
    }
    for (Vm::Record& record : vm.records) {
        record.undo_failed = record.undo_failed || record.hook == hook;
    }
    return outcome;
}

/// Undoes what is on record of these hooks, the newest first. failed: the one that did not finish.
inline void Host::take_back(Vm& vm, Operation& operation, std::uint32_t first, std::uint32_t last,
                            std::uint32_t failed) {
    const std::vector<Vm::Record> begun = vm.records;
    for (auto record = begun.rbegin(); record != begun.rend(); ++record) {
        if (record->hook < first || record->hook > last) {
            continue;
        }
        operation.hooks.push_back("undo " + hook_name(record->hook));
        const std::uint32_t flags = record->undo_failed ? BANGER_UNDO_PARTIAL | BANGER_UNDO_RETRY
                                    : record->hook == failed ? BANGER_UNDO_PARTIAL
                                                             : 0;
        const Outcome undone = undo(vm, record->hook, flags);
        if (!undone.ok()) {
            operation.undone_not.push_back(hook_name(record->hook) + ": " + undone.message);
        }
    }
}

/// A hook that failed: a create is taken back whole; a start leaves the VM as it was made.
inline void Host::fails(Vm& vm, Operation& operation, const char* name, Outcome outcome,
                        std::uint32_t number) {
    operation.done = false;
    operation.failed_hook = name;
    operation.outcome = std::move(outcome);
    if (number == BANGER_HOOK_BEFORE_CREATE || number == BANGER_HOOK_AFTER_CREATE) {
        take_back(vm, operation, BANGER_HOOK_BEFORE_CREATE, BANGER_HOOK_AFTER_CREATE, number);
    } else {
        take_back(vm, operation, BANGER_HOOK_BEFORE_START, BANGER_HOOK_AFTER_START, number);
    }
}

} // namespace banger::fake
