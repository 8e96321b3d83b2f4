#pragma once

#include "channel/mux.hpp"

#include <functional>
#include <map>
#include <memory>

namespace banger::channel {

/// What the guest's side does with one connection of the host.
struct StreamHandler {
    /// Give the bytes back by GuestMux::consumed() once they are dealt with.
    std::function<void(std::string_view)> data;
    std::function<void()> finished; ///< the host sends no more; answers may still go out
    std::function<void()> closed;   ///< the stream is gone; the last call
    std::function<void()> writable; ///< go on after a write() that did not take all
};

/// The guest's end of the channel: listens on ports, hands out streams. Passive like Mux; the
/// agent moves bytes between it and /dev/virtio-ports/banger.agent.0.
class GuestMux final : private MuxEvents {
  public:
    /// Makes the handler of a new stream; it may write to the stream at once, not close it.
    using Accept = std::function<StreamHandler(StreamId)>;

    explicit GuestMux(std::uint64_t session) : mux_(Side::guest, *this, session) {}

    void listen(std::uint32_t port, Accept accept) { listeners_[port] = std::move(accept); }

    void greet() { mux_.greet(); } ///< after each open of the port
    void feed(std::string_view bytes) { mux_.feed(bytes); }
    [[nodiscard]] std::string_view pending() const noexcept { return mux_.pending(); }
    void sent(std::size_t count) { mux_.sent(count); }

    [[nodiscard]] std::size_t write(StreamId id, std::string_view bytes) {
        return mux_.write(id, bytes);
    }
    void consumed(StreamId id, std::size_t count) { mux_.consumed(id, count); }
    void finish(StreamId id) { mux_.finish(id); }
    void close(StreamId id); ///< drops it; `closed` is not called
    [[nodiscard]] std::size_t streams() const noexcept { return mux_.streams(); }

  private:
    void stream_requested(StreamId id, std::uint32_t port) override;
    void stream_accepted(StreamId /*id*/) override {} // the guest opens none
    void stream_data(StreamId id, std::string_view bytes) override;
    void stream_finished(StreamId id) override;
    void stream_reset(StreamId id, ResetReason reason) override;
    void stream_writable(StreamId id) override;
    using Shared = std::shared_ptr<const StreamHandler>; ///< may close its own stream while it runs
    [[nodiscard]] Shared handler(StreamId id) const;

    Mux mux_;
    std::map<std::uint32_t, Accept> listeners_;
    std::map<StreamId, Shared> handlers_;
};

} // namespace banger::channel
