#pragma once

#include "channel/mux.hpp"
#include "os/unique_fd.hpp"
#include "supervisor/connection.hpp"
#include "supervisor/loop.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace banger::supervisor {

/// guest.sock: Firecracker's hybrid vsock handshake ("CONNECT <port>\n", then "OK <number>\n" or
/// the end), each connection a stream of the multiplexer over the VMM's one virtio-serial port.
class GuestChannel final : private channel::MuxEvents {
  public:
    GuestChannel(Loop& loop, os::UniqueFd listener, os::UniqueFd port);
    ~GuestChannel() override;
    void listen(os::UniqueFd listener); ///< here from now on; who is connected stays

    void agent_opened(); ///< the guest opened the port: say hello
    void agent_closed(); ///< nobody reads there any more: every connection ends
    [[nodiscard]] std::size_t connections() const noexcept { return clients_.size(); }

  private:
    struct Client;
    using Key = std::uint64_t;

    void accept_one();
    void receive(Client& client, std::string_view bytes);
    void handshake(Client& client);
    void push(Client& client);
    void settle(Client& client);
    void close_when_sent(Client& client);
    void give_up_soon(Client& client);
    void remove(Key key);
    void pump();
    [[nodiscard]] Client* find(channel::StreamId id);

    void stream_requested(channel::StreamId id, std::uint32_t port) override;
    void stream_accepted(channel::StreamId id) override;
    void stream_data(channel::StreamId id, std::string_view bytes) override;
    void stream_finished(channel::StreamId id) override;
    void stream_reset(channel::StreamId id, channel::ResetReason reason) override;
    void stream_writable(channel::StreamId id) override;

    Loop& loop_;
    channel::Mux mux_;
    std::map<Key, std::unique_ptr<Client>> clients_;
    std::map<channel::StreamId, Key> keys_;
    Key next_key_ = 1;
    std::uint32_t next_number_ = 1U << 30U; ///< as Firecracker counts its host ports
    bool pumping_ = false;
    os::UniqueFd listener_;
    Loop::Registration accepting_;
    Connection port_;
};

} // namespace banger::supervisor
