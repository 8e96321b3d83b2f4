#include "forwarder.hpp"

#include "upstream_reply.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>

namespace dns {
namespace {

constexpr std::size_t largest_message = 65535;

std::uint16_t random_id() {
    std::uint16_t id = 0;
    // Without entropy the kernel would block only before it has booted.
    (void)!::getrandom(&id, sizeof id, 0);
    return id;
}

void set_id(std::string& message, std::uint16_t id) {
    message[0] = static_cast<char>(id >> 8U);
    message[1] = static_cast<char>(id & 0xffU);
}

} // namespace

struct Forwarder::Exchange {
    std::uint64_t number = 0;
    std::uint32_t client = 0;
    std::uint16_t client_id = 0;
    std::size_t question_size = 0;
    std::size_t client_limit = 0; ///< what the client takes
    std::string message;          ///< with the id of the current try
    Reply reply;
    std::vector<Endpoint> resolvers;
    std::size_t first = 0; ///< the resolver that was asked first
    std::size_t tries = 0;
    std::size_t refusals = 0;
    std::string refusal; ///< what a resolver that would not answer said
    std::string cut;     ///< a truncated answer, while TCP is tried
    Socket socket;
    Poller::TimerId timer = 0;
    std::string out, in; ///< by TCP

    [[nodiscard]] std::size_t current() const { return (first + tries - 1) % resolvers.size(); }
};

Forwarder::Forwarder(Poller& poller, Upstreams& upstreams, Limits limits)
    : poller_(poller), upstreams_(upstreams), limits_(limits),
      buffer_(std::make_unique<char[]>(largest_message)) {}

Forwarder::~Forwarder() {
    for (auto& [number, exchange] : exchanges_) {
        hang_up(*exchange);
    }
}

bool Forwarder::ask(std::uint32_t client, std::string_view message, const Query& query,
                    Transport transport, Reply reply) {
    if (exchanges_.size() >= limits_.in_flight || by_client_[client] >= limits_.per_client) {
        return false;
    }
    auto made = std::make_unique<Exchange>();
    Exchange& exchange = *made;
    exchange.number = ++last_;
    exchange.client = client;
    exchange.client_id = query.id;
    exchange.question_size = query.question_size;
    exchange.client_limit = transport == Transport::tcp ? largest_message : query.udp_size;
    exchange.message = std::string(message);
    exchange.reply = std::move(reply);
    exchange.resolvers = upstreams_.list();
    exchange.first = preferred_;
    exchanges_[exchange.number] = std::move(made);
    ++by_client_[client];
    next(exchange);
    return true;
}

/// The next resolver, or the end.
void Forwarder::next(Exchange& exchange) {
    hang_up(exchange);
    const std::size_t count = exchange.resolvers.size();
    while (exchange.tries < count * limits_.rounds && exchange.refusals < count) {
        ++exchange.tries;
        if (send_udp(exchange)) {
            return;
        }
    }
    finish(exchange, std::move(exchange.refusal));
}

bool Forwarder::send_udp(Exchange& exchange) {
    const std::uint64_t number = exchange.number;
    set_id(exchange.message, random_id());
    exchange.socket = Socket::connect(exchange.resolvers[exchange.current()], SOCK_DGRAM);
    if (!exchange.socket || ::send(exchange.socket.fd(), exchange.message.data(),
                                   exchange.message.size(), MSG_NOSIGNAL) < 0) {
        exchange.socket = Socket();
        return false;
    }
    poller_.add(exchange.socket.fd(), EPOLLIN,
                [this, number](std::uint32_t) { hear_udp(*exchanges_.at(number)); });
    exchange.timer = poller_.after(limits_.patience, [this, number] {
        Exchange& late = *exchanges_.at(number);
        late.timer = 0;
        preferred_ = (late.current() + 1) % late.resolvers.size();
        next(late);
    });
    return true;
}

bool Forwarder::send_tcp(Exchange& exchange) {
    hang_up(exchange);
    const std::uint64_t number = exchange.number;
    exchange.socket = Socket::connect(exchange.resolvers[exchange.current()], SOCK_STREAM);
    if (!exchange.socket) {
        return false;
    }
    set_id(exchange.message, random_id());
    exchange.in.clear();
    exchange.out = {static_cast<char>(exchange.message.size() >> 8U),
                    static_cast<char>(exchange.message.size() & 0xffU)};
    exchange.out += exchange.message;
    poller_.add(exchange.socket.fd(), EPOLLOUT,
                [this, number](std::uint32_t events) { hear_tcp(*exchanges_.at(number), events); });
    exchange.timer = poller_.after(limits_.patience, [this, number] {
        Exchange& late = *exchanges_.at(number);
        late.timer = 0;
        lost_tcp(late);
    });
    return true;
}

void Forwarder::hear_udp(Exchange& exchange) {
    const ssize_t size = ::recv(exchange.socket.fd(), buffer_.get(), largest_message, 0);
    if (size >= 0) {
        heard(exchange, {buffer_.get(), static_cast<std::size_t>(size)}, false);
    } else if (errno != EAGAIN && errno != EINTR) { // nobody listens there
        preferred_ = (exchange.current() + 1) % exchange.resolvers.size();
        next(exchange);
    }
}

void Forwarder::hear_tcp(Exchange& exchange, std::uint32_t events) {
    if (!exchange.out.empty()) {
        const ssize_t sent =
            ::send(exchange.socket.fd(), exchange.out.data(), exchange.out.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) {
            lost_tcp(exchange);
            return;
        }
        exchange.out.erase(0, sent > 0 ? static_cast<std::size_t>(sent) : 0);
        if (exchange.out.empty()) {
            poller_.change(exchange.socket.fd(), EPOLLIN);
        }
        return;
    }
    const ssize_t size = ::recv(exchange.socket.fd(), buffer_.get(), largest_message, 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR) && (events & EPOLLERR) == 0) {
        return;
    }
    if (size <= 0) {
        lost_tcp(exchange);
        return;
    }
    exchange.in.append(buffer_.get(), static_cast<std::size_t>(size));
    if (exchange.in.size() < 2) {
        return;
    }
    const std::size_t wanted = (static_cast<unsigned char>(exchange.in[0]) << 8U) |
                               static_cast<unsigned char>(exchange.in[1]);
    if (exchange.in.size() >= wanted + 2) {
        const std::string answer = exchange.in.substr(2, wanted);
        heard(exchange, answer, true);
    }
}

void Forwarder::heard(Exchange& exchange, std::string_view answer, bool by_tcp) {
    switch (judge_reply(exchange.message, exchange.question_size, answer)) {
    case UpstreamReply::foreign:
        if (by_tcp) {
            lost_tcp(exchange);
        }
        return; // by UDP the true one may still come
    case UpstreamReply::refused:
        ++exchange.refusals;
        exchange.refusal = std::string(answer);
        next(exchange);
        return;
    case UpstreamReply::cut:
        if (!by_tcp) {
            exchange.cut = std::string(answer);
            if (!send_tcp(exchange)) {
                lost_tcp(exchange);
            }
            return;
        }
        break;
    case UpstreamReply::good:
        break;
    }
    preferred_ = exchange.current();
    // Too long for the client, who asks again by TCP.
    const bool whole = answer.size() <= exchange.client_limit || exchange.cut.empty();
    finish(exchange, whole ? std::string(answer) : std::move(exchange.cut));
}

/// The resolver has the answer, but does not give it by TCP.
void Forwarder::lost_tcp(Exchange& exchange) {
    if (exchange.client_limit < largest_message) {
        finish(exchange, std::move(exchange.cut));
    } else {
        next(exchange);
    }
}

void Forwarder::hang_up(Exchange& exchange) noexcept {
    poller_.cancel(exchange.timer);
    exchange.timer = 0;
    if (exchange.socket) {
        poller_.remove(exchange.socket.fd());
        exchange.socket = Socket();
    }
}

void Forwarder::finish(Exchange& exchange, std::string answer) {
    hang_up(exchange);
    const auto own = std::move(exchanges_.at(exchange.number));
    exchanges_.erase(own->number);
    if (const auto count = by_client_.find(own->client); --count->second == 0) {
        by_client_.erase(count);
    }
    if (!answer.empty()) {
        set_id(answer, own->client_id);
    }
    own->reply(answer);
}

} // namespace dns
