#pragma once

#include "supervisor/guest_channel.hpp"
#include "supervisor/guest_listener.hpp"
#include "supervisor/hybrid_vsock.hpp"
#include "supervisor/loop.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace banger::supervisor {

/// How ports of a guest are reached.
struct GuestRoute {
    /// Begins a connection to a port: a non-blocking socket. Nothing when it failed at once.
    std::function<os::UniqueFd(std::uint32_t port)> dial;
    /// True: it is made once it says "OK <number>\n" (OkLine), and has failed when it ends instead.
    /// False: it gets writable when it is made or has failed.
    bool says_ok = false;
    /// Told to the guest's agent first on each connection; empty: nothing is.
    std::string agent_key;
};

/// The guest channel over AF_VSOCK: each connection a socket of its own, made without waiting and
/// relayed. A side that does not read holds up nothing but its own connection. A half-close goes
/// through as far as the route has one; Firecracker's ends the connection for both sides.
class VsockChannel final : public GuestChannel {
  public:
    VsockChannel(Loop& loop, os::UniqueFd listener, GuestRoute route);
    ~VsockChannel() override;

    void listen(os::UniqueFd listener) override;
    void guest_left() override;
    [[nodiscard]] std::size_t connections() const noexcept override { return clients_.size(); }

  private:
    struct Client;
    using Key = std::uint64_t;

    void add_client(os::UniqueFd fd);
    void receive(Client& client, std::string_view bytes);
    void client_ended(Client& client, bool hung_up);
    void handshake(Client& client);
    void dialed(Client& client);
    [[nodiscard]] OkLine::State outcome(Client& client) const;
    void join(Client& client);
    void settle(Client& client);
    void guest_ended(Client& client, bool hung_up);
    void guest_left(Client& client);
    void close_when_sent(Client& client);
    void give_up_soon(Client& client);
    void remove(Client& client);

    Loop& loop_;
    GuestRoute route_;
    std::map<Key, std::unique_ptr<Client>> clients_;
    Key next_key_ = 1;
    GuestListener listener_;
};

} // namespace banger::supervisor
