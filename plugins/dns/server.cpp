#include "server.hpp"

#include "tcp_clients.hpp"
#include "watched_names.hpp"

#include <banger/plugin.hpp>

#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace dns {
namespace {

constexpr std::uint32_t loopback = 0x7f000001;
constexpr std::size_t batch_size = 32;
constexpr std::size_t largest_query = 4096;
constexpr int batches_in_a_row = 8; ///< then the others have their turn

std::string dotted(std::uint32_t address) {
    in_addr raw{};
    raw.s_addr = htonl(address);
    std::array<char, INET_ADDRSTRLEN> text{};
    return inet_ntop(AF_INET, &raw, text.data(), text.size());
}

Descriptor make_event() {
    Descriptor event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!event) {
        throw banger::Error(BANGER_E_UNAVAILABLE, std::string("eventfd: ") + std::strerror(errno));
    }
    return event;
}

std::uint32_t address_of(const sockaddr_in& from) {
    return ntohl(from.sin_addr.s_addr);
}

} // namespace

/// The buffers of one recvmmsg and one sendmmsg.
struct Server::Batch {
    std::array<std::array<char, largest_query>, batch_size> queries;
    std::array<std::array<char, reply_room>, batch_size> replies;
    std::array<sockaddr_in, batch_size> from{};
    std::array<iovec, batch_size> in_parts{}, out_parts{};
    std::array<mmsghdr, batch_size> in{}, out{};

    void prepare() {
        for (std::size_t i = 0; i < batch_size; ++i) {
            in_parts[i] = {queries[i].data(), queries[i].size()};
            in[i].msg_hdr = {};
            in[i].msg_hdr.msg_name = &from[i];
            in[i].msg_hdr.msg_namelen = sizeof from[i];
            in[i].msg_hdr.msg_iov = &in_parts[i];
            in[i].msg_hdr.msg_iovlen = 1;
        }
    }
};

Server::Server(Settings settings, ZoneSource zone)
    : settings_(std::move(settings)), zone_(std::move(zone)), stop_(make_event()),
      upstreams_(settings_.upstreams, {dotted(settings_.gateway)}),
      rate_(settings_.forwards_per_second, settings_.forwards_burst),
      batch_(std::make_unique<Batch>()), clients_(std::make_unique<TcpClients>(poller_, *this)),
      forwarder_(poller_, upstreams_, settings_.limits) {
    batch_->prepare();
    bind();
    for (const Socket& socket : udp_) {
        poller_.add(socket.fd(), EPOLLIN,
                    [this, fd = socket.fd()](std::uint32_t) { read_udp(fd); });
    }
    for (const Socket& socket : tcp_) {
        clients_->listen(socket.fd());
    }
    if (settings_.watched != nullptr) {
        settings_.watched->attach(poller_);
    }
}

Server::~Server() {
    if (settings_.watched != nullptr) {
        settings_.watched->detach(poller_);
    }
}

bool Server::bind_all(std::uint16_t port) {
    udp_.clear();
    tcp_.clear();
    for (const std::uint32_t address : {loopback, settings_.gateway}) {
        for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
            Socket socket = Socket::listen(address, port, type);
            if (!socket) {
                if (errno == EADDRINUSE || errno == EACCES) {
                    return false;
                }
                throw banger::Error(BANGER_E_UNAVAILABLE, "bind " + dotted(address) + ":" +
                                                              std::to_string(port) + ": " +
                                                              std::strerror(errno));
            }
            port = socket.port();
            (type == SOCK_STREAM ? tcp_ : udp_).push_back(std::move(socket));
        }
    }
    port_ = port;
    return true;
}

void Server::bind() {
    if (settings_.port != 0 && bind_all(settings_.port)) {
        return;
    }
    // What the kernel gives for the first socket may be taken for one of the others.
    for (int attempt = 0; attempt < 16 && (settings_.other_port || settings_.port == 0);
         ++attempt) {
        if (bind_all(0)) {
            return;
        }
    }
    throw banger::Error(BANGER_E_CONFLICT,
                        "port " + std::to_string(settings_.port) + " is in use, or not for us",
                        "choose another one, or port: auto, in plugins.entries.dns.config");
}

void Server::stop() noexcept {
    const std::uint64_t one = 1;
    (void)!::write(stop_.fd(), &one, sizeof one); // fails only where it is readable already
}

void Server::run(int cancel_fd) {
    bool stopped = false;
    poller_.add(stop_.fd(), EPOLLIN, [&](std::uint32_t) { stopped = true; });
    if (cancel_fd >= 0) {
        poller_.add(cancel_fd, EPOLLIN, [&](std::uint32_t) { stopped = true; });
    }
    while (!stopped) {
        poller_.turn();
    }
    poller_.remove(stop_.fd());
    if (cancel_fd >= 0) {
        poller_.remove(cancel_fd);
    }
}

bool Server::may_ask(std::uint32_t client) const {
    return (client >> 24U) == 127 || settings_.guests.contains(client);
}

void Server::read_udp(int fd) {
    Batch& batch = *batch_;
    for (int round = 0; round < batches_in_a_row; ++round) {
        const int count = ::recvmmsg(fd, batch.in.data(), batch_size, MSG_DONTWAIT, nullptr);
        if (count <= 0) {
            return; // nothing more for now
        }
        const std::shared_ptr<const Zone> zone = zone_();
        unsigned replies = 0;
        for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
            const sockaddr_in& from = batch.from[i];
            batch.in[i].msg_hdr.msg_namelen = sizeof from; // the kernel wrote it
            const bool cut = (batch.in[i].msg_hdr.msg_flags & MSG_TRUNC) != 0;
            if (!may_ask(address_of(from)) || from.sin_port == 0 || cut) {
                counters_.strangers.fetch_add(1, std::memory_order_relaxed);
                continue;
            }
            const std::string_view message(batch.queries[i].data(), batch.in[i].msg_len);
            const Answered answered =
                answer(message, *zone, Transport::udp, batch.replies[replies].data());
            if (answered.verdict == Verdict::forward) {
                forward_udp(fd, from, message, answered.query);
            } else if (answered.verdict == Verdict::reply) {
                batch.out_parts[replies] = {batch.replies[replies].data(), answered.size};
                batch.out[replies].msg_hdr = {};
                batch.out[replies].msg_hdr.msg_name = &batch.from[i];
                batch.out[replies].msg_hdr.msg_namelen = sizeof from;
                batch.out[replies].msg_hdr.msg_iov = &batch.out_parts[replies];
                batch.out[replies].msg_hdr.msg_iovlen = 1;
                ++replies;
            }
        }
        counters_.answered.fetch_add(replies, std::memory_order_relaxed);
        for (unsigned sent = 0; sent < replies;) {
            const int n = ::sendmmsg(fd, &batch.out[sent], replies - sent, MSG_DONTWAIT);
            sent += n > 0 ? static_cast<unsigned>(n) : 1U; // one that cannot go is lost, as UDP is
        }
        if (static_cast<std::size_t>(count) < batch_size) {
            return;
        }
    }
}

void Server::forward_udp(int fd, const sockaddr_in& from, std::string_view message,
                         const Query& query) {
    forward(address_of(from), message, query, Transport::udp, [fd, from](std::string_view reply) {
        (void)::sendto(fd, reply.data(), reply.size(), MSG_DONTWAIT,
                       reinterpret_cast<const sockaddr*>(&from), sizeof from);
    });
}

void Server::forward(std::uint32_t client, std::string_view message, const Query& query,
                     Transport transport, const Forwarder::Reply& reply) {
    const auto fail = [this, message = std::string(message), query](const Forwarder::Reply& to) {
        counters_.failed.fetch_add(1, std::memory_order_relaxed);
        std::array<char, reply_room> out{};
        to({out.data(), empty_reply(message, query, Rcode::server_failure, false, out.data())});
    };
    const bool guest = (client >> 24U) != 127;
    if (guest && !rate_.take(client, RateLimit::Clock::now())) {
        counters_.limited.fetch_add(1, std::memory_order_relaxed);
        if (transport == Transport::tcp) { // by UDP a flood is not answered by another
            fail(reply);
        }
        return;
    }
    const bool taken = forwarder_.ask(
        client, message, query, transport, [this, fail, reply, query](std::string_view answer) {
            if (answer.empty()) {
                fail(reply);
                return;
            }
            counters_.forwarded.fetch_add(1, std::memory_order_relaxed);
            if (settings_.watched == nullptr) {
                reply(answer);
                return;
            }
            settings_.watched->hold(poller_, query.name(), answer,
                                    [reply, answer = std::string(answer)] { reply(answer); });
        });
    if (!taken) {
        counters_.limited.fetch_add(1, std::memory_order_relaxed);
        fail(reply);
    }
}

bool Server::serve(std::uint32_t client, std::string_view message, Transport transport,
                   const Forwarder::Reply& reply) {
    std::array<char, reply_room> out{};
    const Answered answered = answer(message, *zone_(), transport, out.data());
    if (answered.verdict == Verdict::forward) {
        forward(client, message, answered.query, transport, reply);
    } else if (answered.verdict == Verdict::reply) {
        counters_.answered.fetch_add(1, std::memory_order_relaxed);
        reply({out.data(), answered.size});
    }
    return answered.verdict != Verdict::silent;
}

} // namespace dns
