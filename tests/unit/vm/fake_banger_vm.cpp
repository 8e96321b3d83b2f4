// Stands in for banger-vm: the real control socket, in front of a "VMM" that sleeps. Of the context
// ids that the machine has given away it refuses as many as the file cids-taken says; the plan is
// left in the VM's folder.
#include "os/child.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "os/unix_socket.hpp"
#include "supervisor/control_server.hpp"
#include "supervisor/run_record.hpp"

#include <array>
#include <csignal>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace {

using namespace banger;
using nlohmann::json;

std::string read_plan() {
    std::string text;
    std::array<char, 16384> buffer{};
    for (ssize_t n = 0; (n = ::read(STDIN_FILENO, buffer.data(), buffer.size())) > 0;) {
        text.append(buffer.data(), static_cast<std::size_t>(n));
    }
    return text;
}

void answer(const json& message) {
    os::write_all(STDOUT_FILENO, message.dump() + "\n", "answer");
}

bool cid_is_taken(const std::filesystem::path& file) {
    const int left = std::filesystem::exists(file) ? std::stoi(os::read_file(file)) : 0;
    if (left > 0) {
        os::write_file_atomic(file, std::to_string(left - 1) + "\n");
    }
    return left > 0;
}

/// In the background, as the real one: whoever started it waits for its parent only.
void detach() {
    for (int round = 0; round < 2; ++round) {
        if (::fork() > 0) {
            ::_exit(0);
        }
        ::setsid();
    }
}

class FakeVmm final : public supervisor::ControlTarget {
  public:
    FakeVmm(supervisor::Loop& loop, std::filesystem::path dir)
        : dir_(std::move(dir)), child_(os::Child::spawn({"sleep", "600"})) {
        ended_ = loop.watch(child_.pidfd().get(), EPOLLIN, [&loop](std::uint32_t) { loop.stop(); });
    }
    ~FakeVmm() override { child_.kill(SIGKILL); }
    [[nodiscard]] pid_t pid() const { return child_.pid(); }
    [[nodiscard]] json status() const override { return {{"phase", "running"}}; }
    void powerdown(Done done) override { end(done); }
    void pause(Done done) override { done(nullptr); }
    void resume(Done done) override { done(nullptr); }
    /// "no-growth" in the VM's folder: it refuses, having made the file longer, as Firecracker may.
    void resize(const std::string& disk, std::uint64_t bytes, Done done) override {
        std::filesystem::resize_file(dir_ / (disk + ".ext4"), bytes);
        const os::Error error(os::ErrorKind::unavailable, "the VMM is stubborn");
        done(std::filesystem::exists(dir_ / "no-growth") ? &error : nullptr);
    }
    void kill(Done done) override { end(done); }

  private:
    void end(const Done& done) {
        child_.kill(SIGKILL);
        done(nullptr);
    }
    std::filesystem::path dir_;
    os::Child child_;
    supervisor::Loop::Registration ended_;
};

void supervise(const vmm::SupervisorPlan& plan) {
    const vmm::RunFolder run{plan.run_dir};
    detach();
    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
    ::signal(SIGHUP, SIG_IGN);
    ::signal(SIGPIPE, SIG_IGN);
    const os::UniqueFd asked(::signalfd(-1, &signals, SFD_CLOEXEC));

    supervisor::Loop loop;
    FakeVmm vmm(loop, plan.dir);
    supervisor::ConsoleLog log("/dev/null", 65536);
    std::array<int, 2> serial{};
    if (::pipe2(serial.data(), O_CLOEXEC) != 0) {
        throw os::errno_error("make a serial port");
    }
    const os::UniqueFd silent(serial[1]);
    supervisor::Console console(loop, log, os::UniqueFd(serial[0]), {});
    os::UniqueFd listener = os::listen_unix(run.control());
    ::fcntl(listener.get(), F_SETFL, O_NONBLOCK);
    const supervisor::ControlServer control(loop, std::move(listener), vmm, console);
    const auto on_term = loop.watch(asked.get(), EPOLLIN,
                                    [&vmm](std::uint32_t) { vmm.kill([](const os::Error*) {}); });
    supervisor::RunState state{.id = plan.id,
                               .name = plan.name,
                               .driver = plan.driver,
                               .accel = plan.accel,
                               .cid = plan.vsock ? plan.vsock->cid : 0,
                               .phase = "running",
                               .supervisor = *os::identify(::getpid()),
                               .vmm = os::identify(vmm.pid()),
                               .started_unix_ms = supervisor::unix_ms()};
    supervisor::write_state(run, state);
    answer({{"ok", true},
            {"supervisor", supervisor::process_json(*os::identify(::getpid()))},
            {"vmm", supervisor::process_json(*os::identify(vmm.pid()))}});
    const os::UniqueFd null = os::open_file("/dev/null", O_RDWR);
    for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        ::dup2(null.get(), number);
    }
    loop.run();
    ::unlink(run.control().c_str());
    ::unlink(run.state().c_str());
}

} // namespace

int main() {
    const std::string text = read_plan();
    const vmm::SupervisorPlan plan = vmm::plan_from_json(text);
    os::write_file_atomic(plan.dir / "plan.json", text);
    if (cid_is_taken(plan.dir.parent_path() / "cids-taken")) {
        answer({{"ok", false},
                {"cid_taken", true},
                {"error", {{"kind", "busy"}, {"message", "taken"}}}});
        return 0;
    }
    supervise(plan);
    return 0;
}
