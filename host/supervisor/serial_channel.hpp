#pragma once

#include "channel/mux.hpp"
#include "os/unique_fd.hpp"
#include "supervisor/connection.hpp"
#include "supervisor/guest_channel.hpp"
#include "supervisor/guest_listener.hpp"
#include "supervisor/loop.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace banger::supervisor {

/// The guest channel over the VMM's one virtio-serial port: each connection a stream of the
/// multiplexer.
class SerialChannel final : public GuestChannel, private channel::MuxEvents {
  public:
    SerialChannel(Loop& loop, os::UniqueFd listener, os::UniqueFd port);
    ~SerialChannel() override;

    void listen(os::UniqueFd listener) override;
    void agent_opened() override; ///< says hello
    void guest_left() override;
    [[nodiscard]] std::size_t connections() const noexcept override { return clients_.size(); }

  private:
    struct Client;
    using Key = std::uint64_t;

    void add_client(os::UniqueFd fd);
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
    bool pumping_ = false;
    Connection port_;
    GuestListener listener_;
};

} // namespace banger::supervisor
