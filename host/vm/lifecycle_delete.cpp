#include "vm/lifecycle.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "store/hook_journal.hpp"

#include <algorithm>
#include <exception>

#include <nlohmann/json.hpp>

namespace banger::vm {
using nlohmann::json;
using os::Error;

namespace {

std::string replaced(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// "given up: plugin nat, undo of before_start of VM web: ...; it still holds: rule web"
std::string what_is_lost(const store::DroppedRecord& record) {
    std::string text =
        "given up: " + (record.error.empty() ? "plugin " + record.plugin + ", what " + record.hook +
                                                   " of VM " + record.vm_name + " took"
                                             : record.error);
    for (const std::string& object : record.objects) {
        text += (&object == &record.objects.front() ? "; it still holds: " : ", ") + object;
    }
    return text;
}

} // namespace

asio::awaitable<void> Lifecycle::remove_disks(Ptr machine) {
    co_await end_process(machine); // of a VM whose VMM did not die before
    auto work = offload(parts_.threads, [paths = MachinePaths(parts_.settings, *machine)] {
        os::remove_tree(paths.record());
        os::remove_tree(paths.dir);
        os::remove_tree(paths.run);
    });
    co_await std::move(work);
}

asio::awaitable<std::vector<std::string>> Lifecycle::drop_records(Operation& operation,
                                                                  Ptr machine) {
    auto work = offload(parts_.threads, [&parts = parts_, view = view_of(*machine, parts_.settings),
                                         context = operation.rollback_context()]() mutable {
        const auto held = parts.capabilities.held_objects(view, context);
        return parts.journal.drop(view.id, view.name, [&](const std::string& plugin) {
            std::vector<std::string> names;
            for (const auto& object : held) {
                if (object.plugin == plugin) {
                    names.push_back(object.name);
                }
            }
            return names;
        });
    });
    const std::vector<store::DroppedRecord> dropped = co_await std::move(work);
    std::vector<std::string> lines;
    for (const store::DroppedRecord& record : dropped) {
        lines.push_back(what_is_lost(record));
    }
    if (lines.empty()) { // nothing on record, and still something went wrong
        for (const json& warning : json::parse(machine->row.warnings)) {
            lines.push_back("given up: " + warning.get<std::string>());
        }
    }
    lines.emplace_back("VM " + machine->name() +
                       " is deleted all the same; see what is left of "
                       "it with: banger doctor --leaks");
    for (const std::string& line : lines) {
        operation.log("warning", line);
        parts_.log("warning", line);
    }
    co_return lines;
}

asio::awaitable<std::vector<std::string>> Lifecycle::erase(Operation& operation, Ptr machine,
                                                           bool force) {
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
        machine->row.warnings = replaced(json::array({error.what()}));
        failure = std::current_exception();
    }
    if (failure) {
        hold(machine);
        std::rethrow_exception(failure);
    }

    operation.stage("release");
    std::string unreleased;
    try {
        co_await plugins(operation, machine, [](auto& capabilities, auto& view, auto& context) {
            capabilities.run(Hook::after_delete, view, context);
        });
    } catch (const Error& error) {
        operation.log("error", error.what());
        unreleased = error.what();
    }
    // What a plugin still holds for the VM, from a failed start say, is undone too.
    const bool undone = co_await take_down(operation, machine, Phase::create);
    if (!unreleased.empty()) {
        json warnings = undone ? json::array() : json::parse(machine->row.warnings);
        const bool told = std::any_of(warnings.begin(), warnings.end(), [&](const json& warning) {
            return warning.get<std::string>().find(unreleased) != std::string::npos;
        });
        if (!told) {
            warnings.insert(warnings.begin(), unreleased);
        }
        machine->row.warnings = replaced(warnings);
    }
    const bool clean = undone && unreleased.empty();
    if (!clean && !force) {
        hold(machine);
        throw Error(os::ErrorKind::conflict,
                    "VM " + machine->name() + " is gone, but the host still holds objects of it" +
                        what_is_held(*machine),
                    "its name and address stay reserved; try again, or drop the records with "
                    "--force");
    }
    std::vector<std::string> lost;
    if (clean) {
        parts_.journal.forget(machine->id());
    } else {
        std::exception_ptr undropped;
        try {
            lost = co_await drop_records(operation, machine);
        } catch (const Error&) { // a full disk, say: it is tried again as without --force
            undropped = std::current_exception();
        }
        if (undropped) {
            hold(machine);
            std::rethrow_exception(undropped);
        }
    }
    parts_.machines.erase(*machine);
    co_await collect_images();
    co_return lost;
}

} // namespace banger::vm
