#include "vm/lifecycle.hpp"

#include "os/clock.hpp"
#include "os/error.hpp"
#include "os/process.hpp"
#include "store/reserve.hpp"
#include "supervisor/run_record.hpp"
#include "vm/background.hpp"
#include "vm/events.hpp"
#include "vm/left_over.hpp"
#include "vm/process_record.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>

#include <nlohmann/json.hpp>

namespace banger::vm {
using nlohmann::json;
using os::Error;

namespace {

constexpr std::size_t max_event_bytes = std::size_t{256} * 1024;

vmm::Exit unknown_exit(const std::string& reason) {
    vmm::Exit exit;
    exit.reason = reason;
    exit.at_unix_ms = os::now_ms();
    return exit;
}

/// Of a VM that was up when the last daemon ended, and has left no word.
vmm::Exit unseen_exit(const std::string& process) {
    const auto boot_id = boot_of(process);
    vmm::Exit exit = unknown_exit("its processes are gone: they were killed");
    if (boot_id && *boot_id != os::current_boot_id()) {
        exit.host_down = true;
        exit.reason = "the host went down while it ran";
    }
    return exit;
}

/// The host that goes down ends no VM that its user was stopping.
void record_exit(Machine& machine, vmm::Exit exit) {
    exit.host_down = exit.host_down && machine.state != State::stopping;
    machine.row.exit = exit_json(exit, machine.row.process);
    machine.ended = true;
}

/// Returns when that process is dead. Whoever cannot be asked may still write to the disks.
asio::awaitable<void> death_of(asio::io_context& loop, os::ProcessId id) {
    for (;;) {
        std::optional<os::UniqueFd> pidfd;
        try {
            pidfd = os::open_pidfd(id);
            if (!pidfd) {
                co_return;
            }
        } catch (const Error&) { // NOLINT(bugprone-empty-catch): no descriptor is left
        }
        if (pidfd) {
            boost::system::error_code code;
            asio::posix::stream_descriptor end(loop);
            end.assign(pidfd->get(), code);
            if (!code) {
                static_cast<void>(pidfd->release());
                co_await end.async_wait(asio::posix::stream_descriptor::wait_read,
                                        asio::redirect_error(asio::use_awaitable, code));
            }
            if (!code) {
                co_return;
            }
        }
        asio::steady_timer pause(loop, std::chrono::seconds(1));
        co_await pause.async_wait(asio::use_awaitable);
    }
}

/// A VM that was killed may have been started again before its end was seen.
bool follows(const Machine& machine, const supervisor::Supervised& process) {
    return machine.process && machine.process->supervisor() == process.supervisor();
}

/// What a line of an event stream says of the phase: its first line does, and these events.
std::optional<json> phase_of(const json& line) {
    const json& phase = line.is_object() && line.contains("status") ? line["status"] : line;
    return phase.is_object() && phase.contains("phase") ? std::optional(phase) : std::nullopt;
}

/// What an event stream says of the end; nothing for another event.
std::optional<vmm::Exit> exit_of(const json& event) {
    if (event["event"] == "exit") {
        try {
            return supervisor::exit_from_json(event);
        } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): exit.json is next
        }
    }
    return std::nullopt;
}

} // namespace

asio::awaitable<void> Lifecycle::attach(Ptr machine, supervisor::Supervised process) {
    machine->process = process;
    machine->ended = false;
    machine->paused = false;
    machine->forget_guest();
    machine->row.process = to_record(process, machine->vmm_reason);
    auto stream_work = offload(parts_.threads, [process]() -> std::shared_ptr<os::UniqueFd> {
        try {
            return std::make_shared<os::UniqueFd>(process.watch());
        } catch (const Error&) {
            return std::make_shared<os::UniqueFd>(); // it ended already; watch() sees why
        }
    });
    auto stream = co_await std::move(stream_work);
    start_background(parts_.threads.loop, watch(machine, process, std::move(*stream)),
                     [this, machine](const Error& error) {
                         parts_.log("error", "VM " + machine->name() +
                                                 " is not watched any more: " + error.what());
                     });
}

asio::awaitable<void> Lifecycle::watch(Ptr machine, supervisor::Supervised process,
                                       os::UniqueFd stream) {
    std::optional<vmm::Exit> said;
    if (stream) {
        asio::posix::stream_descriptor descriptor(parts_.threads.loop, stream.release());
        std::string buffer;
        boost::system::error_code code;
        while (!code) {
            const std::size_t n = co_await asio::async_read_until(
                descriptor, asio::dynamic_buffer(buffer, max_event_bytes), '\n',
                asio::redirect_error(asio::use_awaitable, code));
            if (code) {
                break;
            }
            const json event = json::parse(buffer.substr(0, n), nullptr, false);
            buffer.erase(0, n);
            if (const auto phase = phase_of(event); phase && follows(*machine, process)) {
                machine->paused = phase->value("phase", "") == "paused";
                machine->paused_by = phase->value("reason", "");
                machine->notify();
                follow_pause(machine);
            }
            if (event.is_object() && event.contains("event") && event["event"].is_string()) {
                parts_.events.publish(
                    "vm.supervisor",
                    {{"vm", machine->name()}, {"id", machine->id()}, {"event", event["event"]}});
                said = said ? said : exit_of(event);
            }
        }
    }
    co_await death_of(parts_.threads.loop, process.vmm());
    co_await death_of(parts_.threads.loop, process.supervisor());
    auto exit_work = offload(parts_.threads, [process, said] {
        try {
            return said ? *said
                        : supervisor::last_exit(process.run_dir())
                              .value_or(unknown_exit("the supervisor ended without a word"));
        } catch (const Error& error) {
            return unknown_exit(error.what());
        }
    });
    const vmm::Exit exit = co_await std::move(exit_work);
    if (!machine->deleted && follows(*machine, process)) {
        record_exit(*machine, exit);
        machine->notify();
        if (!machine->busy() && has_process(machine->state)) {
            on_unexpected_end(machine);
        }
    }
}

void Lifecycle::follow_pause(const Ptr& machine) {
    const State seen = machine->paused ? State::paused : State::running;
    if (!is_up(machine->state) || machine->ended || machine->deleted || machine->busy() ||
        machine->state == seen) {
        return;
    }
    parts_.log(machine->paused ? "warning" : "info", machine->paused
                                                         ? paused_error(*machine).what()
                                                         : "VM " + machine->name() + " goes on");
    try {
        parts_.machines.set_state(*machine, seen);
    } catch (const Error& error) { // no room for that either; what is shown is true
        parts_.log("warning", error.what());
    }
}

/// The guest powered off or rebooted by itself, or the VMM died.
void Lifecycle::on_unexpected_end(const Ptr& machine) {
    const json exit = json::parse(machine->row.exit.value_or("{}"), nullptr, false);
    // A guest that rebooted wants to be up again; one that never was ready would do it for ever.
    const bool again = exit.value("cause", "") == "reboot" && machine->row.ready_at &&
                       machine->state == State::running;
    const auto lived = machine->row.lived_ms +
                       (machine->process ? os::age_of(machine->process->vmm()).count() : 0);
    begin(again ? "reboot" : "exit", machine,
          [this, machine, again, lived](Operation& self) -> asio::awaitable<json> {
              self.stage("release");
              co_await settle(self, machine);
              require_cleaned_up(*machine);
              if (again && machine->state == State::stopped) {
                  machine->row.lived_ms = lived; // its lifetime is the host's to end
                  parts_.machines.set_state(*machine, State::starting);
                  co_await start_or_undo(self, machine,
                                         std::chrono::steady_clock::now() +
                                             parts_.settings.create_timeout);
              }
              co_return json{{"vm", to_json(*machine, parts_.settings)}};
          });
}

asio::awaitable<void> Lifecycle::adopt_all() {
    for (const Ptr& machine : parts_.machines.list()) {
        co_await adopt(machine);
    }
    co_await collect_images();
    parts_.reserve.restore();
}

asio::awaitable<void> Lifecycle::adopt(Ptr machine) {
    const MachinePaths paths(parts_.settings, *machine);
    auto search = offload(parts_.threads, [run = paths.run, record = machine->row.process] {
        return find_process(record, run);
    });
    auto [process, vmm_reason, exit] = co_await std::move(search);
    const bool was_up = is_up(machine->state);
    if (process) {
        if (machine->state == State::stopped || machine->state == State::crashed) {
            machine->state = State::running; // the database was lost, the VM was not
            machine->row.state = to_string(State::running);
        }
        machine->vmm_reason = vmm_reason;
        co_await attach(machine, *process);
        parts_.machines.save(*machine);
    } else if (has_process(machine->state)) {
        record_exit(*machine, exit.value_or(unseen_exit(machine->row.process)));
        parts_.machines.save(*machine);
        if (was_up) {
            // The truth for readers at once; the record says so when all of the start is released.
            machine->state = state_after_end(*machine);
            co_return recover_ended(machine);
        }
    }
    if (process && (was_up || machine->state == State::running)) {
        co_return recover_running(machine);
    }
    if (machine->state != State::stopped && machine->state != State::crashed) {
        recover(machine);
    }
}

void Lifecycle::recover_running(const Ptr& machine) {
    begin("reconcile", machine, [this, machine](Operation& self) -> asio::awaitable<json> {
        self.stage("reconcile");
        co_await plugins(self, machine, [](auto& capabilities, auto& view, auto& context) {
            capabilities.run(Hook::reconcile, view, context);
        });
        if (machine->ended && has_process(machine->state)) { // it ended while we looked
            co_await settle(self, machine);
        }
        co_return nullptr;
    });
}

/// It ended while no daemon looked.
void Lifecycle::recover_ended(const Ptr& machine) {
    begin("recover", machine, [this, machine](Operation& self) -> asio::awaitable<json> {
        self.no_way_back();
        self.stage("release");
        co_await settle(self, machine);
        require_cleaned_up(*machine);
        co_return nullptr;
    });
}

void Lifecycle::hold(const Ptr& machine) {
    if (!std::exchange(machine->retrying, true)) {
        start_background(parts_.threads.loop, retry_cleanup(machine),
                         [this, machine](const Error& error) {
                             machine->retrying = false;
                             parts_.log("error", "VM " + machine->name() +
                                                     " is not cleaned up: " + error.what());
                         });
    }
    parts_.machines.set_state(*machine, State::cleanup_pending);
}

asio::awaitable<void> Lifecycle::retry_cleanup(Ptr machine) {
    // Less and less often, as long as the daemon runs.
    for (auto delay = parts_.settings.cleanup_retry; !machine->deleted;
         delay = std::min<std::chrono::milliseconds>(delay * 2, std::chrono::minutes(10))) {
        asio::steady_timer timer(parts_.threads.loop, delay);
        co_await timer.async_wait(asio::use_awaitable);
        if (!machine->busy() && machine->state == State::cleanup_pending) {
            recover(machine);
        }
        if (const auto busy = machine->busy()) {
            co_await busy->done();
        }
        if (machine->state != State::cleanup_pending) {
            break;
        }
    }
    machine->retrying = false;
}

/// What the last daemon left half-done is finished (stop, delete) or undone (create, start).
void Lifecycle::recover(const Ptr& machine) {
    begin("recover", machine, [this, machine](Operation& self) -> asio::awaitable<json> {
        self.no_way_back();
        self.stage("recover");
        switch (machine->state) {
        case State::creating:
            co_await discard(self, machine);
            break;
        case State::starting: {
            co_await take_back_start(self, machine);
            break;
        }
        case State::stopping: {
            const StopRequest again;
            co_await shut_down(self, machine, again);
            break;
        }
        case State::deleting: {
            [[maybe_unused]] const auto lost = co_await erase(self, machine, false);
            break;
        }
        case State::cleanup_pending: {
            // Without its vm.json it was never made or is being deleted: there is nothing to keep.
            if (std::filesystem::exists(MachinePaths(parts_.settings, *machine).record())) {
                co_await take_back_start(self, machine);
            } else {
                co_await discard(self, machine);
            }
            break;
        }
        case State::running: // taken up by recover_running or recover_ended
        case State::paused:
        case State::stopped:
        case State::crashed:
            break;
        }
        require_cleaned_up(*machine);
        co_return nullptr;
    });
}

} // namespace banger::vm
