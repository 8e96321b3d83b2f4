#include "vm/lifecycle.hpp"

#include "os/error.hpp"
#include "store/reserve.hpp"
#include "store/vm_json.hpp"
#include "vm/background.hpp"
#include "vm/disk_trim.hpp"

#include <nlohmann/json.hpp>

namespace banger::vm {
using nlohmann::json;
using os::Error;
using os::ErrorKind;

namespace {

/// Brings a VM up, so a stop may cut it short.
bool is_start(const Operation& operation) {
    const std::string& kind = operation.kind();
    return kind == "start" || kind == "restart" || kind == "reboot";
}

/// Nothing is lost when it is cut short by a stop.
bool gives_way(const Operation& operation) {
    return is_start(operation) || operation.kind() == "trim";
}

Error not_startable(const Machine& machine) {
    const bool held = machine.state == State::cleanup_pending;
    return {ErrorKind::conflict,
            "VM " + machine.name() + " is " + std::string(to_string(machine.state)) +
                (held ? what_is_held(machine) : ""),
            held ? "see what is held with: banger vm show " + machine.name() : ""};
}

/// Where the VMM is the VM's for good. Another one may be taken at the next start.
void refuse_network_limit(const Machine& machine, const SetRequest& request) {
    if (request.limits.network_bytes.value_or(0) != 0 && machine.row.vmm == vmm::qemu_name) {
        throw Error(ErrorKind::unsupported,
                    "VM " + machine.name() + " runs with qemu only, which limits no network",
                    "a VM of banger vm create --vmm firecracker may have such a limit");
    }
}

/// The result of a stop in which the guest did not end by itself.
json with_warning(json result, const Machine& machine, const std::string& ended_for) {
    if (!ended_for.empty()) {
        result["warnings"] =
            json::array({"VM " + machine.name() + " was ended, as by a power cut: " + ended_for});
    }
    return result;
}

} // namespace

Lifecycle::Lifecycle(Parts parts)
    : parts_(std::move(parts)), disks_(parts_.settings.templates_dir),
      boot_files_(parts_.settings.images_dir),
      growth_(parts_.threads, parts_.machines, parts_.capabilities, parts_.settings,
              [this](Ptr machine) { return keep_copy(std::move(machine)); }) {}

void Lifecycle::require_idle(const Machine& machine) const {
    if (const auto busy = machine.busy()) {
        throw Error(ErrorKind::busy,
                    "VM " + machine.name() + " is busy: " + busy->kind() + " (" + busy->id() + ")",
                    "wait for it with: banger op watch " + busy->id());
    }
}

Lifecycle::Started Lifecycle::begin(const std::string& kind, const Ptr& machine,
                                    Operations::Body body) {
    if (kind != "create" && kind != "start") {
        parts_.reserve.lend();
    }
    auto operation = parts_.operations.start(kind, machine->name(), std::move(body));
    machine->holder = operation;
    machine->row.last_operation = operation->id();
    start_background(parts_.threads.loop, see_end_after(operation, machine),
                     [this, machine](const Error& error) {
                         parts_.log("error",
                                    "VM " + machine->name() + ": its end: " + error.what());
                     });
    return operation;
}

asio::awaitable<void> Lifecycle::see_end_after(Started operation, Ptr machine) {
    co_await operation->done();
    parts_.reserve.restore();
    if (is_up(machine->state) && machine->ended && !machine->deleted && !machine->busy()) {
        on_unexpected_end(machine);
    }
    follow_pause(machine);
}

asio::awaitable<void> Lifecycle::settled(std::string name) {
    const Ptr machine = parts_.machines.find(name);
    while (const auto busy = machine ? machine->busy() : nullptr) {
        const std::string& kind = busy->kind();
        if (kind != "reconcile" && kind != "recover" && kind != "exit") {
            break;
        }
        co_await busy->done();
    }
}

asio::awaitable<void> Lifecycle::preempt(Operation& operation, std::shared_ptr<Operation> other) {
    if (other) {
        operation.stage("cancel");
        other->cancel(operation.kind() + " " + operation.target() + " was asked for (" +
                      operation.id() + ")");
        co_await other->done();
    }
}

void Lifecycle::begin_rollback(Operation& operation) {
    operation.begin_rollback();
    parts_.reserve.lend();
    operation.stage("rollback");
}

CallContext Lifecycle::context_of(Operation& operation) const {
    return operation.heeds_cancel() ? operation.context() : operation.rollback_context();
}

/// A guest that nobody can log in to would only be found out when its boot is given up.
void Lifecycle::require_network(const Machine* machine) const {
    const Settings& settings = parts_.settings;
    if (const auto reason = parts_.capabilities.no_network()) {
        if (settings.network_required) {
            throw *reason;
        }
        return;
    }
    if (settings.wanted_network) {
        throw network_held(settings, parts_.machines.running());
    }
    if (machine != nullptr && !is_guest_address(machine->row.ip, settings.subnet)) {
        throw address_outside(machine->name(), machine->row.ip, settings.subnet);
    }
}

Lifecycle::Started Lifecycle::start(const std::string& name,
                                    std::optional<std::chrono::seconds> timeout) {
    const Ptr machine = parts_.machines.get(name);
    require_idle(*machine);
    if (machine->state == State::running) { // as wished already
        return begin("start", machine, [this, machine](Operation&) -> asio::awaitable<json> {
            co_return json{{"vm", to_json(*machine, parts_.settings)}};
        });
    }
    if (machine->state == State::paused) {
        throw paused_error(*machine);
    }
    if (machine->state != State::stopped && machine->state != State::crashed) {
        throw not_startable(*machine);
    }
    require_network(machine.get());
    const auto limit = timeout.value_or(parts_.settings.create_timeout);
    return begin(
        "start", machine, [this, machine, limit](Operation& self) -> asio::awaitable<json> {
            machine->row.lived_ms = 0;
            parts_.machines.set_state(*machine, State::starting);
            co_await start_or_undo(self, machine, std::chrono::steady_clock::now() + limit);
            co_return json{{"vm", to_json(*machine, parts_.settings)}};
        });
}

Lifecycle::Started Lifecycle::stop(const std::string& name, const StopRequest& request) {
    const Ptr machine = parts_.machines.get(name);
    const auto busy = machine->busy();
    // Stopping a VM that is being started takes the start back; a create is a delete's to end.
    if (!busy || !gives_way(*busy)) {
        require_idle(*machine);
    }
    return begin("stop", machine,
                 [this, machine, request, busy](Operation& self) -> asio::awaitable<json> {
                     co_await preempt(self, busy);
                     std::string ended_for;
                     if (has_process(machine->state)) {
                         ended_for = co_await shut_down(self, machine, request);
                     }
                     co_return with_warning(json{{"vm", to_json(*machine, parts_.settings)}},
                                            *machine, ended_for);
                 });
}

Lifecycle::Started Lifecycle::restart(const std::string& name, const StopRequest& request) {
    const Ptr machine = parts_.machines.get(name);
    require_idle(*machine);
    require_network(machine.get()); // before a VM is stopped that could not come back
    return begin(
        "restart", machine, [this, machine, request](Operation& self) -> asio::awaitable<json> {
            std::string ended_for;
            if (has_process(machine->state)) {
                ended_for = co_await shut_down(self, machine, request);
            }
            if (machine->state == State::cleanup_pending) {
                throw not_startable(*machine);
            }
            machine->row.lived_ms = 0;
            parts_.machines.set_state(*machine, State::starting);
            co_await start_or_undo(
                self, machine, std::chrono::steady_clock::now() + parts_.settings.create_timeout);
            co_return with_warning(json{{"vm", to_json(*machine, parts_.settings)}}, *machine,
                                   ended_for);
        });
}

Lifecycle::Started Lifecycle::kill(const std::string& name) {
    const Ptr machine = parts_.machines.get(name);
    const auto busy = machine->busy();
    if (busy && busy->kind() != "stop" && !gives_way(*busy)) {
        require_idle(*machine);
    }
    return begin("kill", machine, [this, machine, busy](Operation& self) -> asio::awaitable<json> {
        co_await preempt(self, busy);
        if (has_process(machine->state)) {
            const StopRequest at_once{.force = true};
            co_await shut_down(self, machine, at_once);
        }
        co_return json{{"vm", to_json(*machine, parts_.settings)}};
    });
}

Lifecycle::Started Lifecycle::remove(const std::string& name, bool force) {
    const Ptr machine = parts_.machines.get(name);
    const auto busy = machine->busy();
    // A create that does not end must not keep its VM from being deleted.
    if (busy && busy->kind() != "create" && !force) {
        require_idle(*machine);
    }
    if (is_up(machine->state) && !force) {
        throw Error(
            ErrorKind::conflict, "VM " + name + " is " + std::string(to_string(machine->state)),
            "stop it first with: banger vm stop " + name + ", or delete it as it is with --force");
    }
    return begin("delete", machine,
                 [this, machine, busy, force](Operation& self) -> asio::awaitable<json> {
                     co_await preempt(self, busy);
                     json result = {{"deleted", machine->name()}};
                     if (!machine->deleted) {
                         const auto lost = co_await erase(self, machine, force);
                         if (!lost.empty()) {
                             result["warnings"] = lost;
                         }
                     }
                     co_return result;
                 });
}

Lifecycle::Started Lifecycle::set(const std::string& name, const SetRequest& request) {
    const Ptr machine = parts_.machines.get(name);
    require_idle(*machine);
    const bool resize = request.vcpus || request.memory_mib || !request.limits.empty();
    if (resize && machine->runs()) {
        throw Error(ErrorKind::conflict,
                    "VM " + name + " runs; CPUs, memory and limits change only while it is stopped",
                    "stop it first with: banger vm stop " + name);
    }
    refuse_network_limit(*machine, request);
    DiskGrowth::require(*machine, request);
    check_resources(request.vcpus.value_or(machine->row.vcpus),
                    request.memory_mib.value_or(machine->row.memory_mib));
    const json before = json::parse(machine->row.options);
    const json after = changed_options(*machine, request.options);
    return begin("set", machine,
                 [this, machine, request, before, after](Operation& self) -> asio::awaitable<json> {
                     self.stage("set");
                     if (before != after) {
                         const auto change = [before, after](auto& capabilities, auto& view,
                                                             auto& context) {
                             if (view.pid != 0) {
                                 capabilities.change_options(view, before, after, context);
                             } else { // a start must not be the first to refuse them
                                 capabilities.validate_options(view, after, context);
                             }
                         };
                         co_await plugins(self, machine, change);
                         for (const std::string& warning : self.warnings()) {
                             add_warning(*machine, warning);
                         }
                     }
                     store::VmRow& row = machine->row;
                     row.vcpus = request.vcpus.value_or(row.vcpus);
                     row.memory_mib = request.memory_mib.value_or(row.memory_mib);
                     request.limits.apply(row);
                     const bool was_counted = row.idle_stop_s > 0;
                     request.policy.apply(row);
                     if (was_counted != (row.idle_stop_s > 0)) {
                         machine->idleness.forget(); // nobody looked, or nobody will
                     }
                     row.options = after.dump();
                     parts_.machines.save(*machine);
                     co_await keep_copy(machine);
                     if (request.limits.network_bytes.value_or(0) != 0) {
                         co_await warn_of_network_limit(self, machine);
                     }
                     std::vector<std::string> already;
                     if (request.disk_mib || request.work_disk_mib) {
                         already = co_await growth_.run(self, machine, request);
                     }
                     json result{{"vm", to_json(*machine, parts_.settings)}};
                     if (!already.empty()) {
                         result["notes"] = already;
                     }
                     co_return result;
                 });
}

Lifecycle::Started Lifecycle::trim(const std::string& name) {
    const Ptr machine = parts_.machines.get(name);
    require_idle(*machine);
    require_trimmable(*machine);
    return begin("trim", machine, [this, machine](Operation& self) -> asio::awaitable<json> {
        auto work = trim_disks(parts_.threads, parts_.capabilities, parts_.settings, self, machine);
        json result = co_await std::move(work);
        co_return result;
    });
}

asio::awaitable<void> Lifecycle::collect_images() {
    auto work = offload(parts_.threads,
                        [this, images = parts_.catalog.list()] { boot_files_.collect(images); });
    co_await std::move(work);
}

asio::awaitable<void> Lifecycle::keep_copy(Ptr machine) {
    // What a rebuilt database would know: the VM as it is when nothing runs.
    store::VmRow row = machine->row;
    row.state = to_string(State::stopped);
    auto work = offload(parts_.threads, [dir = MachinePaths(parts_.settings, row.id).dir, row] {
        store::write_vm_json(dir, row);
    });
    co_await std::move(work);
}

} // namespace banger::vm
