#include "supervisor/vsock_channel.hpp"

#include "supervisor/connect_request.hpp"
#include "supervisor/connection.hpp"
#include "vmm/plan.hpp"

#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace banger::supervisor {
namespace {

/// What waits for one side at most before the other is read no further.
constexpr std::size_t backlog = 65536;

} // namespace

struct VsockChannel::Client {
    Key key = 0;
    std::uint32_t port = 0;
    bool finished = false;       ///< the client sends no more
    bool guest_finished = false; ///< the guest sends no more
    bool gone = false;           ///< the client reads no more
    bool closing = false;        ///< goes as soon as it has what came for it
    bool removed = false;
    std::string held; ///< from the client: the handshake, then what came before the guest accepted
    os::UniqueFd dialing;
    OkLine ok; ///< of `dialing`
    Loop::Registration dial_watch;
    std::unique_ptr<Connection> connection;
    std::unique_ptr<Connection> guest; ///< once it has accepted
    Loop::Registration giving_up;
};

VsockChannel::VsockChannel(Loop& loop, os::UniqueFd listener, GuestRoute route)
    : loop_(loop), route_(std::move(route)),
      listener_(
          loop, std::move(listener), [this] { return clients_.size(); },
          [this](os::UniqueFd fd) { add_client(std::move(fd)); }) {}

VsockChannel::~VsockChannel() = default;

void VsockChannel::listen(os::UniqueFd listener) {
    listener_.listen(std::move(listener));
}

void VsockChannel::guest_left() {
    for (const auto& [key, client] : clients_) {
        if (client->guest) {
            client->guest->drain();
            close_when_sent(*client);
        } else if (client->dialing) {
            remove(*client);
        }
    }
}

void VsockChannel::add_client(os::UniqueFd fd) {
    const Key key = next_key_++;
    Client& client = *(clients_[key] = std::make_unique<Client>());
    client.key = key;
    client.connection = std::make_unique<Connection>(
        loop_, std::move(fd),
        Connection::Events{[this, &client](std::string_view bytes) { receive(client, bytes); },
                           [this, &client](bool hung_up) { client_ended(client, hung_up); },
                           [this, &client] { settle(client); },
                           [this, &client] { give_up_soon(client); }});
}

void VsockChannel::receive(Client& client, std::string_view bytes) {
    if (client.closing) {
        return;
    }
    if (client.guest) {
        client.guest->send(bytes);
        settle(client);
        return;
    }
    client.held.append(bytes);
    if (!client.dialing) {
        handshake(client);
    }
    client.connection->read(client.held.size() < early_bytes);
}

void VsockChannel::client_ended(Client& client, bool hung_up) {
    client.finished = true;
    client.gone = client.gone || hung_up;
    if (client.guest) {
        client.guest->shut_down();
        settle(client);
    } else if (hung_up || !client.dialing) {
        remove(client);
    } // else it half-closed early: its bytes go out when the guest accepts
}

void VsockChannel::handshake(Client& client) {
    const ConnectRequest request(client.held);
    if (request.state() == ConnectRequest::State::partial) {
        return;
    }
    if (request.state() == ConnectRequest::State::good) {
        client.port = request.port();
        client.dialing = route_.dial(client.port);
    }
    client.held.erase(0, request.size());
    if (!client.dialing) {
        remove(client); // the end without a byte, as in Firecracker
        return;
    }
    client.dial_watch = loop_.watch(client.dialing.get(), route_.says_ok ? EPOLLIN : EPOLLOUT,
                                    [this, &client](std::uint32_t) { dialed(client); });
}

void VsockChannel::dialed(Client& client) {
    const OkLine::State state = client.removed ? OkLine::State::bad : outcome(client);
    if (state == OkLine::State::partial) {
        return;
    }
    client.dial_watch.drop();
    if (state == OkLine::State::good) {
        join(client);
    } else {
        remove(client);
    }
}

OkLine::State VsockChannel::outcome(Client& client) const {
    if (route_.says_ok) {
        return client.ok.read(client.dialing.get());
    }
    // ECONNRESET: nothing listens there. ETIMEDOUT: the guest has no driver yet.
    int error = 0;
    socklen_t size = sizeof error;
    const int result = ::getsockopt(client.dialing.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    return result == 0 && error == 0 ? OkLine::State::good : OkLine::State::bad;
}

void VsockChannel::join(Client& client) {
    client.guest = std::make_unique<Connection>(
        loop_, std::move(client.dialing),
        Connection::Events{[this, &client](std::string_view bytes) {
                               client.connection->send(bytes);
                               settle(client);
                           },
                           [this, &client](bool hung_up) { guest_ended(client, hung_up); },
                           [this, &client] { settle(client); },
                           [this, &client] { guest_left(client); }});
    client.connection->send(listener_.accepted());
    if (client.port == vmm::agent_port && !route_.agent_key.empty()) {
        client.guest->send("KEY " + route_.agent_key + "\n");
    }
    client.guest->send(std::exchange(client.held, {}));
    if (client.finished) {
        client.guest->shut_down();
    }
    settle(client);
}

/// After any news of either side: who is read on, and whether it is over.
void VsockChannel::settle(Client& client) {
    if (client.removed || !client.guest) {
        return;
    }
    const std::size_t to_client = client.connection->unsent();
    const std::size_t to_guest = client.guest->unsent();
    if (client.closing ? to_client == 0 : client.connection->broken()) {
        remove(client);
        return;
    }
    if (client.closing) {
        return;
    }
    if (client.guest->broken()) {
        close_when_sent(client);
        return;
    }
    if (client.finished && to_guest == 0 &&
        (client.gone || (client.guest_finished && to_client == 0))) {
        remove(client);
        return;
    }
    if (client.gone) {
        give_up_soon(client);
    }
    client.connection->read(to_guest < backlog);
    client.guest->read(to_client < backlog);
}

void VsockChannel::guest_ended(Client& client, bool hung_up) {
    client.guest_finished = true;
    // A guest that closed reports no hang-up while this side may send, but takes nothing any more.
    if (hung_up || !client.guest->takes()) {
        close_when_sent(client);
        return;
    }
    client.connection->shut_down();
    settle(client);
}

/// What it said before is read first, by and by.
void VsockChannel::guest_left(Client& client) {
    if (client.guest_finished) {
        close_when_sent(client);
    }
}

void VsockChannel::close_when_sent(Client& client) {
    if (std::exchange(client.closing, true)) {
        return;
    }
    client.connection->read(false);
    client.connection->shut_down();
    settle(client);
}

void VsockChannel::give_up_soon(Client& client) {
    if (client.giving_up) {
        return;
    }
    client.giving_up = loop_.after(last_bytes, [this, &client] { remove(client); });
}

void VsockChannel::remove(Client& client) {
    client.closing = true;
    if (!std::exchange(client.removed, true)) {
        loop_.post([this, key = client.key] { clients_.erase(key); });
    }
}

} // namespace banger::supervisor
