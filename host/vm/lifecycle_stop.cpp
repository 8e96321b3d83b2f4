#include "vm/lifecycle.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/free_space.hpp"
#include "vm/ssh.hpp"

#include <exception>

#include <nlohmann/json.hpp>

namespace banger::vm {
using os::Error;
using os::ErrorKind;
using Clock = std::chrono::steady_clock;

namespace {

/// QEMU pauses a guest whose disk write found the host's disk full: it must run again to power off.
/// One that still cannot is ended when its time is over.
void press_power_button(const supervisor::Supervised& process) {
    try {
        process.powerdown();
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::timeout) { // it hangs: nothing else would be heard either
            return;
        }
        try {
            process.resume();
            process.powerdown();
        } catch (const Error&) { // paused again at once
        }
    }
}

/// For a guest that was asked by its agent, before its button is pressed, too.
constexpr std::chrono::seconds guest_takes{5};

/// What a guest may write while it shuts down, the reserve not among it.
constexpr std::uint64_t room_to_shut_down = 64U << 20U;

/// Its disk's writes found the host's disk full, and would again: to power off it must run, and
/// with what it writes first it takes the room that is kept for the end of its own stop.
bool has_no_room(const Machine& machine, const Settings& settings) {
    return !machine.paused_by.empty() &&
           os::free_space(settings.vms_dir).value_or(0) < room_to_shut_down;
}

/// An exit with why it was brought about; what else there is to tell of it stays.
std::optional<std::string> with_reason(const std::optional<std::string>& exit,
                                       const std::string& reason) {
    nlohmann::json told = nlohmann::json::parse(exit.value_or("{}"), nullptr, false);
    if (!told.is_object() || !told.contains("cause")) {
        return exit;
    }
    const std::string before = told.value("reason", "");
    const bool orderly = told["cause"] == "poweroff" || before.empty();
    told["reason"] = reason + (orderly ? "" : "; " + before);
    return told.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// An exit that our own kill brought about, with why that was done.
std::optional<std::string> killed_for(const std::optional<std::string>& exit,
                                      const std::string& reason) {
    nlohmann::json told = nlohmann::json::parse(exit.value_or("{}"), nullptr, false);
    if (!told.is_object() || told.value("cause", "") != "killed") { // it was quicker
        return exit;
    }
    told["reason"] = reason;
    return told.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace

asio::awaitable<void> Lifecycle::wait_ended(Ptr machine, Deadline deadline) {
    while (!machine->ended && Clock::now() < deadline) {
        co_await machine->changed(deadline);
    }
}

asio::awaitable<void> Lifecycle::end_process(Ptr machine) {
    if (machine->runs()) {
        auto work = offload(parts_.threads, [process = *machine->process] { process.kill(); });
        co_await std::move(work);
        // The death is proven; the watcher now reads how it ended.
        co_await wait_ended(machine, Clock::now() + std::chrono::seconds(10));
        machine->ended = true;
    }
}

asio::awaitable<bool> Lifecycle::ask_guest(Operation& operation, Ptr machine, std::string reason) {
    if (machine->paused) {
        co_return false; // nothing in it runs
    }
    auto work = offload(parts_.threads, [&capabilities = parts_.capabilities,
                                         view = view_of(*machine, parts_.settings),
                                         context = operation.context(), reason]() mutable {
        return capabilities.guest_power(view, "shutdown", reason, context);
    });
    const bool asked = co_await std::move(work);
    co_return asked;
}

/// Gives why the VMM was ended where the guest was to end by itself; else nothing.
asio::awaitable<std::string> Lifecycle::shut_down(Operation& operation, Ptr machine,
                                                  StopRequest request, State meanwhile) {
    const State before = machine->state;
    parts_.machines.set_state(*machine, meanwhile);
    std::exception_ptr failure;
    bool pressed = false;
    std::string ended_for;
    try {
        operation.stage("prepare");
        co_await plugins(operation, machine, [](auto& capabilities, auto& view, auto& context) {
            capabilities.run(Hook::before_stop, view, context);
        });
        const auto grace = request.timeout.value_or(parts_.settings.stop_timeout);
        const bool no_room = has_no_room(*machine, parts_.settings);
        if (!request.force && !no_room && machine->runs()) {
            operation.stage("shutdown");
            const auto deadline = Clock::now() + grace;
            const std::string reason =
                request.reason.empty() ? "banger vm stop" : "banger: " + request.reason;
            const bool asked = co_await ask_guest(operation, machine, reason);
            auto next_press = Clock::now() + (asked ? guest_takes : Clock::duration::zero());
            pressed = asked;
            while (!machine->ended && Clock::now() < deadline) {
                operation.check();
                // More than once: a guest that has just booted may not listen to its button yet.
                if (Clock::now() >= next_press) {
                    auto work = offload(parts_.threads, [process = *machine->process] {
                        press_power_button(process);
                    });
                    co_await std::move(work);
                    pressed = true;
                    next_press = Clock::now() + std::chrono::seconds(3);
                }
                co_await machine->changed(
                    std::min(deadline, Clock::now() + std::chrono::milliseconds(200)));
            }
        }
        if (!machine->ended) {
            operation.stage("kill");
            if (no_room) {
                ended_for = "the guest could not shut down: " + machine->paused_by;
            } else if (!request.force) {
                ended_for =
                    "the guest did not power off within " + std::to_string(grace.count()) + " s";
            }
            if (!ended_for.empty()) {
                operation.log("warning", ended_for + "; its VMM was ended");
            }
            operation.no_way_back(); // from here on there is no way back
            co_await end_process(machine);
        }
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure && !machine->ended) {
        if (pressed) {
            operation.log("warning", "it was asked to shut down before: VM " + machine->name() +
                                         " may still do that");
        }
        parts_.machines.set_state(*machine, before == meanwhile ? State::running : before);
        std::rethrow_exception(failure);
    }
    operation.no_way_back();
    if (!ended_for.empty()) {
        machine->row.exit = killed_for(machine->row.exit, ended_for);
    }
    if (!request.reason.empty()) {
        machine->row.exit = with_reason(machine->row.exit, "stopped by banger: " + request.reason);
    }
    operation.stage("release");
    co_await settle(operation, machine);
    co_return ended_for;
}

asio::awaitable<void> Lifecycle::settle(Operation& operation, Ptr machine) {
    const MachinePaths paths(parts_.settings, *machine);
    bool released = true;
    try {
        auto work = offload(parts_.threads, [paths, id = machine->id(), jails = parts_.jails] {
            end_ssh_master(paths.ssh_control());
            jails.clean_up(id);
        });
        co_await std::move(work);
        co_await plugins(operation, machine, [](auto& capabilities, auto& view, auto& context) {
            capabilities.run(Hook::after_stop, view, context);
        });
    } catch (...) {
        operation.log("error", os::current_error().what());
        released = false;
    }
    if (!released) {
        released = co_await take_down(operation, machine, Phase::start);
    }
    auto work = offload(parts_.threads, [paths] { return os::try_remove_tree(paths.run); });
    const auto problem = co_await std::move(work);
    if (problem) {
        operation.log("warning", problem->what());
    }
    machine->process.reset();
    if (released) {
        // One that is being deleted stays so: who finds it after a crash goes on with that.
        if (machine->state != State::deleting) {
            parts_.machines.set_state(*machine, state_after_end(*machine));
        }
    } else {
        hold(machine);
    }
}

} // namespace banger::vm
