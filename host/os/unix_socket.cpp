#include "os/unix_socket.hpp"

#include "os/deadline.hpp"
#include "os/error.hpp"
#include "os/paths.hpp"

#include <cerrno>
#include <cstring>

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

namespace banger::os {
namespace fs = std::filesystem;

namespace {

constexpr std::chrono::milliseconds connect_time{5000};

sockaddr_un address_of(const fs::path& path) {
    const std::string text = path.string();
    if (text.size() > max_socket_path) {
        throw Error(ErrorKind::invalid,
                    "socket path " + text + " is longer than " + std::to_string(max_socket_path) +
                        " bytes",
                    "set XDG_RUNTIME_DIR to a shorter folder");
    }
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
    return address;
}

UniqueFd stream_socket() {
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd) {
        throw errno_error("create a socket");
    }
    return fd;
}

/// A listener that accepts nobody (it is stopped, say) lets a connect wait for ever.
void limit_connect(int fd, std::chrono::milliseconds time) {
    const timeval limit{time.count() / 1000, time.count() % 1000 * 1000};
    if (::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0) {
        throw errno_error("limit a connect");
    }
}

bool connect_to(int fd, const sockaddr_un& address) {
    return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

void require_ready(int fd, short events, Deadline deadline, const char* what) {
    if (!wait_ready(fd, events, deadline)) {
        throw Error(ErrorKind::timeout, std::string(what) + ": no answer in time");
    }
}

} // namespace

UniqueFd listen_unix(const fs::path& path, int backlog) {
    const sockaddr_un address = address_of(path);
    UniqueFd fd = stream_socket();
    const auto bind_to = [&] {
        return ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    };
    if (!bind_to()) {
        if (errno != EADDRINUSE) {
            throw errno_error("listen on " + path.string());
        }
        const UniqueFd probe = stream_socket();
        limit_connect(probe.get(), std::chrono::milliseconds(1));
        if (connect_to(probe.get(), address) || errno == EAGAIN) {
            throw Error(ErrorKind::conflict, "listen on " + path.string() + ": it is in use");
        }
        ::unlink(path.c_str());
        if (!bind_to()) {
            throw errno_error("listen on " + path.string());
        }
    }
    if (::chmod(path.c_str(), 0600) != 0 || ::listen(fd.get(), backlog) != 0) {
        throw errno_error("listen on " + path.string());
    }
    return fd;
}

UniqueFd connect_unix(const fs::path& path) {
    const sockaddr_un address = address_of(path);
    UniqueFd fd = stream_socket();
    limit_connect(fd.get(), connect_time);
    while (!connect_to(fd.get(), address)) {
        if (errno == EINTR) {
            continue;
        }
        if (errno == ENOENT) {
            throw Error(ErrorKind::unavailable, "connect to " + path.string() + ": nobody listens");
        }
        if (errno == EAGAIN) {
            throw Error(ErrorKind::timeout,
                        "connect to " + path.string() + ": who listens there does not answer");
        }
        throw errno_error("connect to " + path.string());
    }
    limit_connect(fd.get(), std::chrono::milliseconds(0)); // of the connect alone
    return fd;
}

UniqueFd try_connect_unix(const fs::path& path) {
    const sockaddr_un address = address_of(path);
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) {
        throw errno_error("create a socket");
    }
    while (!connect_to(fd.get(), address)) {
        if (errno == ENOENT || errno == ECONNREFUSED || errno == EAGAIN) {
            fd.reset();
            break;
        }
        if (errno != EINTR) {
            throw errno_error("connect to " + path.string());
        }
    }
    return fd;
}

std::optional<std::string> read_line(int fd, std::chrono::milliseconds timeout, std::size_t limit) {
    const Deadline deadline = std::chrono::steady_clock::now() + timeout;
    std::string line;
    for (;;) {
        require_ready(fd, POLLIN, deadline, "read a line");
        char byte = 0;
        const ssize_t n = ::read(fd, &byte, 1);
        if (n == 0) {
            return std::nullopt;
        }
        if (n < 0) {
            if (errno == EINTR || errno == EAGAIN) {
                continue;
            }
            throw errno_error("read a line");
        }
        if (byte == '\n') {
            return line;
        }
        line.push_back(byte);
        if (line.size() > limit) {
            throw Error(ErrorKind::exhausted, "read a line: longer than " + std::to_string(limit));
        }
    }
}

void send_all(int fd, std::string_view bytes, std::chrono::milliseconds timeout) {
    const Deadline deadline = std::chrono::steady_clock::now() + timeout;
    while (!bytes.empty()) {
        require_ready(fd, POLLOUT, deadline, "send");
        const ssize_t n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0) {
            if (errno == EINTR || errno == EAGAIN) {
                continue;
            }
            throw errno_error("send");
        }
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
}

} // namespace banger::os
