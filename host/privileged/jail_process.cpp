#include "privileged/jail_process.hpp"

#include "os/error.hpp"
#include "os/pipe.hpp"
#include "privileged/jail_root.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace banger::privileged {
namespace {

using os::Error;
using os::ErrorKind;
using os::UniqueFd;

/// A message of the jail's processes to us: text, a descriptor if one belongs to it, and who sent
/// it, which the kernel says in our numbers (SCM_CREDENTIALS, unix(7)).
struct Told {
    std::string text;
    UniqueFd file;
    pid_t sender = 0;
};

constexpr std::size_t longest_message = 4096;

void tell(int channel, const std::string& text, int file = -1) {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    std::string bytes = text.substr(0, longest_message);
    iovec part{bytes.data(), bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (file >= 0) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(sizeof file);
        std::memcpy(CMSG_DATA(head), &file, sizeof file);
    }
    if (::sendmsg(channel, &message, MSG_NOSIGNAL) < 0) {
        ::_exit(1); // nobody is there any more
    }
}

std::optional<Told> next_told(int channel) {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(ucred))>
        control{};
    std::string bytes(longest_message, '\0');
    iovec part{bytes.data(), bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    ssize_t n = 0;
    do {
        n = ::recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
    } while (n < 0 && errno == EINTR);
    if (n <= 0) {
        return std::nullopt;
    }
    Told told;
    told.text = bytes.substr(0, static_cast<std::size_t>(n));
    for (cmsghdr* head = CMSG_FIRSTHDR(&message); head != nullptr;
         head = CMSG_NXTHDR(&message, head)) {
        if (head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS) {
            int file = -1;
            std::memcpy(&file, CMSG_DATA(head), sizeof file);
            told.file = UniqueFd(file);
        } else if (head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_CREDENTIALS) {
            ucred sender{};
            std::memcpy(&sender, CMSG_DATA(head), sizeof sender);
            told.sender = sender.pid;
        }
    }
    return told;
}

std::string as_text(const Error& error) {
    return nlohmann::json({{"kind", os::to_string(error.kind())},
                           {"message", error.what()},
                           {"hint", error.hint()}})
        .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Error as_error(const std::string& text) {
    const auto error = nlohmann::json::parse(text, nullptr, false);
    return error.is_object()
               ? Error(os::error_kind(error.value("kind", "internal")),
                       error.value("message", "no message"), error.value("hint", ""))
               : Error(ErrorKind::internal, "the jail's first process ended without a word");
}

void close_others(std::vector<int> kept) {
    std::sort(kept.begin(), kept.end());
    unsigned from = 3;
    for (const int fd : kept) {
        if (static_cast<unsigned>(fd) > from) {
            ::syscall(SYS_close_range, from, static_cast<unsigned>(fd) - 1, 0U);
        }
        from = static_cast<unsigned>(fd) + 1;
    }
    ::syscall(SYS_close_range, from, ~0U, 0U);
}

/// The jailer's process, before and after its exec: a child of the first one.
[[noreturn]] void run_jailer(const JailStart& start, int channel) {
    for (int signal = 1; signal < NSIG; ++signal) {
        ::signal(signal, SIG_DFL);
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    const rlimit no_core{0, 0}; // it would hold the guest's memory
    ::setrlimit(RLIMIT_CORE, &no_core);
    std::array<int, 3> high{};
    for (std::size_t i = 0; i < high.size(); ++i) {
        high[i] = ::fcntl(start.streams[i].get(), F_DUPFD_CLOEXEC, 10);
    }
    for (int i = 0; i < 3; ++i) {
        if (::dup2(high[static_cast<std::size_t>(i)], i) < 0) {
            ::_exit(127);
        }
    }
    // Who holds the jail's folder /vm reaches the sockets in it: their own modes keep out nobody.
    ::umask(0);
    std::vector<char*> argv;
    for (const std::string& word : start.jailer) {
        argv.push_back(const_cast<char*>(word.c_str())); // NOLINT: execve's signature
    }
    argv.push_back(nullptr);
    char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin"; // NOLINT: likewise
    std::array<char*, 2> env{path, nullptr};
    tell(channel, "vmm");
    ::syscall(SYS_close_range, 3U, ~0U, 0U);
    ::execve(argv[0], argv.data(), env.data());
    const std::string text =
        std::string("cannot run ") + argv[0] + ": " + std::strerror(errno) + "\n";
    [[maybe_unused]] const ssize_t n = ::write(STDERR_FILENO, text.data(), text.size());
    ::_exit(127);
}

/// The namespace of a first process takes no others once that is dead. Where this fails, we only
/// have no children any more.
void leave_pid_namespace() {
    if (const UniqueFd own(::open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC)); own) {
        (void)::setns(own.get(), CLONE_NEWPID); // of the children to come
    }
}

void be_first(const JailStart& start, int channel, int status) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (char byte = 0; ::recv(channel, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0) {
        ::_exit(1); // who watches over us was dead before
    }
    if (::write(start.cgroup.get(), "0", 1) != 1) { // the writer itself
        throw os::errno_error("enter the jail's cgroup");
    }
    if (::unshare(CLONE_NEWIPC) != 0) { // shared memory and queues of others have modes only
        throw os::errno_error("make an IPC namespace");
    }
    const UniqueFd sockets = make_jail_root(start.base, start.root, start.mounts);
    tell(channel, "root", sockets.get());
    const pid_t vmm = ::fork();
    if (vmm < 0) {
        throw os::errno_error("start the jailer");
    }
    if (vmm == 0) {
        run_jailer(start, channel);
    }
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd < 3; ++fd) {
        ::dup2(null, fd);
    }
    std::vector<int> kept{status, start.lease};
    for (const UniqueFd& file : start.kept) {
        kept.push_back(file.get());
    }
    close_others(std::move(kept));
    int code = 0;
    for (pid_t ended = 0; ended != vmm;) { // a process that lost its parent is ours to bury
        ended = ::waitpid(-1, &code, 0);
        if (ended < 0 && errno != EINTR) {
            ::_exit(1);
        }
    }
    [[maybe_unused]] const ssize_t n = ::write(status, &code, sizeof code);
    ::_exit(0);
}

} // namespace

JailProcess::JailProcess(JailStart start) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        throw os::errno_error("make a socket pair");
    }
    UniqueFd channel(ends[0]);
    UniqueFd theirs(ends[1]);
    const int on = 1;
    if (::setsockopt(channel.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0) {
        throw os::errno_error("make a socket pair");
    }
    os::Pipe status = os::make_pipe();
    status_ = std::move(status.read);
    if (::unshare(CLONE_NEWPID) != 0) { // of the children to come
        throw os::errno_error("make a PID namespace");
    }
    first_ = ::fork();
    if (first_ < 0) {
        throw os::errno_error("start the jail's first process");
    }
    if (first_ == 0) {
        channel.reset();
        try {
            be_first(start, theirs.get(), status.write.get());
        } catch (...) {
            tell(theirs.get(), as_text(os::current_error()));
        }
        ::_exit(1);
    }
    leave_pid_namespace();
    theirs.reset();
    status.write.reset();
    try {
        hear(channel.get());
    } catch (...) {
        end();
        throw;
    }
}

void JailProcess::hear(int channel) {
    while (vmm_ == 0) {
        auto told = next_told(channel);
        if (!told) {
            throw as_error({});
        }
        if (told->text == "root") {
            sockets_ = std::move(told->file);
        } else if (told->text == "vmm") {
            vmm_ = told->sender;
        } else {
            throw as_error(told->text);
        }
    }
}

JailProcess::~JailProcess() {
    end();
}

void JailProcess::end() noexcept {
    if (first_ > 0) {
        ::kill(first_, SIGKILL);
        while (::waitpid(first_, nullptr, 0) < 0 && errno == EINTR) {
        }
        first_ = 0;
    }
}

int JailProcess::wait(int peer) {
    std::array<pollfd, 2> entries{{{status_.get(), POLLIN, 0}, {peer, POLLIN | POLLRDHUP, 0}}};
    nfds_t watched = entries.size();
    while (entries[0].revents == 0) {
        if (::poll(entries.data(), watched, -1) < 0 && errno != EINTR) {
            break;
        }
        std::array<char, 64> bytes{};
        if (watched == 2 && entries[1].revents != 0) {
            const ssize_t n = ::recv(peer, bytes.data(), bytes.size(), MSG_DONTWAIT);
            if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) {
                ::kill(first_, SIGKILL);
                watched = 1;
            }
        }
    }
    int code = SIGKILL; // what a process without a word of its end was killed by
    if (::read(status_.get(), &code, sizeof code) != sizeof code) {
        code = SIGKILL;
    }
    end();
    return code;
}

} // namespace banger::privileged
