#include "fake_guest.hpp"

#include "os/child.hpp"
#include "os/exec_frames.hpp"
#include "os/unique_fd.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <optional>
#include <string_view>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace banger::test {
namespace {

using os::ExecFrame;

struct Pipe {
    Pipe() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) == 0) {
            read = os::UniqueFd(ends[0]);
            write = os::UniqueFd(ends[1]);
        }
    }
    os::UniqueFd read, write;
};

bool send_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

/// Bytes that came; nothing at the end.
std::optional<std::string> more(int fd) {
    std::string bytes(16384, '\0');
    const ssize_t n = ::read(fd, bytes.data(), bytes.size());
    if (n <= 0) {
        return std::nullopt;
    }
    bytes.resize(static_cast<std::size_t>(n));
    return bytes;
}

/// Gives whole input frames to the program.
void feed(std::string& held, os::UniqueFd& input) {
    while (held.size() >= 8) {
        std::size_t length = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            length |= static_cast<std::size_t>(static_cast<unsigned char>(held[4 + i])) << (8 * i);
        }
        if (held.size() < 8 + length) {
            return;
        }
        const std::string payload = held.substr(8, length);
        const bool is_input = held[0] == 0;
        held.erase(0, 8 + length);
        if (is_input && payload.empty()) {
            input.reset();
        }
        for (std::size_t at = 0; is_input && input && at < payload.size();) {
            const ssize_t n = ::write(input.get(), payload.data() + at, payload.size() - at);
            if (n <= 0) {
                input.reset(); // it takes no more
                break;
            }
            at += static_cast<std::size_t>(n);
        }
    }
}

} // namespace

void run_as_agent(int fd, const std::string& body, const std::filesystem::path& home) {
    (void)std::signal(SIGPIPE, SIG_IGN);
    Pipe in;
    Pipe out;
    Pipe err;
    os::SpawnOptions options;
    options.cwd = home;
    options.stdin_fd = in.read.get();
    options.stdout_fd = out.write.get();
    options.stderr_fd = err.write.get();
    options.new_session = true;
    const auto argv = nlohmann::json::parse(body).at("argv").get<std::vector<std::string>>();
    os::Child child = os::Child::spawn(argv, options);
    in.read.reset();
    out.write.reset();
    err.write.reset();
    std::string held;
    while (out.read || err.read) {
        std::array<pollfd, 3> entries{
            {{fd, POLLIN, 0}, {out.read.get(), POLLIN, 0}, {err.read.get(), POLLIN, 0}}};
        ::poll(entries.data(), entries.size(), -1);
        if (entries[0].revents != 0) {
            const auto bytes = more(fd);
            if (!bytes) {
                ::kill(-child.pid(), SIGHUP);
                (void)child.wait();
                return;
            }
            held += *bytes;
            feed(held, in.write);
        }
        for (Pipe* pipe : {&out, &err}) {
            if (entries[pipe == &out ? 1 : 2].revents != 0) {
                const auto bytes = more(pipe->read.get());
                if (!bytes) {
                    pipe->read.reset();
                } else {
                    (void)send_all(
                        fd, os::exec_frame(pipe == &out ? ExecFrame::output : ExecFrame::error,
                                           *bytes));
                }
            }
        }
    }
    const os::ExitStatus status = child.wait();
    (void)send_all(
        fd, os::exec_frame(ExecFrame::end, status.signal != 0
                                               ? nlohmann::json{{"signal", status.signal}}.dump()
                                               : nlohmann::json{{"exit", status.code}}.dump()));
}

void answer_as_agent(int fd, const std::string& output, int status) {
    for (std::size_t at = 0; at < output.size(); at += os::most_exec_payload) {
        (void)send_all(fd,
                       os::exec_frame(ExecFrame::output, output.substr(at, os::most_exec_payload)));
    }
    (void)send_all(fd, os::exec_frame(ExecFrame::end, nlohmann::json{{"exit", status}}.dump()));
    char byte = 0;
    while (::read(fd, &byte, 1) > 0) { // what it is given is of no interest
    }
}

} // namespace banger::test
