#include "supervisor/client.hpp"

#include "os/child.hpp"
#include "os/deadline.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/paths.hpp"
#include "os/pipe.hpp"
#include "os/unix_socket.hpp"
#include "supervisor/run_record.hpp"
#include "supervisor/vmm_files.hpp"

#include <csignal>
#include <cstdlib>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

namespace banger::supervisor {
namespace fs = std::filesystem;
using nlohmann::json;
using os::Error;
using os::ErrorKind;
using os::UniqueFd;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

namespace {

constexpr milliseconds answer_time{5000};
constexpr milliseconds resize_time{40'000}; ///< QEMU first ends what it writes and reads
constexpr milliseconds death_time{10000};
constexpr milliseconds restore_time{2000};
constexpr milliseconds farewell_time{1000};
constexpr std::size_t longest_answer = 1U << 20U;
/// Of a start. Firecracker's is made of many steps, whose own limits come first and name the step:
/// for its socket and version 20 s, for a request 35 s, and before them 32 s for a jail.
constexpr milliseconds qemu_start_time{20'000};
constexpr milliseconds firecracker_start_time{60'000};
constexpr milliseconds jail_time{35'000};

milliseconds left_of(Clock::time_point deadline) {
    return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(deadline - Clock::now()));
}

Error error_of(const json& answer) {
    const json error = answer.value("error", json::object());
    return Error(os::error_kind(error.value("kind", "internal")),
                 error.value("message", "no reason given"), error.value("hint", ""))
        .with_details(error.value("details", std::vector<std::string>{}));
}

json parse_answer(const std::optional<std::string>& line, const char* who) {
    if (!line) {
        throw Error(ErrorKind::unavailable, std::string(who) + " ended without an answer");
    }
    json answer = json::parse(*line, nullptr, false);
    if (!answer.is_object()) {
        throw Error(ErrorKind::internal, std::string(who) + ": its answer is no JSON object");
    }
    if (!answer.value("ok", false)) {
        throw error_of(answer);
    }
    return answer;
}

bool cid_was_taken(const std::optional<std::string>& line) {
    const json answer = json::parse(line.value_or(""), nullptr, false);
    return answer.is_object() && answer.value("cid_taken", false);
}

// NOLINTNEXTLINE(bugprone-exception-escape): moving JSON only asserts
struct Answered {
    UniqueFd fd;
    json answer;
};

/// One request; the connection stays open for what follows the answer.
Answered ask(UniqueFd connection, const json& request, milliseconds time) {
    Answered result;
    result.fd = std::move(connection);
    os::send_all(result.fd.get(), request.dump() + "\n", answer_time);
    result.answer = parse_answer(os::read_line(result.fd.get(), time, longest_answer), "banger-vm");
    return result;
}

Answered ask(UniqueFd connection, const char* cmd) {
    return ask(std::move(connection), json{{"cmd", cmd}}, answer_time);
}

void set_non_blocking(const UniqueFd& fd) {
    const int flags = ::fcntl(fd.get(), F_GETFL);
    ::fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK);
}

/// True when the process is dead before the deadline.
bool wait_dead(const os::ProcessId& id, Clock::time_point deadline) {
    const auto pidfd = os::open_pidfd(id);
    return !pidfd || os::wait_ready(pidfd->get(), POLLIN, deadline);
}

/// The plan as a file that a pipe's size does not limit.
UniqueFd plan_file(const vmm::SupervisorPlan& plan) {
    UniqueFd fd(::memfd_create("plan", MFD_CLOEXEC));
    if (!fd) {
        throw os::errno_error("pass the plan");
    }
    os::write_all(fd.get(), vmm::to_json(plan), "pass the plan");
    if (::lseek(fd.get(), 0, SEEK_SET) != 0) {
        throw os::errno_error("pass the plan");
    }
    return fd;
}

/// A scope of its own keeps the VM when bangerd's unit is stopped. Only where a user manager runs.
std::vector<std::string> scope_prefix(const vmm::SupervisorPlan& plan) {
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    if (runtime == nullptr ||
        ::access((fs::path(runtime) / "systemd/private").c_str(), F_OK) != 0) {
        return {};
    }
    const auto program = os::find_program("systemd-run");
    if (!program) {
        return {};
    }
    return {program->string(),
            "--user",
            "--scope",
            "--quiet",
            "--collect",
            "--unit=banger-vm-" + plan.id + "-" + std::to_string(unix_ms()),
            "--"};
}

/// Starts it once; the answer, or nullopt when it ended without one.
std::optional<std::string> start_once(const std::vector<std::string>& argv,
                                      const vmm::SupervisorPlan& plan, Clock::time_point deadline) {
    const UniqueFd input = plan_file(plan);
    os::Pipe answer = os::make_pipe();
    os::SpawnOptions options;
    options.stdin_fd = input.get();
    options.stdout_fd = answer.write.get();
    os::Child child = os::Child::spawn(argv, options);
    answer.write.reset();
    // It forks away at once; the answer comes from its grandchild through the same pipe, which that
    // closes when all is well, or by its own end when not.
    auto line = os::read_line(answer.read.get(), left_of(deadline), longest_answer);
    if (line) {
        (void)os::read_line(answer.read.get(), answer_time, longest_answer);
    }
    (void)child.wait_for(left_of(deadline));
    return line;
}

/// After a launch that gave no good answer: whatever it started is ended, and proven so.
void sweep(const vmm::RunFolder& run) {
    if (const auto state = read_state(run)) {
        os::end_process(state->supervisor, milliseconds(0));
        if (state->vmm) {
            os::end_process(*state->vmm, milliseconds(0)); // PR_SET_PDEATHSIG did it already
        }
        for (const fs::path& path : {run.control(), run.guest(), run.state()}) {
            ::unlink(path.c_str());
        }
        remove_vmm_files(run);
    }
}

} // namespace

Supervised::Supervised(fs::path run_dir, os::ProcessId supervisor, os::ProcessId vmm,
                       std::string driver, std::uint32_t cid)
    : run_{std::move(run_dir)}, supervisor_(std::move(supervisor)), vmm_(std::move(vmm)),
      driver_(std::move(driver)), cid_(cid) {}

Supervised launch(const vmm::SupervisorPlan& plan, const fs::path& banger_vm,
                  std::optional<milliseconds> timeout) {
    auto running = try_launch(plan, banger_vm, timeout);
    if (!running) {
        throw Error(ErrorKind::busy, "start VM " + plan.name +
                                         ": another VM of this machine has its vsock context id");
    }
    return std::move(*running);
}

std::optional<Supervised> try_launch(const vmm::SupervisorPlan& plan, const fs::path& banger_vm,
                                     std::optional<milliseconds> timeout) {
    const vmm::RunFolder run{plan.run_dir};
    if (const auto running = adopt(plan.run_dir)) {
        throw Error(ErrorKind::conflict, "VM " + plan.name + " runs already");
    }
    const bool firecracker = plan.control == vmm::Control::firecracker;
    const auto deadline =
        Clock::now() + timeout.value_or((firecracker ? firecracker_start_time : qemu_start_time) +
                                        (plan.jail ? jail_time : milliseconds(0)));
    const std::vector<std::string> command{banger_vm.string(), plan.id, plan.name};
    try {
        std::optional<std::string> line;
        if (std::vector<std::string> argv = scope_prefix(plan); !argv.empty()) {
            argv.insert(argv.end(), command.begin(), command.end());
            line = start_once(argv, plan, deadline);
        }
        if (!line) { // no user manager, or it refused
            line = start_once(command, plan, deadline);
        }
        if (cid_was_taken(line)) {
            sweep(run);
            return std::nullopt;
        }
        const json answer = parse_answer(line, "banger-vm");
        return Supervised(plan.run_dir, process_from_json(answer.at("supervisor")),
                          process_from_json(answer.at("vmm")), plan.driver,
                          plan.vsock ? plan.vsock->cid : 0);
    } catch (const Error& error) {
        sweep(run);
        throw error.with_context("start VM " + plan.name);
    } catch (const json::exception& error) {
        sweep(run);
        throw Error(ErrorKind::internal, std::string("banger-vm: ") + error.what());
    }
}

std::optional<Supervised> adopt(const fs::path& run_dir) {
    const auto state = read_state({run_dir});
    if (!state) {
        return std::nullopt;
    }
    const os::ProcessId vmm = state->vmm.value_or(os::ProcessId{});
    if (!state->supervisor.alive() && !vmm.alive()) {
        return std::nullopt;
    }
    return Supervised(run_dir, state->supervisor, vmm, state->driver, state->cid);
}

UniqueFd Supervised::connect(const fs::path& socket) const {
    const auto deadline = Clock::now() + restore_time;
    for (bool told = false;; told = true) {
        try {
            return os::connect_unix(socket);
        } catch (const Error&) {
            const bool there = told ? supervisor_.alive() : os::send_signal(supervisor_, SIGHUP);
            if (!there || Clock::now() > deadline) {
                throw;
            }
        }
        std::this_thread::sleep_for(milliseconds(10));
    }
}

bool Supervised::has_socket() const {
    std::error_code code;
    return fs::exists(run_.control(), code);
}

Status Supervised::status() const {
    const json answer = ask(connect(run_.control()), "status").answer.at("status");
    Status status;
    status.phase = answer.value("phase", "");
    status.agent_open = answer.value("agent_open", false);
    status.console_bytes = answer.value("console_bytes", std::uint64_t{0});
    status.started_unix_ms = answer.value("started_unix_ms", std::int64_t{0});
    return status;
}

void Supervised::powerdown() const {
    UniqueFd control;
    try {
        control = connect(run_.control());
    } catch (const Error&) {
        if (!os::send_signal(supervisor_, SIGTERM)) {
            throw;
        }
        return;
    }
    (void)ask(std::move(control), "powerdown");
}

void Supervised::pause() const {
    (void)ask(connect(run_.control()), "pause");
}

void Supervised::resume() const {
    (void)ask(connect(run_.control()), "resume");
}

void Supervised::resize_disk(const std::string& disk, std::uint64_t bytes) const {
    (void)ask(connect(run_.control()), json{{"cmd", "resize"}, {"disk", disk}, {"bytes", bytes}},
              resize_time);
}

bool Supervised::wait_ended(milliseconds time) const {
    const auto deadline = Clock::now() + time;
    return wait_dead(vmm_, deadline) && wait_dead(supervisor_, deadline);
}

void Supervised::kill() const {
    bool heard = false;
    try {
        (void)ask(connect(run_.control()), "kill"); // so that exit.json knows it was us
        heard = true;
    } catch (const Error&) { // NOLINT(bugprone-empty-catch)
        // It is gone, or does not answer: the signals below do not need it.
    }
    if (!heard || !wait_ended(answer_time)) {
        os::send_signal(vmm_, SIGKILL);
        (void)wait_dead(vmm_,
                        Clock::now() + farewell_time); // its supervisor then says how it ended
        os::send_signal(supervisor_, SIGKILL);
    }
    if (!wait_ended(death_time)) {
        throw Error(ErrorKind::timeout, "kill: process " + std::to_string(vmm_.pid) +
                                            " does not die: it hangs in the kernel");
    }
}

UniqueFd Supervised::watch() const {
    UniqueFd fd = connect(run_.control());
    os::send_all(fd.get(), "{\"cmd\":\"watch\"}\n", answer_time);
    set_non_blocking(fd);
    return fd;
}

UniqueFd Supervised::console() const {
    UniqueFd fd = ask(connect(run_.control()), "console").fd;
    set_non_blocking(fd);
    return fd;
}

std::optional<vmm::Exit> last_exit(const fs::path& run_dir) {
    return read_exit({run_dir});
}

UniqueFd Supervised::connect_guest(std::uint32_t port, milliseconds timeout) const {
    const auto deadline = Clock::now() + timeout;
    UniqueFd fd = connect(run_.guest());
    os::send_all(fd.get(), "CONNECT " + std::to_string(port) + "\n", left_of(deadline));
    const auto line = os::read_line(fd.get(), left_of(deadline), 64);
    if (!line || line->rfind("OK ", 0) != 0) {
        throw Error(ErrorKind::unavailable,
                    "nothing in the guest listens on port " + std::to_string(port));
    }
    return fd;
}

} // namespace banger::supervisor
