#include "supervisor/serial_channel.hpp"

#include "os/error.hpp"
#include "supervisor/connect_request.hpp"

#include <utility>

#include <sys/random.h>

namespace banger::supervisor {
using channel::ResetReason;
using channel::StreamId;

namespace {

/// What waits in front of the port at most; more would only delay the streams behind it.
constexpr std::size_t port_backlog = 65536;

std::uint64_t new_session() {
    std::uint64_t session = 0;
    while (session == 0) {
        if (::getrandom(&session, sizeof session, 0) != sizeof session) {
            throw os::errno_error("make a session number");
        }
    }
    return session;
}

} // namespace

struct SerialChannel::Client {
    Key key = 0;
    StreamId id = 0;       ///< 0 before the handshake and after the stream's end
    bool open = false;     ///< the guest accepted
    bool finished = false; ///< the client sends no more
    bool hung_up = false;  ///< and reads no more
    bool closing = false;
    std::string held; ///< from the client: the handshake, then what the stream does not take yet
    std::size_t owed = 0; ///< to the client: bytes whose credit the guest has not got back
    std::unique_ptr<Connection> connection;
    Loop::Registration giving_up;
};

SerialChannel::SerialChannel(Loop& loop, os::UniqueFd listener, os::UniqueFd port)
    : loop_(loop), mux_(channel::Side::host, *this, new_session()),
      port_(loop, std::move(port),
            {[this](std::string_view bytes) {
                 mux_.feed(bytes);
                 pump();
             },
             [this](bool) { guest_left(); }, [this] { pump(); }}),
      listener_(
          loop, std::move(listener), [this] { return clients_.size(); },
          [this](os::UniqueFd fd) { add_client(std::move(fd)); }) {}

SerialChannel::~SerialChannel() = default;

void SerialChannel::listen(os::UniqueFd listener) {
    listener_.listen(std::move(listener));
}

void SerialChannel::agent_opened() {
    if (!mux_.up()) { // its hello may have come before the news of the open port
        mux_.greet();
        pump();
    }
}

void SerialChannel::guest_left() {
    mux_.lost();
}

void SerialChannel::pump() {
    if (std::exchange(pumping_, true)) {
        return; // sent() below may come back here
    }
    while (!mux_.pending().empty() && port_.unsent() < port_backlog) {
        const std::string_view part = mux_.pending().substr(0, port_backlog);
        port_.send(part);
        mux_.sent(part.size());
    }
    pumping_ = false;
}

void SerialChannel::add_client(os::UniqueFd fd) {
    const Key key = next_key_++;
    Client& client = *(clients_[key] = std::make_unique<Client>());
    client.key = key;
    client.connection = std::make_unique<Connection>(
        loop_, std::move(fd),
        Connection::Events{[this, &client](std::string_view bytes) { receive(client, bytes); },
                           [this, &client](bool hung_up) {
                               client.finished = true;
                               client.hung_up = hung_up;
                               push(client);
                           },
                           [this, &client] { settle(client); },
                           [this, &client] { give_up_soon(client); }});
}

void SerialChannel::receive(Client& client, std::string_view bytes) {
    client.held.append(bytes);
    push(client);
}

/// Moves what is held on its way. Back-pressure: while something is held, nothing more is read.
void SerialChannel::push(Client& client) {
    if (client.id == 0 && !client.closing) {
        handshake(client);
    }
    if (client.open) {
        client.held.erase(0, mux_.write(client.id, client.held));
    }
    if (client.finished && client.open && client.held.empty()) {
        const StreamId id = client.id;
        mux_.finish(id);
        if (client.hung_up) {
            mux_.reset(id);
            keys_.erase(id);
            remove(client.key);
        }
    } else if (client.finished && !client.open && !client.closing) {
        if (client.id != 0 && !client.hung_up) {
            pump(); // it half-closed early: its bytes go out when the guest accepts
            return;
        }
        mux_.reset(client.id);
        keys_.erase(client.id);
        remove(client.key);
    }
    if (!client.closing) {
        client.connection->read(client.open ? client.held.empty()
                                            : client.held.size() < early_bytes);
    }
    pump();
}

void SerialChannel::handshake(Client& client) {
    ConnectRequest request(client.held);
    if (request.state() == ConnectRequest::State::partial) {
        return;
    }
    client.id = request.state() == ConnectRequest::State::good ? mux_.open(request.port()) : 0;
    client.held.erase(0, request.size());
    if (client.id == 0) {
        remove(client.key); // no agent is there: the end without a byte, as in Firecracker
        return;
    }
    keys_[client.id] = client.key;
}

/// Gives the guest credit for what the client has taken.
void SerialChannel::settle(Client& client) {
    const std::size_t unsent = client.connection->unsent();
    if (client.owed > unsent && client.id != 0) {
        mux_.consumed(client.id, client.owed - unsent);
        client.owed = unsent;
        pump();
    }
    if (client.closing && (unsent == 0 || client.connection->broken())) {
        remove(client.key);
    }
}

void SerialChannel::close_when_sent(Client& client) {
    client.id = 0;
    client.open = false;
    client.closing = true;
    client.connection->read(false);
    client.connection->shut_down();
    settle(client);
}

void SerialChannel::give_up_soon(Client& client) {
    client.giving_up = loop_.after(last_bytes, [this, key = client.key] {
        const auto it = clients_.find(key);
        if (it != clients_.end() && it->second->id != 0) {
            mux_.reset(it->second->id);
            keys_.erase(it->second->id);
            remove(key);
            pump();
        }
    });
}

void SerialChannel::remove(Key key) {
    if (const auto it = clients_.find(key); it != clients_.end()) {
        it->second->closing = true;
        it->second->open = false;
        loop_.post([this, key] { clients_.erase(key); });
    }
}

SerialChannel::Client* SerialChannel::find(StreamId id) {
    const auto key = keys_.find(id);
    const auto it = key == keys_.end() ? clients_.end() : clients_.find(key->second);
    return it == clients_.end() ? nullptr : it->second.get();
}

void SerialChannel::stream_requested(StreamId id, std::uint32_t /*port*/) {
    mux_.reset(id, ResetReason::refused); // the host offers no ports to the guest
}

void SerialChannel::stream_accepted(StreamId id) {
    if (Client* client = find(id); client != nullptr) {
        client->open = true;
        client->connection->send(listener_.accepted());
        push(*client);
    }
}

void SerialChannel::stream_data(StreamId id, std::string_view bytes) {
    if (Client* client = find(id); client != nullptr) {
        client->owed += bytes.size();
        client->connection->send(bytes);
        settle(*client);
        if (client->connection->broken()) {
            mux_.reset(id);
            keys_.erase(id);
            remove(client->key);
        }
    }
}

void SerialChannel::stream_finished(StreamId id) {
    if (Client* client = find(id); client != nullptr) {
        client->connection->shut_down();
    }
}

void SerialChannel::stream_reset(StreamId id, ResetReason /*reason*/) {
    if (Client* client = find(id); client != nullptr) {
        keys_.erase(id);
        close_when_sent(*client);
    }
}

void SerialChannel::stream_writable(StreamId id) {
    if (Client* client = find(id); client != nullptr) {
        push(*client);
    }
}

} // namespace banger::supervisor
