#include "child.hpp"

#include "proc_file.hpp"
#include "words.hpp"

#include "guest/failure.hpp"

#include <csignal>
#include <cstring>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace agent {
namespace {

using banger::guest::fail_errno;

constexpr int first_free = 3;

/// What runs in the new process. Says why and ends when something does not work.
class Start {
  public:
    Start(const Launch& launch, int trouble) : launch_(launch), trouble_(trouble) {}

    [[noreturn]] void run() {
        default_signals();
        ::setsid();
        take_descriptors();
        need(::chdir(launch_.cwd.c_str()) == 0 || launch_.work);
        if (launch_.work) {
            launch_.work();
            ::_exit(0);
        }
        become();
        std::vector<char*> arguments = pointers(launch_.argv);
        std::vector<char*> environment = pointers(launch_.environment);
        ::environ = environment.data(); // execvp() looks for PATH there
        ::execvp(arguments[0], arguments.data());
        need(false);
        ::_exit(127);
    }

  private:
    static std::vector<char*> pointers(const std::vector<std::string>& texts) {
        std::vector<char*> out;
        for (const std::string& text : texts) {
            out.push_back(const_cast<char*>(text.c_str()));
        }
        out.push_back(nullptr);
        return out;
    }

    void need(bool held) const {
        if (!held) {
            const int code = errno;
            (void)!::write(trouble_, &code, sizeof code);
            ::_exit(127);
        }
    }

    static void default_signals() {
        for (int number = 1; number < NSIG; ++number) {
            ::signal(number, SIG_DFL); // fails for KILL and STOP
        }
        sigset_t none;
        ::sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
    }

    void take_descriptors() {
        // Above what they become, so that none overwrites another.
        const int null = ::fcntl(::open("/dev/null", O_RDWR | O_CLOEXEC), F_DUPFD_CLOEXEC, 10);
        const auto high = [&](int fd) { return fd < 0 ? null : ::fcntl(fd, F_DUPFD_CLOEXEC, 10); };
        const int in = high(launch_.in);
        const int out = high(launch_.out);
        const int err = launch_.err < 0 ? STDERR_FILENO : high(launch_.err);
        trouble_ = high(trouble_);
        need(::dup2(in, 0) == 0 && ::dup2(out, 1) == 1 && ::dup2(err, 2) == 2);
        need(!launch_.terminal || ::ioctl(0, TIOCSCTTY, 0) == 0);
        // Programs lose the rest by themselves; work of ours would keep clients' connections open.
        need(::dup3(trouble_, first_free, O_CLOEXEC) == first_free);
        trouble_ = first_free;
        ::syscall(SYS_close_range, first_free + 1, ~0U, 0);
    }

    void become() const {
        // A program is as likely to be killed for its memory as any other.
        if (const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC); file >= 0) {
            (void)!::write(file, "0", 1);
            ::close(file);
        }
        ::umask(022);
        if (!launch_.account || launch_.account->uid == ::geteuid()) {
            return;
        }
        const Account& account = *launch_.account;
        need(::setgroups(account.groups.size(), account.groups.data()) == 0 &&
             ::setgid(account.gid) == 0 && ::setuid(account.uid) == 0);
    }

    const Launch& launch_;
    int trouble_;
};

} // namespace

Pipe::Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        fail_errno("make a pipe");
    }
    read = Fd(ends[0]);
    write = Fd(ends[1]);
}

void make_nonblocking(const Fd& fd) {
    const int flags = ::fcntl(fd.get(), F_GETFL);
    if (flags < 0 || ::fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK) != 0) {
        fail_errno("make a descriptor wait for nothing");
    }
}

Child::Child(Loop& loop, const Launch& launch, Ended ended) : ended_(std::move(ended)) {
    Pipe trouble;
    pid_ = ::fork();
    if (pid_ < 0) {
        fail_errno("make a process");
    }
    if (pid_ == 0) {
        Start(launch, trouble.write.get()).run();
    }
    trouble_ = std::move(trouble.read);
    make_nonblocking(trouble_);
    handle_ = Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    if (!handle_) {
        const int code = errno;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        errno = code;
        fail_errno("watch a process");
    }
    watch_ = loop.watch(handle_.get(), EPOLLIN, [this](std::uint32_t) { look(); });
}

Child::~Child() {
    if (!done_) {
        signal_group(SIGKILL);
        ::kill(pid_, SIGKILL); // it may not have its group yet
    }
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

void Child::look() {
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
        info.si_pid == 0) {
        return;
    }
    watch_.drop();
    done_ = true;
    const int status =
        info.si_code == CLD_EXITED ? (info.si_status & 0xFF) << 8 : info.si_status & 0x7F;
    if (const Ended ended = std::move(ended_); ended) {
        ended(status); // may drop this object
    }
}

void Child::signal_group(int number) const noexcept {
    ::kill(-pid_, number);
}

bool Child::alone() const {
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc"), ::closedir);
    while (const dirent* entry = folder == nullptr ? nullptr : ::readdir(folder.get())) {
        const auto pid = parse_number(entry->d_name);
        if (!pid || static_cast<pid_t>(*pid) == pid_) {
            continue;
        }
        const std::string stat = read_proc("/proc/" + std::to_string(*pid) + "/stat");
        const auto name_end = stat.rfind(')'); // state, parent and group follow
        const auto fields =
            words(std::string_view(stat).substr(name_end == std::string::npos ? 0 : name_end + 1));
        if (fields.size() > 2 && fields[0] != "Z" &&
            parse_number(fields[2]) == static_cast<std::uint64_t>(pid_)) {
            return false;
        }
    }
    return true;
}

std::string Child::failure() const {
    int code = 0;
    return ::read(trouble_.get(), &code, sizeof code) == sizeof code ? std::strerror(code)
                                                                     : std::string();
}

} // namespace agent
