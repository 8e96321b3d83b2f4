#include "socket.hpp"

#include <cerrno>
#include <cstring>

#include <netinet/in.h>
#include <poll.h>

namespace dns {
namespace {

/// Connections that wait to be taken: of a crowd that arrives at once none has to try again a
/// second later. The host may allow fewer.
constexpr int most_waiting = 4096;

} // namespace

Socket Socket::listen(std::uint32_t address, std::uint16_t port, int type) {
    Socket socket(::socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket) {
        return socket;
    }
    const int on = 1;
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(address);
    at.sin_port = htons(port);
    const bool stream = type == SOCK_STREAM;
    const int buffer = 1 << 20; // as much of it as the host allows
    if ((stream && ::setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) ||
        (!stream &&
         ::setsockopt(socket.fd(), SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer) != 0) ||
        ::setsockopt(socket.fd(), IPPROTO_IP, IP_FREEBIND, &on, sizeof on) != 0 ||
        ::bind(socket.fd(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
        (stream && ::listen(socket.fd(), most_waiting) != 0)) {
        const int error = errno;
        socket = Socket();
        errno = error;
    }
    return socket;
}

Socket Socket::connect(const Endpoint& to, int type) {
    Socket socket(::socket(to.address.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket &&
        ::connect(socket.fd(), reinterpret_cast<const sockaddr*>(&to.address), to.size) != 0 &&
        errno != EINPROGRESS) {
        return {};
    }
    return socket;
}

std::uint16_t Socket::port() const {
    sockaddr_in own{};
    socklen_t size = sizeof own;
    return ::getsockname(fd(), reinterpret_cast<sockaddr*>(&own), &size) == 0 ? ntohs(own.sin_port)
                                                                              : std::uint16_t{0};
}

bool ask_once(const Endpoint& server, std::string_view message) {
    const Socket socket = Socket::connect(server, SOCK_DGRAM);
    if (!socket || ::send(socket.fd(), message.data(), message.size(), MSG_NOSIGNAL) < 0) {
        return false;
    }
    pollfd waiting{socket.fd(), POLLIN, 0};
    char answer[2] = {};
    return ::poll(&waiting, 1, 1000) == 1 && ::recv(socket.fd(), answer, sizeof answer, 0) == 2 &&
           answer[0] == message[0] && answer[1] == message[1];
}

} // namespace dns
