#pragma once

#include "supervisor/guest_channel.hpp"
#include "supervisor/guest_listener.hpp"
#include "supervisor/loop.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace banger::supervisor {

/// The guest channel over AF_VSOCK: each connection a socket of its own, made without waiting and
/// relayed. A side that does not read holds up nothing but its own connection.
class VsockChannel final : public GuestChannel {
  public:
    /// Begins a connection to a port of the guest: a non-blocking socket that gets writable when it
    /// is made or has failed. Nothing when it failed at once.
    using Dial = std::function<os::UniqueFd(std::uint32_t port)>;

    /// `agent_key` is told to the guest's agent first on each connection; empty: nothing is.
    VsockChannel(Loop& loop, os::UniqueFd listener, Dial dial, std::string agent_key);
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
    void join(Client& client);
    void settle(Client& client);
    void guest_ended(Client& client, bool hung_up);
    void guest_left(Client& client);
    void close_when_sent(Client& client);
    void give_up_soon(Client& client);
    void remove(Client& client);

    Loop& loop_;
    Dial dial_;
    std::string agent_key_;
    std::map<Key, std::unique_ptr<Client>> clients_;
    Key next_key_ = 1;
    GuestListener listener_;
};

} // namespace banger::supervisor
