#include "supervisor/supervisor.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "supervisor/exit_judge.hpp"
#include "supervisor/folder_claim.hpp"
#include "supervisor/start_vmm.hpp"
#include "supervisor/vmm_files.hpp"
#include "supervisor/vsock_device.hpp"

#include <chrono>
#include <csignal>
#include <cstdint>
#include <utility>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace banger::supervisor {
using nlohmann::json;
using os::Error;
using os::ErrorKind;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t tail_lines = 40;
constexpr std::size_t looked_at_lines = 200; ///< the traces of a panic are longer than a tail
/// How long watchers that do not read keep the process after the VMM's end.
constexpr std::chrono::milliseconds farewell_time{500};

/// A guest that has just booted may not listen to its power button yet.
constexpr std::chrono::milliseconds press_interval{3000};
/// A kernel answers for each of its ports, also where nobody listens.
constexpr std::uint32_t any_port = 1;
/// What a guest that was told to power off may take beyond its time, and still have done as told.
constexpr std::chrono::seconds late_power_off{5};

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

    Vmm vmm =
        start_vmm(loop_, plan_, std::move(guest), claim_vsock(),
                  [this](VmmEvent event, const std::string& word) { vmm_event(event, word); });
    image_locks_ = std::move(vmm.images);
    child_ = std::move(vmm.process.child);
    child_watch_ =
        loop_.watch(child_->pidfd().get(), EPOLLIN, [this](std::uint32_t) { vmm_ended(); });
    hold_ = std::move(vmm.process.hold);
    jail_sockets_ = std::move(vmm.process.sockets);
    state_.vmm = os::identify(vmm.process.pid);
    if (!state_.vmm) { // one in a jail is not ours to bury: it may be gone
        state_.vmm = os::identify(child_->pid());
    }
    if (!state_.vmm) {
        throw Error(ErrorKind::unavailable, "/proc does not show the VMM's process",
                    "mount /proc without hidepid, or set firecracker.jailer to false");
    }
    write_state(run_, state_);

    messages_.read_from(std::move(vmm.process.messages));
    if (vmm.log) {
        messages_.read_from(std::move(vmm.log));
    }
    console_ = std::make_unique<Console>(loop_, *log_, std::move(vmm.process.console),
                                         std::move(vmm.process.typed));
    if (vmm.dial) {
        watch_console(std::move(vmm.dial));
    }
    link_ = std::move(vmm.link);
    channel_ = std::move(vmm.channel);
    control_ = std::make_unique<ControlServer>(loop_, std::move(control), *this, *console_);
    link_->start([this](const Error* error) { started(error); });
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

/// Firecracker does not tell a guest that powers off from one that reboots, and goes on for ever
/// with one that halts instead of resetting.
void Supervisor::watch_console(std::function<os::UniqueFd(std::uint32_t)> dial) {
    halt_ = std::make_unique<HaltWatch>(
        loop_, HaltWatch::Guest{[dial = std::move(dial)] { return dial(any_port); },
                                [this] { return state_.phase == "running"; },
                                [this] {
                                    halted_ = true;
                                    end_vmm();
                                }});
    console_->overhear([this](std::string_view bytes) {
        last_words_.hear(bytes, Clock::now());
        if (halt_) {
            halt_->hear(bytes);
        }
    });
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
    off_asked_ = Clock::now();
    link_->powerdown([](const Error*) {});
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
    if (ending_) { // the VMM is dead already, and vmm_ended() knows more
        ran_ = ran_ || error == nullptr;
        return;
    }
    if (error != nullptr) {
        start_error_ = *error;
        if (link_->open()) {
            give_up();
        } else { // as a rule the VMM is ending, and its own words say more than we could
            farewell_ = loop_.after(farewell_time, [this] { give_up(); });
        }
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

void Supervisor::give_up() {
    given_up_ = true;
    end_vmm(); // its end is reported like any other
}

/// What is in a jail is another user's, and its helper takes back what it has made for it.
void Supervisor::end_vmm() noexcept {
    if (plan_.jail) {
        hold_.reset();
    } else {
        child_->kill(SIGKILL);
    }
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

void Supervisor::vmm_event(VmmEvent event, const std::string& word) {
    switch (event) {
    case VmmEvent::ending:
        if (shutdown_.empty()) { // the first says why; an orderly end may add that it was told to
            shutdown_ = word;
        }
        break;
    case VmmEvent::disk_full:
        full_ = "no space left on the disk of " + plan_.dir.string();
        break;
    case VmmEvent::paused:
        if (state_.phase == "running") {
            set_phase("paused");
            if (!full_.empty()) {
                wait_for_room();
            }
            tell_phase("paused");
        }
        break;
    case VmmEvent::resumed:
        if (state_.phase == "paused") {
            full_.clear();
            look_for_room_.drop();
            set_phase("running");
            tell_phase("resumed");
        }
        break;
    case VmmEvent::powerdown:
        control_->publish({{"event", "powerdown"}});
        break;
    case VmmEvent::agent_open:
        agent_open_ = true;
        channel_->agent_opened();
        control_->publish({{"event", "agent-open"}});
        break;
    case VmmEvent::agent_closed:
        agent_open_ = false;
        channel_->guest_left();
        control_->publish({{"event", "agent-closed"}});
        break;
    }
}

std::vector<std::string> Supervisor::message_lines() const {
    return messages_.lines(tail_lines);
}

void Supervisor::vmm_ended() {
    if (std::exchange(ending_, true)) {
        return;
    }
    hold_.reset(); // were it sudo alone that died
    child_watch_.drop();
    next_press_.drop();
    last_grace_.drop();
    halt_.reset();
    look_for_room_.drop();
    Evidence evidence;
    evidence.control = plan_.control;
    evidence.status = child_->wait();
    image_locks_.clear();
    link_->drain(); // its last event may be the reason
    console_->drain();
    messages_.drain();
    evidence.shutdown = shutdown_;
    evidence.ran = ran_;
    evidence.start_error = given_up_ ? start_error_->what() : "";
    evidence.step = link_->step();
    evidence.kill_asked = kill_asked_;
    evidence.off_asked =
        off_asked_ && Clock::now() - *off_asked_ < plan_.stop_timeout + late_power_off;
    evidence.said_off = last_words_.power_off(Clock::now());
    evidence.halted = halted_;
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
    const bool ours = given_up_ && start_error_;
    report({{"ok", false},
            {"error",
             {{"kind", os::to_string(ours ? start_error_->kind() : ErrorKind::unavailable)},
              {"message", exit.reason},
              {"hint", ours ? start_error_->hint() : ""},
              {"details", std::move(lines)}}}});
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
        end_vmm();
        (void)child_->wait();
        messages_.drain();
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
    remove_vmm_files(run_);
}

} // namespace banger::supervisor
