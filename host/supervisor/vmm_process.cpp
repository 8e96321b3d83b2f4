#include "supervisor/vmm_process.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/pipe.hpp"
#include "supervisor/jail.hpp"
#include "supervisor/tap.hpp"

#include <array>
#include <cstdlib>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace banger::supervisor {
using os::UniqueFd;

namespace {

/// As much as Console::drain() reads at a VMM's end.
constexpr int large_pipe = 256 << 10;

struct Ends {
    UniqueFd ours;
    UniqueFd theirs;
};

Ends socket_ends() {
    std::array<int, 2> fds{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) != 0) {
        throw os::errno_error("make a socket pair");
    }
    return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

/// `we_read`: our end is the reading one.
Ends pipe_ends(bool we_read) {
    os::Pipe pipe = os::make_pipe();
    return we_read ? Ends{std::move(pipe.read), std::move(pipe.write)}
                   : Ends{std::move(pipe.write), std::move(pipe.read)};
}

void place(const UniqueFd& fd, int number) {
    if (::dup3(fd.get(), number, O_CLOEXEC) < 0) {
        throw os::errno_error("pass a descriptor to the VMM");
    }
}

/// Of our environment the VMM needs nothing else.
std::vector<std::string> environment() {
    std::vector<std::string> env{"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C"};
    for (const char* name : {"HOME", "TMPDIR", "LD_LIBRARY_PATH"}) {
        if (const char* value = std::getenv(name); value != nullptr) {
            env.push_back(std::string(name) + "=" + value);
        }
    }
    return env;
}

/// The standard streams of a VMM.
struct Streams {
    Ends console = pipe_ends(true);
    Ends typed = pipe_ends(false);
    Ends messages = pipe_ends(true);
};

os::SpawnOptions options_of(const vmm::SupervisorPlan& plan, const Streams& streams) {
    os::SpawnOptions options;
    options.cwd = plan.dir;
    options.env = environment();
    options.stdin_fd = streams.typed.theirs.get();
    options.stdout_fd = streams.console.theirs.get();
    options.stderr_fd = streams.messages.theirs.get();
    options.die_with_parent = true;
    return options;
}

VmmProcess made(os::Child child, Streams& streams, pid_t pid, UniqueFd hold = {},
                UniqueFd sockets = {}) {
    return {std::move(child),
            {},
            {},
            std::move(streams.console.ours),
            std::move(streams.typed.ours),
            std::move(streams.messages.ours),
            pid,
            std::move(hold),
            std::move(sockets)};
}

/// A core of the VMM would hold the guest's memory, keys and all.
os::Child spawn_without_core(const vmm::SupervisorPlan& plan, const os::SpawnOptions& options) {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    return os::Child::spawn(plan.argv, options);
}

} // namespace

void reserve_descriptors(std::size_t count) {
    for (;;) {
        UniqueFd null = os::open_file("/dev/null", O_RDWR); // takes the lowest free number
        if (null.get() >= static_cast<int>(count)) {
            return;
        }
        (void)null.release();
    }
}

VmmProcess start_qemu(const vmm::SupervisorPlan& plan, UniqueFd vsock) {
    std::vector<UniqueFd> taps;
    for (const std::string& name : plan.taps) {
        taps.push_back(open_tap(name));
    }
    Ends control = socket_ends();
    Ends channel = vsock ? Ends{{}, std::move(vsock)} : socket_ends();
    Streams streams;
    os::SpawnOptions options = options_of(plan, streams);
    place(control.theirs, vmm::control_fd);
    place(channel.theirs, vmm::channel_fd);
    options.inherit = {vmm::control_fd, vmm::channel_fd};
    for (std::size_t i = 0; i < taps.size(); ++i) {
        const int number = vmm::first_tap_fd + static_cast<int>(i);
        place(taps[i], number);
        options.inherit.push_back(number);
    }
    os::Child child = spawn_without_core(plan, options);
    for (const int number : options.inherit) {
        ::close(number); // else we would never see the VMM's end of them close
    }
    const pid_t pid = child.pid();
    VmmProcess process = made(std::move(child), streams, pid);
    process.control = std::move(control.ours);
    process.channel = std::move(channel.ours);
    return process;
}

VmmProcess start_firecracker(const vmm::SupervisorPlan& plan, const std::vector<UniqueFd>& locks) {
    for (const std::string& name : plan.taps) {
        (void)open_tap(name);
    }
    Streams streams;
    // Firecracker never waits for its standard output: what finds no room in the pipe is lost.
    ::fcntl(streams.console.ours.get(), F_SETPIPE_SZ, large_pipe);
    if (plan.jail) {
        JailedVmm jailed = enter_jail(plan,
                                      {streams.typed.theirs.get(), streams.console.theirs.get(),
                                       streams.messages.theirs.get()},
                                      locks);
        const pid_t pid = jailed.pid;
        return made(std::move(jailed.helper), streams, pid, std::move(jailed.hold),
                    std::move(jailed.sockets));
    }
    os::SpawnOptions options = options_of(plan, streams);
    for (const UniqueFd& lock : locks) {
        options.inherit.push_back(lock.get());
    }
    os::Child child = spawn_without_core(plan, options);
    const pid_t pid = child.pid();
    return made(std::move(child), streams, pid);
}

} // namespace banger::supervisor
