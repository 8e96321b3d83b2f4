#include "os/child.hpp"

#include "os/deadline.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/pipe.hpp"

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

namespace {

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

    void reset_signals() const noexcept {
        for (int signal = 1; signal < NSIG; ++signal) {
            if (::signal(signal, SIG_DFL) == SIG_IGN && options->keep_ignored) {
                ::signal(signal, SIG_IGN);
            }
        }
        sigset_t none;
        ::sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
    }

    void keep_only_wanted() const noexcept {
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

/// A folder may be "executed", too.
bool is_program(const fs::path& file) {
    std::error_code code;
    return ::access(file.c_str(), X_OK) == 0 && fs::is_regular_file(file, code);
}

} // namespace

std::string ExitStatus::text() const {
    if (signal != 0) {
        return "signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
    }
    return "exit status " + std::to_string(code);
}

std::optional<fs::path> find_program(const std::string& name) {
    if (name.find('/') != std::string::npos) {
        return is_program(name) ? std::optional<fs::path>(name) : std::nullopt;
    }
    const char* path = std::getenv("PATH");
    std::istringstream dirs(std::string(path != nullptr ? path : "/usr/bin:/bin") +
                            ":/usr/local/sbin:/usr/sbin:/sbin");
    for (std::string dir; std::getline(dirs, dir, ':');) {
        const fs::path candidate = fs::path(dir) / name;
        if (!dir.empty() && is_program(candidate)) {
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
    Pipe report = make_pipe();
    const Exec exec{program->c_str(),
                    arguments.data(),
                    options.env ? environment.data() : environ,
                    &options,
                    options.cwd ? options.cwd->c_str() : nullptr,
                    null.get(),
                    report.write.get(),
                    ::getpid()};
    const pid_t pid = ::fork();
    if (pid < 0) {
        throw errno_error("start " + argv[0]);
    }
    if (pid == 0) {
        exec.go();
    }
    Child child(pid, UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))));
    report.write.reset();
    int code = 0;
    ssize_t n = 0;
    do {
        n = ::read(report.read.get(), &code, sizeof code);
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
    const Deadline deadline = std::chrono::steady_clock::now() + time;
    return wait_ready(pidfd_.get(), POLLIN, deadline) ? std::optional(wait()) : std::nullopt;
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

} // namespace banger::os
