#include "socket_server.hpp"

#include "key_gate.hpp"
#include "proc_file.hpp"

#include "guest/failure.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <linux/vm_sockets.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace agent {
namespace {

using banger::guest::fail_errno;

/// What a client that was told the end may take to go, before it is dropped.
constexpr std::chrono::milliseconds linger_time{1000};

/// Who connects shows the key within this time. A stranger takes no seat of the host's, but the
/// place of another stranger where there are this many.
constexpr std::chrono::milliseconds key_time{2000};
constexpr std::size_t most_strangers = 32;

bool is_allowed(const sockaddr_storage& peer) {
    if (peer.ss_family != AF_VSOCK) {
        return true;
    }
    sockaddr_vm address{};
    std::memcpy(&address, &peer, sizeof address);
    return address.svm_cid == VMADDR_CID_HOST;
}

void begin_listening(const Fd& fd, const sockaddr* address, socklen_t size, const char* what) {
    if (::bind(fd.get(), address, size) != 0 || ::listen(fd.get(), 64) != 0) {
        fail_errno(what);
    }
}

} // namespace

std::optional<Fd> listen_vsock(std::uint32_t port) {
    if (read_proc("/proc/net/protocols").find("VSOCK") == std::string::npos) {
        return std::nullopt;
    }
    Fd fd(::socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) {
        return std::nullopt;
    }
    sockaddr_vm address{};
    address.svm_family = AF_VSOCK;
    address.svm_cid = VMADDR_CID_ANY;
    address.svm_port = port;
    begin_listening(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address,
                    "listen on vsock");
    return fd;
}

Fd listen_unix(const std::string& path) {
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (!fd || path.size() >= sizeof address.sun_path) {
        fail_errno("make a socket " + path);
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    const std::string what = "listen on " + path;
    begin_listening(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address, what.c_str());
    return fd;
}

struct SocketServer::Connection {
    Connection(Fd socket, const std::string& key, const Answerer& answerer,
               std::function<void()> wake)
        : fd(std::move(socket)), gate(key), session(answerer, std::move(wake)) {}

    Fd fd;
    KeyGate gate;
    std::optional<Seats::Seat> seat; ///< none: a stranger
    Session session;
    bool ended = false;     ///< it sends no more
    bool broken = false;    ///< to be dropped
    bool lingering = false; ///< was told the end
    Loop::Registration watch;
    Loop::Registration soon;
    Loop::Registration deadline;
};

SocketServer::SocketServer(Loop& loop, Fd listener, const Answerer& answerer, Seats& seats,
                           std::string key)
    : loop_(loop), listener_(std::move(listener)), answerer_(answerer), seats_(seats),
      key_(std::move(key)) {
    accepting_ = loop_.watch(listener_.get(), EPOLLIN, [this](std::uint32_t) { accept_one(); });
}

SocketServer::~SocketServer() = default;

void SocketServer::accept_one() {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    Fd fd(::accept4(listener_.get(), reinterpret_cast<sockaddr*>(&peer), &size,
                    SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!fd || !is_allowed(peer)) {
        return;
    }
    const Key key = next_key_++;
    const int number = fd.get();
    auto& connection = *(connections_[key] = std::make_unique<Connection>(
                             std::move(fd), key_, answerer_, [this, key] {
                                 const auto it = connections_.find(key);
                                 if (it != connections_.end() && !it->second->soon) {
                                     it->second->soon = loop_.soon([this, key] { pump(key); });
                                 }
                             }));
    if (connection.gate.state() == KeyGate::State::open && !admit(connection)) {
        connections_.erase(key);
        return;
    }
    connection.watch =
        loop_.watch(number, EPOLLIN, [this, key](std::uint32_t events) { ready(key, events); });
    if (!connection.seat) {
        connection.deadline = loop_.after(key_time, [this, key] { connections_.erase(key); });
        drop_oldest_stranger();
    }
}

void SocketServer::drop_oldest_stranger() {
    const auto is_stranger = [](const auto& entry) { return !entry.second->seat; };
    const auto count = std::count_if(connections_.begin(), connections_.end(), is_stranger);
    if (static_cast<std::size_t>(count) > most_strangers) {
        connections_.erase(std::find_if(connections_.begin(), connections_.end(), is_stranger));
    }
}

/// False when there is no seat, of which the client was told.
bool SocketServer::admit(Connection& connection) {
    connection.seat = seats_.take();
    connection.deadline.drop();
    if (!connection.seat) {
        (void)!::send(connection.fd.get(), too_many_connections, sizeof too_many_connections - 1,
                      MSG_NOSIGNAL);
    }
    return connection.seat.has_value();
}

void SocketServer::ready(Key key, std::uint32_t events) {
    Connection& connection = *connections_.at(key);
    if ((events & EPOLLIN) != 0 && !connection.ended) {
        receive(connection);
    } else if ((events & (EPOLLHUP | EPOLLERR)) != 0) {
        connection.broken = true; // nobody is there to read an answer
    }
    pump(key);
}

void SocketServer::receive(Connection& connection) {
    std::array<char, Session::input_room> buffer; // NOLINT: filled by read()
    const ssize_t n = ::recv(connection.fd.get(), buffer.data(), buffer.size(), 0);
    if (n > 0) {
        std::string_view bytes(buffer.data(), static_cast<std::size_t>(n));
        if (!connection.seat) {
            bytes.remove_prefix(connection.gate.feed(bytes));
            const KeyGate::State state = connection.gate.state();
            connection.broken = state == KeyGate::State::wrong ||
                                (state == KeyGate::State::open && !admit(connection));
        }
        if (connection.seat) {
            connection.session.feed(bytes);
        }
    } else if (n == 0) {
        connection.ended = true;
        connection.session.input_ended();
    } else if (errno != EAGAIN && errno != EINTR) {
        connection.broken = true;
    }
}

void SocketServer::pump(Key key) {
    const auto it = connections_.find(key);
    if (it == connections_.end()) {
        return;
    }
    Connection& connection = *it->second;
    Session& session = connection.session;
    connection.soon.drop();
    session.step();
    while (!connection.broken && !connection.lingering && !session.pending().empty()) {
        const std::string_view part = session.pending();
        const ssize_t n = ::send(connection.fd.get(), part.data(), part.size(), MSG_NOSIGNAL);
        if (n < 0) {
            connection.broken = errno != EAGAIN && errno != EINTR;
            break;
        }
        session.sent(static_cast<std::size_t>(n));
        session.step();
    }
    const bool all_said = session.pending().empty() || session.aborted();
    if (session.over() && all_said && !connection.lingering) {
        linger(connection);
    }
    if (connection.broken || (connection.lingering && connection.ended)) {
        connections_.erase(it);
        return;
    }
    const bool reads = !connection.ended && session.held() < Session::input_room;
    connection.watch.events((reads ? EPOLLIN : 0U) | (all_said ? 0U : EPOLLOUT));
}

/// To close with something unread would take the end of the answer away from a slow reader.
void SocketServer::linger(Connection& connection) {
    connection.lingering = true;
    ::shutdown(connection.fd.get(), SHUT_WR);
    connection.deadline = loop_.after(linger_time, [this, &connection] {
        connection.broken = true;
        for (const auto& [key, one] : connections_) {
            if (one.get() == &connection) {
                pump(key);
                return;
            }
        }
    });
}

bool SocketServer::unsent() const {
    for (const auto& [key, connection] : connections_) {
        if (!connection->session.pending().empty()) {
            return true;
        }
    }
    return false;
}

} // namespace agent
