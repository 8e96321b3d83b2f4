#include "cli/foreground.hpp"

#include "cli/interrupt.hpp"
#include "cli/session.hpp"

#include "os/child.hpp"
#include "os/error.hpp"
#include "os/pipe.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace banger::cli {
namespace {

std::string program(const std::string& name) {
    const auto path = os::find_program(name);
    if (!path) {
        const bool ours = name.find('/') != std::string::npos;
        throw os::Error(os::ErrorKind::unsupported, name + " is not installed",
                        ours ? "it is a part of banger: install banger again"
                             : "sudo apt-get install openssh-client");
    }
    return path->string();
}

/// While it lives, a signal does nothing to us.
class Ignored {
  public:
    explicit Ignored(int signal) : signal_(signal), before_(::signal(signal, SIG_IGN)) {}
    Ignored(const Ignored&) = delete;
    Ignored& operator=(const Ignored&) = delete;
    ~Ignored() { ::signal(signal_, before_); }

  private:
    int signal_;
    void (*before_)(int);
};

/// Do both go to one place, so that their order matters?
bool are_one_file(int one, int other) {
    struct stat a {};
    struct stat b {};
    return ::fstat(one, &a) == 0 && ::fstat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

os::Child spawn(std::vector<std::string> argv, int stdout_fd) {
    argv.front() = program(argv.front());
    os::SpawnOptions options;
    options.stdin_fd = STDIN_FILENO;
    options.stdout_fd = stdout_fd;
    options.stderr_fd = are_one_file(STDOUT_FILENO, STDERR_FILENO) ? stdout_fd : STDERR_FILENO;
    options.die_with_parent = true;
    options.keep_ignored = true;
    return os::Child::spawn(argv, options);
}

/// 128 + N for a signal N; also for the Ctrl-C that makes ssh end as if its connection broke.
int end_of(os::Child& child, Interrupt& interrupt) {
    const os::ExitStatus status = child.wait();
    if (status.signal != 0) {
        return 128 + status.signal;
    }
    return status.code == ssh_failed && interrupt.taken() ? as_int(ExitCode::interrupted)
                                                          : status.code;
}

/// 0, or the errno of the write that failed.
int write_out(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
        if (n >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(n));
        } else if (errno == EAGAIN) { // somebody shares it with us and wants it so
            pollfd entry{STDOUT_FILENO, POLLOUT, 0};
            ::poll(&entry, 1, -1);
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

/// Until its end; 0, or the errno of the write that failed.
int pass_on(int from) {
    std::array<char, 65536> buffer; // NOLINT(*-init): filled by read
    for (;;) {
        const ssize_t n = ::read(from, buffer.data(), buffer.size());
        if (n == 0 || (n < 0 && errno != EINTR)) {
            return n == 0 ? 0 : errno;
        }
        const int failed =
            write_out({buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(n, 0))});
        if (failed != 0) {
            return failed;
        }
    }
}

} // namespace

void become(std::vector<std::string> argv) {
    const std::string path = program(argv.front());
    std::vector<char*> pointers;
    pointers.reserve(argv.size() + 1);
    for (std::string& word : argv) {
        pointers.push_back(word.data());
    }
    pointers.push_back(nullptr);
    ::execv(path.c_str(), pointers.data());
    throw os::errno_error("run " + path);
}

int run_beside(std::vector<std::string> argv) {
    os::Child child = spawn(std::move(argv), STDOUT_FILENO);
    // After the spawn: what we do not heed from here on it does.
    Interrupt interrupt;
    const Ignored quit(SIGQUIT);
    return end_of(child, interrupt);
}

int run_checked(const Session& session, std::vector<std::string> argv) {
    os::Pipe output = os::make_pipe();
    os::Child child = spawn(std::move(argv), output.write.get());
    output.write.reset();
    Interrupt interrupt;
    const Ignored quit(SIGQUIT);
    const Ignored broken_pipe(SIGPIPE);
    const int failed = pass_on(output.read.get());
    output.read.reset(); // nobody takes any more: the program is told when it goes on
    const int code = end_of(child, interrupt);
    if (failed == 0 || failed == EPIPE) {
        return code;
    }
    session.report(os::errno_error("write the output", failed));
    return code != 0 ? code : as_int(ExitCode::failed);
}

} // namespace banger::cli
