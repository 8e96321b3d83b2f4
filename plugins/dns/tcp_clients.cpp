#include "tcp_clients.hpp"

#include "server.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace dns {
namespace {

constexpr std::size_t largest_query = 4096;
constexpr std::size_t most_unread = 256U << 10U; ///< answers that the client does not fetch
constexpr std::chrono::milliseconds breath{100};

} // namespace

struct TcpClients::Client {
    std::uint64_t number = 0;
    std::uint32_t address = 0;
    Socket socket;
    std::string in, out;
    std::size_t unanswered = 0;
    bool done = false; ///< it sends no more
    std::uint32_t watched = EPOLLIN;
    Poller::TimerId timer = 0;
};

TcpClients::TcpClients(Poller& poller, Server& server) : poller_(poller), server_(server) {}

TcpClients::~TcpClients() {
    for (const auto& [number, client] : clients_) {
        poller_.cancel(client->timer);
        poller_.remove(client->socket.fd());
    }
}

void TcpClients::listen(int fd) {
    poller_.add(fd, EPOLLIN, [this, fd](std::uint32_t) { accept(fd); });
}

void TcpClients::accept(int fd) {
    for (int i = 0; i < 64; ++i) {
        sockaddr_in from{};
        socklen_t size = sizeof from;
        Socket socket(
            ::accept4(fd, reinterpret_cast<sockaddr*>(&from), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (socket) {
            take(std::move(socket), ntohl(from.sin_addr.s_addr));
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            poller_.remove(fd); // it stays readable; what fills the table may go
            (void)poller_.after(breath, [this, fd] { listen(fd); });
            return;
        } else if (errno != ECONNABORTED && errno != EINTR) {
            return;
        }
    }
}

void TcpClients::take(Socket socket, std::uint32_t address) {
    if (!server_.may_ask(address)) {
        return;
    }
    make_room(address);
    auto made = std::make_unique<Client>();
    Client& client = *made;
    client.number = ++last_;
    client.address = address;
    client.socket = std::move(socket);
    clients_[client.number] = std::move(made);
    poller_.add(client.socket.fd(), EPOLLIN,
                [this, number = client.number](std::uint32_t events) { ready(number, events); });
    wait_longer(client);
}

/// Closes a connection when one more would be too many: the oldest one of this client, or of the
/// client that has the most.
void TcpClients::make_room(std::uint32_t address) {
    std::unordered_map<std::uint32_t, std::size_t> counts;
    for (const auto& [number, client] : clients_) {
        ++counts[client->address];
    }
    const bool loopback = (address >> 24U) == 127;
    std::uint32_t from = address;
    if (counts[address] < (loopback ? limits_.of_loopback : limits_.per_guest)) {
        if (clients_.size() < limits_.total) {
            return;
        }
        from = std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) {
                   return a.second < b.second;
               })->first;
    }
    std::uint64_t oldest = last_ + 1;
    for (const auto& [number, client] : clients_) {
        if (client->address == from) {
            oldest = std::min(oldest, number);
        }
    }
    close(oldest);
}

void TcpClients::ready(std::uint64_t number, std::uint32_t events) {
    Client& client = *clients_.at(number);
    if ((events & (EPOLLERR | EPOLLHUP)) != 0 || ((events & EPOLLIN) != 0 && !read(client))) {
        close(number);
        return;
    }
    serve(number);
}

/// False when the connection is of no more use.
bool TcpClients::read(Client& client) {
    std::array<char, 8192> buffer;
    const ssize_t size = ::recv(client.socket.fd(), buffer.data(), buffer.size(), 0);
    if (size > 0) {
        client.in.append(buffer.data(), static_cast<std::size_t>(size));
    } else if (size == 0) {
        client.done = true;
        return client.unanswered > 0 || !client.out.empty();
    }
    return size > 0 || errno == EAGAIN || errno == EINTR;
}

/// Every whole question that has arrived, as far as the limits allow.
void TcpClients::serve(std::uint64_t number) {
    std::size_t used = 0;
    for (;;) {
        const auto found = clients_.find(number);
        if (found == clients_.end()) {
            return;
        }
        Client& client = *found->second;
        const std::size_t have = client.in.size() - used;
        const std::size_t wanted =
            have < 2
                ? 0
                : (static_cast<std::size_t>(static_cast<unsigned char>(client.in[used])) << 8U) |
                      static_cast<unsigned char>(client.in[used + 1]);
        if (wanted > largest_query || client.out.size() > most_unread) {
            close(number);
            return;
        }
        if (have < 2 || have < wanted + 2 || client.unanswered >= limits_.unanswered) {
            client.in.erase(0, used);
            if (!write(client)) {
                close(number);
            }
            return;
        }
        const std::string message = client.in.substr(used + 2, wanted);
        used += wanted + 2;
        ++client.unanswered;
        wait_longer(client);
        // An answer from memory is there before serve() returns; others find the connection by
        // its number, or find it gone.
        auto inside = std::make_shared<bool>(true);
        const bool sense = server_.serve(client.address, message, Transport::tcp,
                                         [this, number, inside](std::string_view reply) {
                                             const auto still = clients_.find(number);
                                             if (still == clients_.end()) {
                                                 return;
                                             }
                                             Client& to = *still->second;
                                             --to.unanswered;
                                             to.out += static_cast<char>(reply.size() >> 8U);
                                             to.out += static_cast<char>(reply.size() & 0xffU);
                                             to.out += reply;
                                             if (!*inside) {
                                                 serve(number);
                                             }
                                         });
        *inside = false;
        if (!sense) { // who sends such things is not worth a connection
            close(number);
            return;
        }
    }
}

bool TcpClients::write(Client& client) {
    if (!client.out.empty()) {
        const ssize_t sent =
            ::send(client.socket.fd(), client.out.data(), client.out.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) {
            return false;
        }
        client.out.erase(0, sent > 0 ? static_cast<std::size_t>(sent) : 0);
    }
    if (client.done && client.out.empty() && client.unanswered == 0) {
        return false;
    }
    watch(client);
    return true;
}

void TcpClients::watch(Client& client) {
    const bool listening = !client.done && client.unanswered < limits_.unanswered;
    const std::uint32_t wanted = (listening ? std::uint32_t{EPOLLIN} : 0U) |
                                 (client.out.empty() ? 0U : std::uint32_t{EPOLLOUT});
    if (wanted != client.watched) {
        poller_.change(client.socket.fd(), wanted);
        client.watched = wanted;
    }
}

/// From the last whole question on: bytes that trickle in buy no time.
void TcpClients::wait_longer(Client& client) {
    poller_.cancel(client.timer);
    client.timer = poller_.after(limits_.idle, [this, number = client.number] { close(number); });
}

void TcpClients::close(std::uint64_t number) noexcept {
    const auto found = clients_.find(number);
    if (found == clients_.end()) {
        return;
    }
    poller_.cancel(found->second->timer);
    poller_.remove(found->second->socket.fd());
    clients_.erase(found);
}

} // namespace dns
