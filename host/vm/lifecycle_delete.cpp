#include "vm/lifecycle.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "store/hook_journal.hpp"

#include <exception>

#include <nlohmann/json.hpp>

namespace banger::vm {
using os::Error;

asio::awaitable<void> Lifecycle::remove_disks(Ptr machine) {
    co_await end_process(machine); // of a VM whose VMM did not die before
    auto work = offload(parts_.threads, [paths = MachinePaths(parts_.settings, *machine)] {
        os::remove_tree(paths.record());
        os::remove_tree(paths.dir);
        os::remove_tree(paths.run);
    });
    co_await std::move(work);
}

asio::awaitable<void> Lifecycle::erase(Operation& operation, Ptr machine, bool force) {
    if (has_process(machine->state) || machine->runs()) {
        const StopRequest at_once{.force = true};
        co_await shut_down(operation, machine, at_once, State::deleting);
    }
    operation.stage("prepare");
    const State before = machine->state;
    parts_.machines.set_state(*machine, State::deleting);
    std::exception_ptr veto;
    try {
        co_await plugins(operation, machine, [](auto& capabilities, auto& view, auto& context) {
            capabilities.run(Hook::before_delete, view, context);
        });
    } catch (const Error& error) {
        operation.log("error", error.what());
        veto = std::current_exception();
    }
    if (veto && !force) {
        if (before == State::cleanup_pending) {
            hold(machine);
        } else {
            parts_.machines.set_state(*machine, before == State::crashed ? before : State::stopped);
        }
        std::rethrow_exception(veto);
    }

    operation.no_way_back(); // what is deleted cannot come back
    operation.stage("disks");
    std::exception_ptr failure;
    try {
        co_await remove_disks(machine);
    } catch (const Error& error) {
        machine->row.warnings = nlohmann::json::array({error.what()}).dump();
        failure = std::current_exception();
    }
    if (failure) {
        hold(machine);
        std::rethrow_exception(failure);
    }

    operation.stage("release");
    bool clean = true;
    try {
        co_await plugins(operation, machine, [](auto& capabilities, auto& view, auto& context) {
            capabilities.run(Hook::after_delete, view, context);
        });
    } catch (const Error& error) {
        operation.log("error", error.what());
        clean = false;
    }
    // What a plugin still holds for the VM, from a failed start say, is undone too.
    clean = co_await take_down(operation, machine, Phase::create) && clean;
    if (!clean && !force) {
        hold(machine);
        throw Error(os::ErrorKind::conflict,
                    "VM " + machine->name() + " is gone, but the host still holds objects of it" +
                        what_is_held(*machine),
                    "its name and address stay reserved; try again, or drop the records with "
                    "--force");
    }
    if (!clean) {
        operation.log("warning", "the undo records were dropped although the undo failed; see "
                                 "banger doctor");
    }
    parts_.journal.forget(machine->id());
    parts_.machines.erase(*machine);
    co_await collect_images();
}

} // namespace banger::vm
