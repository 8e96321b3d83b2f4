#include "os/run.hpp"

#include "os/deadline.hpp"
#include "os/error.hpp"
#include "os/pipe.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace banger::os {
namespace {

/// Reads what is there; false at the end of the stream.
bool drain(int fd, std::string& into, const RunOptions& options, bool out) {
    std::array<char, 65536> buffer{};
    const ssize_t n = ::read(fd, buffer.data(), buffer.size());
    if (n <= 0) {
        return n < 0 && (errno == EINTR || errno == EAGAIN);
    }
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(n));
    if (options.on_output) {
        options.on_output(bytes, out);
    }
    const std::size_t room = options.limit > into.size() ? options.limit - into.size() : 0;
    into.append(bytes.substr(0, room));
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

/// False when it still runs after the time. Its output is read on, so that it waits for nobody.
bool ends_when_asked(Child& child, UniqueFd& out, UniqueFd& err, std::chrono::milliseconds time) {
    child.kill(SIGTERM);
    const RunOptions unheard{.limit = 0};
    std::string dropped;
    const Deadline deadline = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < deadline) {
        std::array<pollfd, 3> entries{
            {{out.get(), POLLIN, 0}, {err.get(), POLLIN, 0}, {child.pidfd().get(), POLLIN, 0}}};
        if (::poll(entries.data(), entries.size(), poll_time(deadline)) < 0 && errno != EINTR) {
            break;
        }
        if (entries[2].revents != 0) {
            return true;
        }
        if (entries[0].revents != 0 && !drain(out.get(), dropped, unheard, true)) {
            out.reset();
        }
        if (entries[1].revents != 0 && !drain(err.get(), dropped, unheard, false)) {
            err.reset();
        }
    }
    return false;
}

} // namespace

Output run(const std::vector<std::string>& argv, const RunOptions& options) {
    Pipe in = make_pipe();
    Pipe out = make_pipe();
    Pipe err = make_pipe();
    SpawnOptions spawn;
    spawn.cwd = options.cwd;
    spawn.env = options.env;
    spawn.die_with_parent = options.die_with_parent;
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
    const Deadline deadline = std::chrono::steady_clock::now() + options.timeout;
    while (out.read || err.read || child.pid() > 0) {
        // A negative descriptor makes poll skip its entry.
        std::array<pollfd, 5> entries{{{out.read.get(), POLLIN, 0},
                                       {err.read.get(), POLLIN, 0},
                                       {in.write.get(), POLLOUT, 0},
                                       {options.cancel_fd, POLLIN, 0},
                                       {child.pidfd().get(), POLLIN, 0}}};
        const int ready = ::poll(entries.data(), entries.size(), poll_time(deadline));
        if (ready < 0 && errno != EINTR) {
            throw errno_error("poll");
        }
        // Also of one that always has something to say.
        output.timed_out = ready == 0 || std::chrono::steady_clock::now() >= deadline;
        output.cancelled = ready > 0 && entries[3].revents != 0;
        if (output.timed_out || output.cancelled) {
            in.write.reset();
            if (options.grace.count() == 0 ||
                !ends_when_asked(child, out.read, err.read, options.grace)) {
                child.kill(SIGKILL);
            }
            output.status = child.wait();
            return output;
        }
        if (ready <= 0) {
            continue;
        }
        if (entries[0].revents != 0 && !drain(out.read.get(), output.out, options, true)) {
            out.read.reset();
        }
        if (entries[1].revents != 0 && !drain(err.read.get(), output.err, options, false)) {
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
