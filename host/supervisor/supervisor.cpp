#include "supervisor/supervisor.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/free_space.hpp"
#include "os/process.hpp"
#include "os/unix_socket.hpp"
#include "supervisor/exit_judge.hpp"
#include "supervisor/vsock_channel.hpp"
#include "supervisor/vsock_device.hpp"

#include <array>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace banger::supervisor {
using nlohmann::json;
using os::Error;
using os::ErrorKind;

namespace {

constexpr std::size_t messages_kept = 8192;
constexpr std::size_t tail_lines = 40;
constexpr std::size_t looked_at_lines = 200; ///< the traces of a panic are longer than a tail
/// How long watchers that do not read keep the process after the VMM's end.
constexpr std::chrono::milliseconds farewell_time{500};

/// A guest that has just booted may not listen to its power button yet.
constexpr std::chrono::milliseconds press_interval{3000};
/// Of looks at a disk that had no room for a write of the guest.
constexpr std::chrono::milliseconds room_interval{3000};
constexpr std::uint64_t least_room = 16U << 20U;

os::UniqueFd listen(const std::filesystem::path& path) {
    os::UniqueFd fd = os::listen_unix(path);
    ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
    return fd;
}

/// Nothing when our listener is there still.
std::optional<os::UniqueFd> listen_again(const std::filesystem::path& path) {
    try {
        return listen(path);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::conflict) {
            return std::nullopt;
        }
        throw;
    }
}

os::UniqueFd lock_folder(const std::filesystem::path& path) {
    os::UniqueFd lock = os::open_file(path, O_RDONLY | O_DIRECTORY);
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        throw Error(ErrorKind::conflict, path.string() + ": a supervisor runs there already");
    }
    return lock;
}

bool is_at(const os::UniqueFd& folder, const std::filesystem::path& path) {
    struct stat ours {};
    struct stat there {};
    return ::fstat(folder.get(), &ours) == 0 && ::stat(path.c_str(), &there) == 0 &&
           ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

} // namespace

Supervisor::Supervisor(vmm::SupervisorPlan plan, os::UniqueFd report)
    : plan_(std::move(plan)), run_{plan_.run_dir}, report_(std::move(report)) {}

Supervisor::~Supervisor() = default;

void Supervisor::run() {
    try {
        start();
        loop_.run();
    } catch (const std::exception&) {
        fail(os::current_error());
    }
}

void Supervisor::start() {
    record_self();
    ::unlink(run_.exit().c_str());
    watch_signals();
    log_.emplace(plan_.console_path, plan_.console_max_bytes);
    os::UniqueFd control = listen(run_.control());
    os::UniqueFd guest = listen(run_.guest());

    VmmProcess vmm = start_vmm(plan_, claim_vsock());
    child_ = std::move(vmm.child);
    child_watch_ =
        loop_.watch(child_->pidfd().get(), EPOLLIN, [this](std::uint32_t) { vmm_ended(); });
    state_.vmm = os::identify(child_->pid());
    write_state(run_, state_);

    messages_fd_ = std::move(vmm.messages);
    ::fcntl(messages_fd_.get(), F_SETFL, O_NONBLOCK);
    messages_watch_ =
        loop_.watch(messages_fd_.get(), EPOLLIN, [this](std::uint32_t) { read_messages(); });
    console_ =
        std::make_unique<Console>(loop_, *log_, std::move(vmm.console), std::move(vmm.typed));
    qmp_ = std::make_unique<QmpLink>(
        loop_, std::move(vmm.control),
        [this](std::string_view name, const json& data) { vmm_event(name, data); });
    offer_channel(std::move(guest), std::move(vmm.channel));
    control_ = std::make_unique<ControlServer>(loop_, std::move(control), *this, *console_);
    qmp_->start([this](const Error* error) { started(error); });
}

os::UniqueFd Supervisor::claim_vsock() {
    if (!plan_.vsock) {
        return {};
    }
    auto device = claim_cid(plan_.vsock->cid);
    if (!device) {
        cid_taken_ = true;
        throw Error(ErrorKind::busy, "another VM of this machine has the vsock context id " +
                                         std::to_string(plan_.vsock->cid));
    }
    return std::move(*device);
}

void Supervisor::offer_channel(os::UniqueFd listener, os::UniqueFd port) {
    if (plan_.vsock) {
        channel_ = std::make_unique<VsockChannel>(
            loop_, std::move(listener),
            [cid = plan_.vsock->cid](std::uint32_t number) { return dial_guest(cid, number); },
            plan_.vsock->key);
        return;
    }
    auto serial = std::make_unique<SerialChannel>(loop_, std::move(listener), std::move(port));
    port_ = serial.get();
    channel_ = std::move(serial);
}

/// Before anything that may fail: whoever finds the folder later knows whom to ask.
void Supervisor::record_self() {
    try {
        run_lock_ = lock_folder(run_.path);
        if (!is_at(run_lock_, plan_.dir)) {
            disks_lock_ = lock_folder(plan_.dir);
        }
    } catch (const Error&) {
        // Not ours: neither state.json nor the sockets may be touched on the way out.
        ending_ = true;
        throw;
    }
    const auto self = os::identify(::getpid());
    if (!self) {
        throw Error(ErrorKind::internal, "/proc does not show this process");
    }
    state_ = {
        plan_.id,    plan_.name, plan_.driver, plan_.accel, plan_.vsock ? plan_.vsock->cid : 0,
        "launching", *self,      {},           unix_ms()};
    write_state(run_, state_);
}

/// A run folder may be removed under us, by a cleaner of old files or with the user's session. Who
/// cannot find the sockets any more says so with a SIGHUP.
void Supervisor::restore_folder() {
    if (ending_) {
        return;
    }
    try {
        os::make_private_dir(run_.path);
        if (!is_at(run_lock_, run_.path)) {
            run_lock_ = lock_folder(run_.path);
        }
        write_state(run_, state_);
        if (auto guest = listen_again(run_.guest())) {
            channel_->listen(std::move(*guest));
        }
        if (auto control = listen_again(run_.control())) {
            control_->listen(std::move(*control));
        }
    } catch (const Error&) { // NOLINT(bugprone-empty-catch)
        // Its parent is gone too, say. Signals and the disks' lock do not need the folder.
    }
}

void Supervisor::watch_signals() {
    sigset_t wanted;
    ::sigemptyset(&wanted);
    ::sigaddset(&wanted, SIGTERM);
    ::sigaddset(&wanted, SIGHUP);
    ::sigprocmask(SIG_BLOCK, &wanted, nullptr);
    ::signal(SIGHUP, SIG_DFL); // no longer ignored
    signals_ = os::UniqueFd(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!signals_) {
        throw os::errno_error("watch for signals");
    }
    signal_watch_ = loop_.watch(signals_.get(), EPOLLIN, [this](std::uint32_t) {
        signalfd_siginfo info{};
        if (::read(signals_.get(), &info, sizeof info) != sizeof info) {
            return;
        }
        if (info.ssi_signo == SIGHUP) {
            restore_folder();
        } else {
            terminate();
        }
    });
}

/// The machine goes down, or a daemon that has no socket to us stops the VM: the guest gets the
/// time to save its files. Each further SIGTERM gives it that time anew.
void Supervisor::terminate() {
    terminated_ = true;
    last_grace_ = loop_.after(plan_.stop_timeout, [this] { kill([](const Error*) {}); });
    press_button();
}

void Supervisor::press_button() {
    if (state_.phase == "paused") { // a full disk, say: it must run to hear of it
        resume([](const Error*) {});
    }
    qmp_->call("system_powerdown", [](const Error*) {});
    next_press_ = loop_.after(press_interval, [this] { press_button(); });
}

/// Once. Left open after a failure: its end then tells the starter that this process is gone.
void Supervisor::report(const json& message) {
    if (report_ && !std::exchange(reported_, true)) {
        const std::string text = json_text(message) + "\n";
        [[maybe_unused]] const ssize_t n = ::write(report_.get(), text.data(), text.size());
    }
}

void Supervisor::started(const Error* error) {
    if (ending_) {
        return; // the VMM is dead already, and vmm_ended() knows more
    }
    if (error != nullptr) {
        if (error->kind() == ErrorKind::unavailable) {
            // As a rule the VMM is ending, and its own words say more than we could.
            farewell_ = loop_.after(farewell_time, [this] { child_->kill(SIGKILL); });
            return;
        }
        messages_ += std::string("\n") + error->what() + "\n";
        child_->kill(SIGKILL); // its end is reported like any other
        return;
    }
    ran_ = true;
    report({{"ok", true},
            {"supervisor", process_json(state_.supervisor)},
            {"vmm", process_json(*state_.vmm)}});
    report_.reset();
    set_phase("running");
    control_->publish({{"event", "started"}});
}

void Supervisor::set_phase(std::string phase) {
    state_.phase = std::move(phase);
    try {
        write_state(run_, state_);
    } catch (const Error&) { // NOLINT(bugprone-empty-catch)
        // A full disk: the pids in the old file are still right.
    }
}

void Supervisor::tell_phase(const char* event) {
    json told = phase();
    told["event"] = event;
    control_->publish(told);
}

void Supervisor::vmm_event(std::string_view name, const json& data) {
    if (name == "SHUTDOWN") {
        if (shutdown_.empty()) { // the first says why; an orderly end may add host-qmp-quit
            shutdown_ = data.value("reason", "");
        }
    } else if (name == "BLOCK_IO_ERROR" && data.value("action", "") == "stop" &&
               data.value("nospace", false)) { // its STOP follows (QEMU, qapi/block-core.json)
        full_ = "no space left on the disk of " + plan_.dir.string();
    } else if (name == "STOP" && state_.phase == "running") {
        set_phase("paused");
        if (!full_.empty()) {
            wait_for_room();
        }
        tell_phase("paused");
    } else if (name == "RESUME" && state_.phase == "paused") {
        full_.clear();
        look_for_room_.drop();
        set_phase("running");
        tell_phase("resumed");
    } else if (name == "POWERDOWN") {
        control_->publish({{"event", "powerdown"}});
    } else if (name == "VSERPORT_CHANGE" && port_ != nullptr) {
        agent_open_ = data.value("open", false);
        if (agent_open_) {
            port_->agent_opened();
        } else {
            port_->guest_left();
        }
        control_->publish({{"event", agent_open_ ? "agent-open" : "agent-closed"}});
    }
}

void Supervisor::read_messages() {
    std::array<char, 4096> buffer; // NOLINT: filled by read
    const ssize_t n = ::read(messages_fd_.get(), buffer.data(), buffer.size());
    if (n <= 0) {
        if (n == 0) {
            messages_watch_.drop();
        }
        return;
    }
    messages_.append(buffer.data(), static_cast<std::size_t>(n));
    if (messages_.size() > 2 * messages_kept) {
        messages_.erase(0, messages_.size() - messages_kept);
    }
}

std::vector<std::string> Supervisor::message_lines() const {
    return last_lines(messages_, tail_lines);
}

void Supervisor::vmm_ended() {
    if (std::exchange(ending_, true)) {
        return;
    }
    child_watch_.drop();
    next_press_.drop();
    last_grace_.drop();
    look_for_room_.drop();
    Evidence evidence;
    evidence.status = child_->wait();
    qmp_->drain(); // its last event is the reason
    console_->drain();
    for (int i = 0; i < 16; ++i) { // a pipe holds no more
        read_messages();
    }
    evidence.shutdown = shutdown_;
    evidence.ran = ran_;
    evidence.kill_asked = kill_asked_;
    evidence.host_down = terminated_;
    evidence.console_tail = log_->tail(looked_at_lines);
    evidence.vmm_messages = message_lines();
    finish(judge(evidence));
}

void Supervisor::finish(const vmm::Exit& judged) {
    vmm::Exit exit = judged;
    exit.at_unix_ms = unix_ms();
    state_.phase = "ended";
    try {
        os::make_private_dir(run_.path); // it may have been removed
        write_exit(run_, exit);
    } catch (const Error&) { // NOLINT(bugprone-empty-catch)
        // A full disk: the watchers still hear it.
    }
    remove_sockets();
    json message = exit_json(exit);
    std::vector<std::string> lines = exit.vmm_messages;
    lines.insert(lines.end(), exit.console_tail.begin(), exit.console_tail.end());
    report({{"ok", false},
            {"error",
             {{"kind", "unavailable"}, {"message", exit.reason}, {"details", std::move(lines)}}}});
    if (!control_) {
        loop_.stop();
        return;
    }
    message["event"] = "exit";
    control_->publish(message);
    channel_->guest_left();
    // The rounds that are left only send what watchers and channel clients have not taken yet.
    farewell_ = loop_.after(control_->all_sent() ? std::chrono::milliseconds(0) : farewell_time,
                            [this] { loop_.stop(); });
}

/// On an error of our own: nothing may be left behind.
void Supervisor::fail(const Error& error) {
    if (child_) {
        child_->kill(SIGKILL);
        (void)child_->wait();
    }
    if (!std::exchange(ending_, true)) {
        vmm::Exit exit;
        exit.cause = ran_ ? vmm::ExitCause::crashed : vmm::ExitCause::failed_to_start;
        exit.reason = error.what();
        exit.at_unix_ms = unix_ms();
        exit.vmm_messages = message_lines();
        if (log_) {
            exit.console_tail = log_->tail(tail_lines);
        }
        try {
            write_exit(run_, exit);
        } catch (const Error&) { // NOLINT(bugprone-empty-catch): as in finish()
        }
        remove_sockets();
    }
    json details = error.details();
    for (const std::string& line : message_lines()) {
        details.push_back(line);
    }
    report({{"ok", false},
            {"cid_taken", cid_taken_},
            {"error",
             {{"kind", os::to_string(error.kind())},
              {"message", error.what()},
              {"hint", error.hint()},
              {"details", std::move(details)}}}});
}

/// state.json goes with them: there is nobody any more whom it could name.
void Supervisor::remove_sockets() noexcept {
    ::unlink(run_.control().c_str());
    ::unlink(run_.guest().c_str());
    ::unlink(run_.state().c_str());
}

json Supervisor::phase() const {
    json phase = {{"phase", state_.phase}};
    if (state_.phase == "paused" && !full_.empty()) {
        phase["reason"] = full_;
    }
    return phase;
}

json Supervisor::status() const {
    json status = phase();
    status.update({{"agent_open", agent_open_},
                   {"console_bytes", log_->written()},
                   {"console_lost", log_->lost()},
                   {"connections", channel_->connections()},
                   {"started_unix_ms", state_.started_unix_ms}});
    return status;
}

void Supervisor::wait_for_room() {
    look_for_room_ = loop_.after(room_interval, [this] { go_on_with_room(); });
}

/// QEMU stopped the guest before a write that the host has no room for, and repeats the write when
/// it goes on: nothing is lost.
void Supervisor::go_on_with_room() {
    if (os::free_space(plan_.dir).value_or(0) < least_room) {
        wait_for_room();
        return;
    }
    resume([this](const Error* error) {
        if (error != nullptr && !ending_) {
            wait_for_room();
        }
    });
}

void Supervisor::powerdown(Done done) {
    if (state_.phase != "running") {
        const Error error(ErrorKind::conflict, "the VM is " + state_.phase);
        done(&error);
        return;
    }
    qmp_->call("system_powerdown", std::move(done));
}

void Supervisor::pause(Done done) {
    qmp_->call("stop", std::move(done));
}

void Supervisor::resume(Done done) {
    qmp_->call("cont", std::move(done));
}

void Supervisor::kill(Done done) {
    kill_asked_ = true;
    child_->kill(SIGKILL);
    done(nullptr);
}

} // namespace banger::supervisor
