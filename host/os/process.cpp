#include "os/process.hpp"

#include "os/error.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ; // NOLINT: unistd.h of glibc declares it only for GNU sources

namespace banger::os {
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

namespace {

int pidfd_open(pid_t pid) noexcept {
    return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
}

/// What a child does between fork and exec: only async-signal-safe calls.
struct Exec {
    const char* program;
    char* const* argv;
    char* const* envp;
    const SpawnOptions* options;
    const char* cwd;
    int null_fd;
    int report_fd;
    pid_t parent;

    [[noreturn]] void fail() const noexcept {
        const int code = errno;
        [[maybe_unused]] const ssize_t n = ::write(report_fd, &code, sizeof code);
        ::_exit(127);
    }

    static void reset_signals() noexcept {
        for (int signal = 1; signal < NSIG; ++signal) {
            ::signal(signal, SIG_DFL);
        }
        sigset_t none;
        ::sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
    }

    void keep_only_wanted() const noexcept {
        for (const int fd : options->inherit) {
            ::fcntl(fd, F_SETFD, 0);
        }
        // Everything of ours is O_CLOEXEC; this also covers what a library or plugin left open.
        const unsigned flags = 4U; // CLOSE_RANGE_CLOEXEC
        ::syscall(SYS_close_range, 3U, ~0U, flags);
        for (const int fd : options->inherit) {
            ::fcntl(fd, F_SETFD, 0);
        }
    }

    [[noreturn]] void go() const noexcept {
        reset_signals();
        if (options->new_session) {
            ::setsid();
        }
        if (options->die_with_parent) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (::getppid() != parent) {
                ::_exit(127);
            }
        }
        if (cwd != nullptr && ::chdir(cwd) != 0) {
            fail();
        }
        const std::array<int, 3> wanted{options->stdin_fd, options->stdout_fd, options->stderr_fd};
        std::array<int, 3> high{};
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const int from = wanted[i] < 0 ? null_fd : wanted[i];
            high[i] = ::fcntl(from, F_DUPFD_CLOEXEC, 10); // out of the way of 0-2
            if (high[i] < 0) {
                fail();
            }
        }
        for (int i = 0; i < 3; ++i) {
            if (::dup2(high[static_cast<std::size_t>(i)], i) < 0) {
                fail();
            }
        }
        keep_only_wanted();
        ::execve(program, argv, envp);
        fail();
    }
};

std::vector<char*> pointers(const std::vector<std::string>& strings) {
    std::vector<char*> result;
    result.reserve(strings.size() + 1);
    for (const std::string& text : strings) {
        result.push_back(const_cast<char*>(text.c_str())); // NOLINT: execve's signature
    }
    result.push_back(nullptr);
    return result;
}

int poll_ms(Clock::time_point deadline) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    return static_cast<int>(std::clamp<long long>(left, 0, 1 << 30));
}

} // namespace

std::string current_boot_id() {
    std::string id = read_file("/proc/sys/kernel/random/boot_id");
    while (!id.empty() && id.back() == '\n') {
        id.pop_back();
    }
    return id;
}

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
    UniqueFd fd(pidfd_open(id.pid));
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
    pollfd entry{fd->get(), POLLIN, 0};
    if (grace.count() > 0) {
        ::syscall(SYS_pidfd_send_signal, fd->get(), SIGTERM, nullptr, 0);
        if (::poll(&entry, 1, static_cast<int>(grace.count())) > 0) {
            return true;
        }
    }
    ::syscall(SYS_pidfd_send_signal, fd->get(), SIGKILL, nullptr, 0);
    while (::poll(&entry, 1, -1) < 0 && errno == EINTR) {
    }
    return true;
}

std::string ExitStatus::text() const {
    if (signal != 0) {
        return "signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
    }
    return "exit status " + std::to_string(code);
}

std::optional<fs::path> find_program(const std::string& name) {
    if (name.find('/') != std::string::npos) {
        return ::access(name.c_str(), X_OK) == 0 ? std::optional<fs::path>(name) : std::nullopt;
    }
    const char* path = std::getenv("PATH");
    std::istringstream dirs(std::string(path != nullptr ? path : "/usr/bin:/bin") +
                            ":/usr/local/sbin:/usr/sbin:/sbin");
    for (std::string dir; std::getline(dirs, dir, ':');) {
        const fs::path candidate = fs::path(dir) / name;
        if (!dir.empty() && ::access(candidate.c_str(), X_OK) == 0 &&
            fs::is_regular_file(candidate)) {
            return candidate;
        }
    }
    return std::nullopt;
}

Child::Child(pid_t pid, UniqueFd pidfd) noexcept : pid_(pid), pidfd_(std::move(pidfd)) {}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), pidfd_(std::move(other.pidfd_)) {}

Child& Child::operator=(Child&& other) noexcept {
    if (this != &other) {
        end();
        pid_ = std::exchange(other.pid_, 0);
        pidfd_ = std::move(other.pidfd_);
    }
    return *this;
}

Child::~Child() {
    end();
}

void Child::end() noexcept {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
        }
        pid_ = 0;
    }
}

Child Child::spawn(const std::vector<std::string>& argv, const SpawnOptions& options) {
    const auto program = find_program(argv.at(0));
    if (!program) {
        throw Error(ErrorKind::not_found, "program " + argv[0] + " is not installed");
    }
    const std::vector<char*> arguments = pointers(argv);
    const std::vector<char*> environment =
        options.env ? pointers(*options.env) : std::vector<char*>{};
    const UniqueFd null = open_file("/dev/null", O_RDWR);
    std::array<int, 2> report{};
    if (::pipe2(report.data(), O_CLOEXEC) != 0) {
        throw errno_error("pipe");
    }
    const UniqueFd report_read(report[0]);
    UniqueFd report_write(report[1]);
    const Exec exec{program->c_str(),
                    arguments.data(),
                    options.env ? environment.data() : environ,
                    &options,
                    options.cwd ? options.cwd->c_str() : nullptr,
                    null.get(),
                    report_write.get(),
                    ::getpid()};
    const pid_t pid = ::fork();
    if (pid < 0) {
        throw errno_error("start " + argv[0]);
    }
    if (pid == 0) {
        exec.go();
    }
    Child child(pid, UniqueFd(pidfd_open(pid)));
    report_write.reset();
    int code = 0;
    ssize_t n = 0;
    do {
        n = ::read(report_read.get(), &code, sizeof code);
    } while (n < 0 && errno == EINTR);
    if (n == static_cast<ssize_t>(sizeof code)) {
        throw errno_error("start " + program->string(), code);
    }
    return child;
}

std::optional<ExitStatus> Child::wait_for(std::chrono::milliseconds time) {
    if (pid_ <= 0) {
        return ExitStatus{};
    }
    const auto deadline = Clock::now() + time;
    pollfd entry{pidfd_.get(), POLLIN, 0};
    for (;;) {
        const int ready = ::poll(&entry, 1, poll_ms(deadline));
        if (ready == 0) {
            return std::nullopt;
        }
        if (ready > 0) {
            return wait();
        }
    }
}

ExitStatus Child::wait() {
    int status = 0;
    while (pid_ > 0 && ::waitpid(pid_, &status, 0) < 0) {
        if (errno != EINTR) {
            throw errno_error("wait for a child");
        }
    }
    pid_ = 0;
    return WIFSIGNALED(status) ? ExitStatus{0, WTERMSIG(status)}
                               : ExitStatus{WEXITSTATUS(status), 0};
}

void Child::kill(int signal) noexcept {
    if (pid_ > 0) {
        ::kill(pid_, signal);
    }
}

pid_t Child::release() noexcept {
    pidfd_.reset();
    return std::exchange(pid_, 0);
}

namespace {

struct Pipe {
    UniqueFd read;
    UniqueFd write;
    Pipe() {
        std::array<int, 2> fds{};
        if (::pipe2(fds.data(), O_CLOEXEC) != 0) {
            throw errno_error("pipe");
        }
        read.reset(fds[0]);
        write.reset(fds[1]);
    }
};

/// Reads what is there; false at the end of the stream.
bool drain(int fd, std::string& into, std::size_t limit) {
    std::array<char, 65536> buffer{};
    const ssize_t n = ::read(fd, buffer.data(), buffer.size());
    if (n <= 0) {
        return n < 0 && (errno == EINTR || errno == EAGAIN);
    }
    const std::size_t room = limit > into.size() ? limit - into.size() : 0;
    into.append(buffer.data(), std::min(room, static_cast<std::size_t>(n)));
    return true;
}

/// write() where a reader that went away is EPIPE and no signal, whatever the process has set up.
ssize_t write_without_sigpipe(int fd, const char* data, std::size_t size) {
    sigset_t pipe;
    sigset_t before;
    ::sigemptyset(&pipe);
    ::sigaddset(&pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe, &before);
    const ssize_t n = ::write(fd, data, size);
    const int code = errno;
    if (n < 0 && code == EPIPE && ::sigismember(&before, SIGPIPE) == 0) {
        const timespec now{};
        ::sigtimedwait(&pipe, nullptr, &now); // take the one that is pending now
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = code;
    return n;
}

/// Writes what fits; closes the descriptor when all is written or the reader went away.
void feed(UniqueFd& fd, const std::string& input, std::size_t& at) {
    const ssize_t n = write_without_sigpipe(fd.get(), input.data() + at, input.size() - at);
    if (n > 0) {
        at += static_cast<std::size_t>(n);
    }
    if (at == input.size() || (n < 0 && errno != EAGAIN && errno != EINTR)) {
        fd.reset();
    }
}

} // namespace

Output run(const std::vector<std::string>& argv, const RunOptions& options) {
    Pipe in;
    Pipe out;
    Pipe err;
    SpawnOptions spawn;
    spawn.cwd = options.cwd;
    spawn.env = options.env;
    spawn.stdin_fd = in.read.get();
    spawn.stdout_fd = out.write.get();
    spawn.stderr_fd = err.write.get();
    Child child = Child::spawn(argv, spawn);
    in.read.reset();
    out.write.reset();
    err.write.reset();
    ::fcntl(in.write.get(), F_SETFL, O_NONBLOCK);
    std::size_t fed = 0;
    if (options.input.empty()) {
        in.write.reset();
    }

    Output output;
    const auto deadline = Clock::now() + options.timeout;
    while (out.read || err.read || child.pid() > 0) {
        // A negative descriptor makes poll skip its entry.
        std::array<pollfd, 5> entries{{{out.read.get(), POLLIN, 0},
                                       {err.read.get(), POLLIN, 0},
                                       {in.write.get(), POLLOUT, 0},
                                       {options.cancel_fd, POLLIN, 0},
                                       {child.pidfd().get(), POLLIN, 0}}};
        const int ready = ::poll(entries.data(), entries.size(), poll_ms(deadline));
        if (ready < 0 && errno != EINTR) {
            throw errno_error("poll");
        }
        output.timed_out = ready == 0;
        output.cancelled = ready > 0 && entries[3].revents != 0;
        if (output.timed_out || output.cancelled) {
            child.kill(SIGKILL);
            output.status = child.wait();
            return output;
        }
        if (ready <= 0) {
            continue;
        }
        if (entries[0].revents != 0 && !drain(out.read.get(), output.out, options.limit)) {
            out.read.reset();
        }
        if (entries[1].revents != 0 && !drain(err.read.get(), output.err, options.limit)) {
            err.read.reset();
        }
        if (entries[2].revents != 0) {
            feed(in.write, options.input, fed);
        }
        // A grandchild may hold the pipes open for ever: the end of the child ends the wait.
        if (entries[4].revents != 0 && entries[0].revents == 0 && entries[1].revents == 0) {
            break;
        }
    }
    output.status = child.wait();
    return output;
}

} // namespace banger::os
