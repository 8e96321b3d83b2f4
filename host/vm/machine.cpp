#include "vm/machine.hpp"

#include "os/clock.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "vm/kept_connection.hpp"
#include "vm/policy_json.hpp"
#include "vm/process_record.hpp"
#include "vmm/hypervisor.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

#include <nlohmann/json.hpp>

namespace banger::vm {
namespace asio = boost::asio;
using nlohmann::json;

namespace {

json shown_time(const std::optional<std::int64_t>& ms) {
    return ms ? json(os::to_rfc3339(*ms)) : json(nullptr);
}

/// JSON text of our own making; damaged text shows as null rather than failing a list.
json json_column(const std::string& text) {
    json value = json::parse(text, nullptr, false);
    return value.is_discarded() ? json(nullptr) : value;
}

/// What the record says, and what holds only now.
json warnings_of(const Machine& machine) {
    json warnings = json_column(machine.row.warnings);
    if (machine.paused && !machine.ended && warnings.is_array()) {
        const os::Error error = paused_error(machine);
        warnings.push_back(error.what() + (error.hint().empty() ? "" : "; " + error.hint()));
    }
    if (machine.row.idle_stop_s > 0 && machine.state == State::running && !machine.is_heard()) {
        warnings.push_back(
            "--idle-stop has no effect now: nothing tells whether its guest is idle. The "
            "plugin vsock is off, or no agent of the guest answers");
    }
    return warnings;
}

/// Length of the UTF-8 character at `at`; 0 when it is none, or a control character.
std::size_t character_at(const std::string& line, std::size_t at) {
    const auto lead = static_cast<unsigned char>(line[at]);
    const std::size_t length = lead < 0xc3 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    for (std::size_t i = 1; i < length; ++i) {
        if (at + i >= line.size() || (static_cast<unsigned char>(line[at + i]) & 0xc0U) != 0x80U) {
            return 0;
        }
    }
    return lead > 0xf4 ? 0 : length;
}

/// Drops escape sequences and control characters: the guest decides what is in there.
std::string plain(const std::string& line) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const auto c = static_cast<unsigned char>(line[i]);
        if (c == 0x1b) {
            if (i + 1 < line.size() && line[i + 1] == '[') {
                i += 2;
                while (i < line.size() && (line[i] < 0x40 || line[i] > 0x7e)) {
                    ++i;
                }
            }
        } else if (c == '\t') {
            text += ' ';
        } else if (const std::size_t length = character_at(line, i); length > 0) {
            text.append(line, i, length);
            i += length - 1;
        } else if (c >= 0x20 && c != 0x7f) {
            text += static_cast<char>(c < 0x80 ? c : '?');
        }
    }
    return text.substr(0, 400);
}

vmm::ChannelKind channel_of(const Machine& machine) {
    const bool own = machine.process->driver() == vmm::firecracker_name; // which counts no cids
    return own || machine.process->cid() != 0 ? vmm::ChannelKind::vsock : vmm::ChannelKind::serial;
}

} // namespace

Machine::Machine(asio::io_context& loop)
    : since(os::now_ms()), loop_(loop), changed_(loop, asio::steady_timer::time_point::max()) {}

std::shared_ptr<Operation> Machine::busy() const {
    auto operation = holder.lock();
    return operation && !operation->finished() ? operation : nullptr;
}

void Machine::hear(const std::string& facts) {
    guest = facts;
    if (row.idle_stop_s > 0 && process) {
        const auto kept = [control = MachinePaths::ssh_control_in(process->run_dir())] {
            return keeps_unused_connection(control) ? 1U : 0U;
        };
        idleness.take(json_column(facts), kept, std::chrono::steady_clock::now());
    }
}

bool Machine::is_heard() const {
    const json facts = guest.empty() ? json() : json_column(guest);
    return facts.is_object() && facts.contains("heard_at") && facts["heard_at"].is_string() &&
           facts.value("state", json()) != "silent";
}

void Machine::forget_guest() {
    guest.clear();
    idleness.forget();
}

bool Machine::is_undone() const {
    const auto work = busy();
    return work && (state == State::creating || state == State::starting) &&
           (work->rolls_back() || (work->cancelled() && work->heeds_cancel()) ||
            work->kind() == "recover");
}

void Machine::notify() {
    changed_.cancel();
}

asio::awaitable<void> Machine::changed(std::chrono::steady_clock::time_point deadline) {
    boost::system::error_code code;
    if (deadline == std::chrono::steady_clock::time_point::max()) {
        co_await changed_.async_wait(asio::redirect_error(asio::use_awaitable, code));
        co_return;
    }
    // Everybody waits on one timer that never expires; a deadline needs one of its own.
    auto timer = std::make_shared<asio::steady_timer>(loop_, deadline);
    changed_.async_wait([timer](boost::system::error_code) { timer->cancel(); });
    co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, code));
}

os::Error paused_error(const Machine& machine) {
    const bool full = !machine.paused_by.empty();
    return {full ? os::ErrorKind::exhausted : os::ErrorKind::conflict,
            "VM " + machine.name() + " is paused" + (full ? ": " + machine.paused_by : ""),
            full ? "free some space there; the VM then goes on by itself" : ""};
}

json to_json(const Machine& machine, const Settings& settings) {
    const store::VmRow& row = machine.row;
    const MachinePaths paths(settings, machine);
    const bool running = machine.runs();
    const auto busy = machine.busy();
    json shown{
        {"id", row.id},
        {"name", row.name},
        {"state", to_string(machine.state)},
        {"since", os::to_rfc3339(machine.since)},
        {"image", row.image},
        {"vcpus", row.vcpus},
        {"memory_mib", row.memory_mib},
        {"disk_mib", row.disk_mib},
        {"work_disk_mib", row.work_disk_mib},
        {"disk_mode", row.disk_mode},
        {"disk_bytes_per_s", row.disk_bytes_per_s},
        {"disk_ops_per_s", row.disk_ops_per_s},
        {"network_bytes_per_s", row.network_bytes_per_s},
        {"vmm", row.vmm},
        {"driver", running && !machine.process->driver().empty() ? json(machine.process->driver())
                                                                 : json(nullptr)},
        {"vmm_reason",
         running && !machine.vmm_reason.empty() ? json(machine.vmm_reason) : json(nullptr)},
        {"accel", row.accel},
        {"agent_channel", running ? json(vmm::to_string(channel_of(machine))) : json(nullptr)},
        {"cid", row.cid != 0 ? json(row.cid) : json(nullptr)},
        {"ip", row.ip.empty() ? json(nullptr) : json(row.ip)},
        {"mac", row.mac.empty() ? json(nullptr) : json(row.mac)},
        {"fqdn", row.name + "." + settings.domain},
        {"pid", running ? json(machine.process->vmm().pid) : json(nullptr)},
        {"supervisor_pid", running ? json(machine.process->supervisor().pid) : json(nullptr)},
        {"created_at", os::to_rfc3339(row.created_at)},
        {"started_at", shown_time(row.started_at)},
        {"ready_at", shown_time(row.ready_at)},
        {"exit", row.exit ? json_column(*row.exit) : json(nullptr)},
        {"guest", running && !machine.guest.empty() ? json_column(machine.guest) : json(nullptr)},
        {"options", json_column(row.options)},
        {"warnings", warnings_of(machine)},
        {"timings", json_column(row.timings)},
        {"operation", busy ? json(busy->id()) : json(nullptr)},
        {"last_operation", row.last_operation ? json(*row.last_operation) : json(nullptr)},
        {"paths",
         {{"dir", paths.dir.string()},
          {"run", paths.run.string()},
          {"console", paths.console().string()}}},
    };
    shown.update(policy_json(machine, std::chrono::steady_clock::now()));
    return shown;
}

void add_warning(Machine& machine, const std::string& text) {
    json warnings = json_column(machine.row.warnings);
    if (std::find(warnings.begin(), warnings.end(), json(text)) == warnings.end()) {
        warnings.push_back(text);
        machine.row.warnings = warnings.dump(-1, ' ', false, json::error_handler_t::replace);
    }
}

std::string what_is_held(const Machine& machine) {
    std::string text;
    for (const json& warning : json_column(machine.row.warnings)) {
        text += (text.empty() ? ": " : "; ") + warning.get<std::string>();
    }
    return text;
}

VmView view_of(const Machine& machine, const Settings& settings) {
    VmView view;
    view.id = machine.row.id;
    view.name = machine.row.name;
    view.state = to_string(machine.state);
    view.run_dir = MachinePaths(settings, machine).run;
    view.spec_json = to_json(machine, settings).dump();
    view.pid = machine.runs() ? machine.process->vmm().pid : 0;
    view.cid = machine.runs() ? machine.process->cid() : 0;
    return view;
}

State state_after_end(const Machine& machine) {
    // A stop that was asked for is a stop, whatever ended the VMM in the end.
    if (machine.state == State::stopping) {
        return State::stopped;
    }
    const json exit = json::parse(machine.row.exit.value_or("{}"), nullptr, false);
    const std::string cause = exit.value("cause", std::string("unknown"));
    return cause == "poweroff" || cause == "reboot" ? State::stopped : State::crashed;
}

std::string exit_json(const vmm::Exit& exit, const std::string& process) {
    return json({{"cause", vmm::to_string(exit.cause)},
                 {"reason", exit.reason},
                 {"code", exit.code},
                 {"signal", exit.signal},
                 {"host_down", exit.host_down},
                 {"at", os::to_rfc3339(exit.at_unix_ms != 0 ? exit.at_unix_ms : os::now_ms())},
                 {"boot_id", boot_of(process).value_or("")}})
        .dump(-1, ' ', false, json::error_handler_t::replace);
}

std::vector<std::string> console_tail(const std::filesystem::path& log, std::size_t count) {
    std::vector<std::string> lines;
    for (const std::string& line : os::tail_lines(log, count)) {
        lines.push_back(plain(line));
    }
    return lines;
}

} // namespace banger::vm
