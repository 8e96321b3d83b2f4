#include "cli/tcp_relay.hpp"

#include "os/error.hpp"

#include <array>
#include <cerrno>
#include <memory>
#include <string_view>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace banger::cli {
namespace {

/// One program's streams may be another's, too, which wants them never to block.
bool again(int fd, short events) {
    if (errno != EAGAIN) {
        return errno == EINTR;
    }
    pollfd entry{fd, events, 0};
    ::poll(&entry, 1, -1);
    return true;
}

/// False at the end of what `from` has, or when nobody takes it any more.
bool pass_some(int from, int to) {
    std::array<char, 65536> buffer; // NOLINT(*-init): filled by read
    const ssize_t n = ::read(from, buffer.data(), buffer.size());
    if (n < 0) {
        return again(from, POLLIN);
    }
    std::string_view bytes(buffer.data(), static_cast<std::size_t>(n));
    while (!bytes.empty()) {
        const ssize_t written = ::write(to, bytes.data(), bytes.size());
        if (written >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(written));
        } else if (!again(to, POLLOUT)) {
            return false;
        }
    }
    return n > 0;
}

} // namespace

os::UniqueFd connect_tcp(const std::string& host, const std::string& port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    if (const int code = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &list); code != 0) {
        throw os::Error(os::ErrorKind::not_found, host + ": " + ::gai_strerror(code));
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> held(list, ::freeaddrinfo);
    int failed = 0;
    for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
        os::UniqueFd fd(::socket(each->ai_family, each->ai_socktype | SOCK_CLOEXEC, 0));
        if (fd && ::connect(fd.get(), each->ai_addr, each->ai_addrlen) == 0) {
            const int on = 1; // what is typed goes at once, as ssh would have it
            ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            return fd;
        }
        failed = errno;
    }
    throw os::Error(os::ErrorKind::unavailable,
                    os::errno_error("connect to " + host, failed).what());
}

void relay(const os::UniqueFd& connection) {
    std::array<pollfd, 2> ends{{{STDIN_FILENO, POLLIN, 0}, {connection.get(), POLLIN, 0}}};
    for (;;) {
        if (::poll(ends.data(), ends.size(), -1) < 0) {
            if (errno == EINTR) {
                continue;
            }
            throw os::errno_error("poll");
        }
        if (ends[1].revents != 0 && !pass_some(connection.get(), STDOUT_FILENO)) {
            return;
        }
        if (ends[0].revents != 0 && !pass_some(STDIN_FILENO, connection.get())) {
            ends[0].fd = -1; // the answer to the last word is yet to come
            ::shutdown(connection.get(), SHUT_WR);
        }
    }
}

} // namespace banger::cli
