#include "os/passed_files.hpp"

#include "os/deadline.hpp"
#include "os/error.hpp"
#include "os/unix_socket.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <poll.h>
#include <sys/socket.h>

namespace banger::os {
namespace {

constexpr std::size_t control_size = CMSG_SPACE(sizeof(int) * max_passed_files);

void require_ready(int socket, short events, Deadline deadline) {
    if (!wait_ready(socket, events, deadline)) {
        throw Error(ErrorKind::timeout, "pass descriptors: no answer in time");
    }
}

/// Takes what came with a part of the line. They are ours at once: none is leaked by a throw.
void take_files(msghdr& message, std::vector<UniqueFd>& files) {
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
         part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof fd);
            files.emplace_back(fd);
        }
    }
}

/// The next byte of the line: one alone, so that what follows it stays where it is.
ssize_t receive_byte(int socket, char& byte, std::vector<UniqueFd>& files) {
    alignas(cmsghdr) std::array<char, control_size> control{};
    iovec part{&byte, 1};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t n = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (n >= 0) {
        take_files(message, files);
        if ((message.msg_flags & MSG_CTRUNC) != 0) {
            throw Error(ErrorKind::unavailable, "pass descriptors: some were lost on the way",
                        "see the limit of open files: ulimit -n");
        }
    }
    return n;
}

} // namespace

void send_line(int socket, std::string_view line, std::span<const int> files,
               std::chrono::milliseconds timeout) {
    if (files.size() > max_passed_files) {
        throw Error(ErrorKind::invalid, "pass descriptors: too many");
    }
    const Deadline deadline = std::chrono::steady_clock::now() + timeout;
    std::string bytes(line);
    bytes += '\n';
    alignas(cmsghdr) std::array<char, control_size> control{};
    iovec part{bytes.data(), bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (!files.empty()) {
        message.msg_control = control.data();
        message.msg_controllen = CMSG_SPACE(files.size_bytes());
        cmsghdr* head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(files.size_bytes());
        std::memcpy(CMSG_DATA(head), files.data(), files.size_bytes());
    }
    for (;;) {
        require_ready(socket, POLLOUT, deadline);
        const ssize_t n = ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n >= 0) {
            const auto rest = std::string_view(bytes).substr(static_cast<std::size_t>(n));
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(
                deadline - std::chrono::steady_clock::now());
            return send_all(socket, rest, std::max(left, std::chrono::milliseconds(0)));
        }
        if (errno != EINTR && errno != EAGAIN) {
            throw errno_error("pass descriptors");
        }
    }
}

std::optional<LineWithFiles> receive_line(int socket, std::chrono::milliseconds timeout,
                                          std::size_t limit) {
    const Deadline deadline = std::chrono::steady_clock::now() + timeout;
    LineWithFiles result;
    for (;;) {
        require_ready(socket, POLLIN, deadline);
        char byte = 0;
        const ssize_t n = receive_byte(socket, byte, result.files);
        if (n == 0) {
            return std::nullopt;
        }
        if (n < 0) {
            if (errno == EINTR || errno == EAGAIN) {
                continue;
            }
            throw errno_error("receive descriptors");
        }
        if (byte == '\n') {
            return result;
        }
        result.line.push_back(byte);
        if (result.line.size() > limit) {
            throw Error(ErrorKind::exhausted,
                        "receive descriptors: the line is longer than " + std::to_string(limit));
        }
        if (result.files.size() > max_passed_files) {
            throw Error(ErrorKind::exhausted, "receive descriptors: too many");
        }
    }
}

} // namespace banger::os
