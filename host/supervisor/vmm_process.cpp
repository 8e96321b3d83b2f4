#include "supervisor/vmm_process.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
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
    std::array<int, 2> fds{};
    if (::pipe2(fds.data(), O_CLOEXEC) != 0) {
        throw os::errno_error("make a pipe");
    }
    return {UniqueFd(fds[we_read ? 0 : 1]), UniqueFd(fds[we_read ? 1 : 0])};
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

VmmProcess start_vmm(const vmm::SupervisorPlan& plan, UniqueFd vsock) {
    std::vector<UniqueFd> taps;
    for (const std::string& name : plan.taps) {
        taps.push_back(open_tap(name));
    }
    Ends control = socket_ends();
    Ends channel = vsock ? Ends{{}, std::move(vsock)} : socket_ends();
    Ends console = pipe_ends(true);
    Ends typed = pipe_ends(false);
    Ends messages = pipe_ends(true);

    os::SpawnOptions options;
    options.cwd = plan.dir;
    options.env = environment();
    options.stdin_fd = typed.theirs.get();
    options.stdout_fd = console.theirs.get();
    options.stderr_fd = messages.theirs.get();
    options.die_with_parent = true;
    place(control.theirs, vmm::control_fd);
    place(channel.theirs, vmm::channel_fd);
    options.inherit = {vmm::control_fd, vmm::channel_fd};
    for (std::size_t i = 0; i < taps.size(); ++i) {
        const int number = vmm::first_tap_fd + static_cast<int>(i);
        place(taps[i], number);
        options.inherit.push_back(number);
    }
    // A core of the VMM would hold the guest's memory, keys and all.
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);

    os::Child child = os::Child::spawn(plan.argv, options);
    for (const int number : options.inherit) {
        ::close(number); // else we would never see the VMM's end of them close
    }
    return {std::move(child),        std::move(control.ours), std::move(channel.ours),
            std::move(console.ours), std::move(typed.ours),   std::move(messages.ours)};
}

} // namespace banger::supervisor
