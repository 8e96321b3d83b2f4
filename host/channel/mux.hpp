#pragma once

#include "channel/frame.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace banger::channel {

using StreamId = std::uint32_t;

enum class ResetReason : std::uint8_t {
    closed,   ///< the other end dropped it
    refused,  ///< nothing listens on that port
    protocol, ///< more data than the window allowed
    lost,     ///< the other end started anew, or is gone
};

/// What happens to streams. A callback may call any function of the Mux.
class MuxEvents {
  public:
    virtual ~MuxEvents() = default;
    /// The peer opens a stream: answer with accept() or reset(), now or later.
    virtual void stream_requested(StreamId id, std::uint32_t port) = 0;
    virtual void stream_accepted(StreamId id) = 0;
    /// Give the bytes back by consumed() when they are dealt with: that is the flow control.
    virtual void stream_data(StreamId id, std::string_view bytes) = 0;
    virtual void stream_finished(StreamId id) = 0;                  ///< no more data comes
    virtual void stream_reset(StreamId id, ResetReason reason) = 0; ///< `id` is void from here on
    virtual void stream_writable(StreamId id) = 0; ///< after a write() that did not take all
};

enum class Side { host, guest };

/// Many flow-controlled byte streams over one ordered byte stream. Either end may open streams.
/// Passive: it is fed bytes and gives bytes. A slow stream holds up no other: a peer sends at most
/// `window` bytes that were not consumed.
class Mux {
  public:
    static constexpr std::uint32_t window = 65536;
    static constexpr std::size_t max_streams = 256;

    /// `session` is random and new for each Mux: a peer that sees a new one forgets all streams.
    Mux(Side side, MuxEvents& events, std::uint64_t session);

    /// Resets all streams and says hello. To be called once the byte stream is there, and again
    /// when it was replaced.
    void greet();
    /// The peer is known to be gone: resets all streams and waits for a hello.
    void lost();
    [[nodiscard]] bool up() const noexcept { return up_; } ///< both ends know each other

    void feed(std::string_view bytes);
    /// Bytes for the peer; tell by sent() how many of them it got.
    [[nodiscard]] std::string_view pending() const noexcept {
        return std::string_view(out_).substr(out_head_);
    }
    void sent(std::size_t count);

    /// 0 when the peer is not up or there are too many streams.
    [[nodiscard]] StreamId open(std::uint32_t port);
    void accept(StreamId id);
    /// Takes as much as the window allows; stream_writable() tells when to go on with the rest.
    [[nodiscard]] std::size_t write(StreamId id, std::string_view bytes);
    void consumed(StreamId id, std::size_t count);
    void finish(StreamId id);
    void reset(StreamId id, ResetReason reason = ResetReason::closed);
    [[nodiscard]] std::size_t streams() const noexcept { return streams_.size(); }
    [[nodiscard]] std::uint64_t skipped() const noexcept { return decoder_.skipped(); }

  private:
    struct Stream {
        bool open = false;     ///< accepted
        bool finished = false; ///< by us
        bool peer_finished = false;
        bool blocked = false;       ///< wants stream_writable()
        std::uint32_t may_send = 0; ///< what the peer's window still takes
        std::uint32_t may_come = 0; ///< what our window still takes
        std::uint32_t owed = 0;     ///< consumed, not yet given back
    };

    void send(FrameType type, StreamId id, std::string_view payload = {});
    void send_u32(FrameType type, StreamId id, std::uint32_t value);
    void drop_output();
    void say_hello();
    void handle(const Frame& frame);
    void handle_hello(const Frame& frame);
    void handle_open(const Frame& frame);
    void handle_data(StreamId id, Stream& stream, std::string_view payload);
    void forget_all();
    void wake_blocked();
    void drop_if_done(StreamId id);

    MuxEvents& events_;
    std::uint64_t session_;
    std::uint64_t peer_ = 0;     ///< the peer's session, 0 before its hello
    std::uint64_t answered_ = 0; ///< the session that our last hello answered
    bool up_ = false;
    bool pad_ = true; ///< the peer may be in the middle of a frame
    StreamId next_id_;
    std::map<StreamId, Stream> streams_;
    std::deque<StreamId> blocked_; ///< in the order they get their turn
    Decoder decoder_;
    std::string out_;
    std::size_t out_head_ = 0;
};

} // namespace banger::channel
