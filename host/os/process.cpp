#include "os/process.hpp"

#include "os/deadline.hpp"
#include "os/error.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <sstream>

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace banger::os {
namespace {

/// State letter and start time from /proc/PID/stat; the name in parentheses may hold anything.
struct Stat {
    char state;
    std::uint64_t start_time;
};

std::optional<Stat> read_stat(pid_t pid) {
    const std::string path = "/proc/" + std::to_string(pid) + "/stat";
    std::array<char, 4096> buffer{};
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    const ssize_t n = fd ? ::read(fd.get(), buffer.data(), buffer.size()) : -1;
    if (n < 0 && errno != ENOENT && errno != ESRCH) {
        throw errno_error("read " + path); // out of descriptors, say: that is no proof of death
    }
    const std::string text(buffer.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
    if (text.rfind(')') == std::string::npos) {
        return std::nullopt;
    }
    std::istringstream fields(text.substr(text.rfind(')') + 1));
    std::string field;
    Stat stat{};
    for (int number = 3; number <= 22 && fields >> field; ++number) {
        if (number == 3) {
            stat.state = field[0];
        } else if (number == 22) {
            stat.start_time = std::strtoull(field.c_str(), nullptr, 10);
            return stat;
        }
    }
    return std::nullopt;
}

} // namespace

std::string current_boot_id() {
    std::string id = read_file("/proc/sys/kernel/random/boot_id");
    while (!id.empty() && id.back() == '\n') {
        id.pop_back();
    }
    return id;
}

std::chrono::milliseconds age_of(const ProcessId& id) {
    using std::chrono::milliseconds;
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now); // what field 22 of /proc/PID/stat counts in (proc(5))
    const auto ticks = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
    const milliseconds started(id.start_time * 1000 / ticks);
    return std::max(milliseconds(0),
                    milliseconds(now.tv_sec * 1000 + now.tv_nsec / 1'000'000) - started);
}

std::optional<ProcessId> identify(pid_t pid) {
    const auto stat = read_stat(pid);
    if (!stat) {
        return std::nullopt;
    }
    return ProcessId{pid, stat->start_time, current_boot_id()};
}

bool ProcessId::alive() const {
    if (pid <= 0 || boot_id != current_boot_id()) {
        return false;
    }
    const auto stat = read_stat(pid);
    return stat && stat->start_time == start_time && stat->state != 'Z' && stat->state != 'X';
}

std::optional<UniqueFd> open_pidfd(const ProcessId& id) {
    if (id.pid <= 0) {
        return std::nullopt;
    }
    UniqueFd fd(static_cast<int>(::syscall(SYS_pidfd_open, id.pid, 0)));
    if (!fd && errno != ESRCH && errno != EINVAL) { // EINVAL: now the number of a thread
        throw errno_error("watch process " + std::to_string(id.pid));
    }
    if (!fd || !id.alive()) {
        return std::nullopt;
    }
    return fd;
}

bool send_signal(const ProcessId& id, int signal) {
    const auto fd = open_pidfd(id);
    return fd && ::syscall(SYS_pidfd_send_signal, fd->get(), signal, nullptr, 0) == 0;
}

bool end_process(const ProcessId& id, std::chrono::milliseconds grace) {
    const auto fd = open_pidfd(id);
    if (!fd) {
        return false;
    }
    if (grace.count() > 0) {
        ::syscall(SYS_pidfd_send_signal, fd->get(), SIGTERM, nullptr, 0);
        if (wait_ready(fd->get(), POLLIN, std::chrono::steady_clock::now() + grace)) {
            return true;
        }
    }
    ::syscall(SYS_pidfd_send_signal, fd->get(), SIGKILL, nullptr, 0);
    pollfd entry{fd->get(), POLLIN, 0};
    while (::poll(&entry, 1, -1) < 0 && errno == EINTR) {
    }
    return true;
}

} // namespace banger::os
