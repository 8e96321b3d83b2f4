#include "channel/mux.hpp"

#include <algorithm>
#include <limits>

namespace banger::channel {
namespace {

/// Data waits in its owner's hands beyond this much unsent output, so that a frame of another
/// stream is never far behind.
constexpr std::size_t output_target = 65536;
/// A peer that makes us answer without reading the answers loses its session.
constexpr std::size_t output_limit = 1U << 20U;

} // namespace

Mux::Mux(Side side, MuxEvents& events, std::uint64_t session)
    : events_(events), session_(session), next_id_(side == Side::host ? 1 : 2) {}

void Mux::greet() {
    lost();
    say_hello();
}

void Mux::drop_output() {
    out_.clear();
    out_head_ = 0;
    pad_ = true;
}

void Mux::lost() {
    drop_output();
    peer_ = 0;
    answered_ = 0;
    forget_all();
}

void Mux::forget_all() {
    up_ = false;
    blocked_.clear();
    const auto gone = std::exchange(streams_, {});
    for (const auto& [id, stream] : gone) {
        events_.stream_reset(id, ResetReason::lost);
    }
}

void Mux::send(FrameType type, StreamId id, std::string_view payload) {
    if (pending().size() > output_limit) {
        greet();
        return;
    }
    append_frame(out_, type, id, payload);
}

void Mux::send_u32(FrameType type, StreamId id, std::uint32_t value) {
    std::string payload;
    append_u32(payload, value);
    send(type, id, payload);
}

void Mux::say_hello() {
    if (std::exchange(pad_, false)) {
        // Fills up the frame whose beginning the peer may hold; it is then no frame and skipped.
        out_.append(max_frame_size, '\0');
    }
    std::string payload;
    append_u64(payload, session_);
    append_u64(payload, peer_);
    append_frame(out_, FrameType::hello, 0, payload);
    answered_ = peer_;
}

void Mux::sent(std::size_t count) {
    out_head_ += std::min(count, out_.size() - out_head_);
    if (out_head_ == out_.size()) {
        out_.clear();
        out_head_ = 0;
    } else if (out_head_ > output_target) {
        out_.erase(0, std::exchange(out_head_, 0));
    }
    wake_blocked();
}

void Mux::wake_blocked() {
    // Each gets one turn: who cannot write all of it again goes to the end of the queue.
    for (std::size_t turns = blocked_.size(); turns > 0 && !blocked_.empty(); --turns) {
        if (pending().size() >= output_target) {
            return;
        }
        const StreamId id = blocked_.front();
        blocked_.pop_front();
        const auto it = streams_.find(id);
        if (it != streams_.end()) {
            it->second.blocked = false;
            events_.stream_writable(id);
        }
    }
}

StreamId Mux::open(std::uint32_t port) {
    if (!up_ || streams_.size() >= max_streams) {
        return 0;
    }
    const StreamId id = std::exchange(next_id_, next_id_ + 2);
    streams_[id].may_come = window;
    std::string payload;
    append_u32(payload, port);
    append_u32(payload, window);
    send(FrameType::open, id, payload);
    return streams_.count(id) != 0 ? id : 0;
}

void Mux::accept(StreamId id) {
    const auto it = streams_.find(id);
    if (it != streams_.end() && !it->second.open) {
        it->second.open = true;
        it->second.may_come = window;
        send_u32(FrameType::accept, id, window);
    }
}

std::size_t Mux::write(StreamId id, std::string_view bytes) {
    const auto it = streams_.find(id);
    if (it == streams_.end() || !it->second.open || it->second.finished) {
        return 0;
    }
    Stream& stream = it->second;
    std::size_t taken = 0;
    while (taken < bytes.size() && stream.may_send > 0 && pending().size() < output_target) {
        const std::size_t part =
            std::min({bytes.size() - taken, max_payload, std::size_t{stream.may_send}});
        append_frame(out_, FrameType::data, id, bytes.substr(taken, part));
        stream.may_send -= static_cast<std::uint32_t>(part);
        taken += part;
    }
    if (taken < bytes.size() && !stream.blocked) {
        stream.blocked = true;
        if (stream.may_send > 0) { // else its credit wakes it
            blocked_.push_back(id);
        }
    }
    return taken;
}

void Mux::consumed(StreamId id, std::size_t count) {
    const auto it = streams_.find(id);
    if (it == streams_.end()) {
        return;
    }
    Stream& stream = it->second;
    const std::size_t out = window - stream.may_come - stream.owed; // not given back so far
    stream.owed += static_cast<std::uint32_t>(std::min(count, out));
    // In quarters of the window: few credit frames, and the sender never runs dry on a fast link.
    if (stream.owed >= window / 4 && !stream.peer_finished) {
        stream.may_come += stream.owed;
        send_u32(FrameType::credit, id, std::exchange(stream.owed, 0));
    }
}

void Mux::finish(StreamId id) {
    const auto it = streams_.find(id);
    if (it != streams_.end() && !it->second.finished) {
        it->second.finished = true;
        send(FrameType::finish, id);
        drop_if_done(id);
    }
}

void Mux::reset(StreamId id, ResetReason reason) {
    if (streams_.erase(id) != 0) {
        const char code = static_cast<char>(reason);
        send(FrameType::reset, id, std::string_view(&code, 1));
    }
}

void Mux::drop_if_done(StreamId id) {
    const auto it = streams_.find(id);
    if (it != streams_.end() && it->second.finished && it->second.peer_finished) {
        streams_.erase(it);
        events_.stream_reset(id, ResetReason::closed);
    }
}

void Mux::feed(std::string_view bytes) {
    while (!bytes.empty()) { // in pieces: the decoder never holds more than two frames
        const std::size_t part = std::min(bytes.size(), max_frame_size);
        decoder_.feed(bytes.substr(0, part));
        bytes.remove_prefix(part);
        while (const auto frame = decoder_.next()) {
            handle(*frame);
        }
    }
}

void Mux::handle(const Frame& frame) {
    if (frame.type == FrameType::hello) {
        handle_hello(frame);
        return;
    }
    if (!up_) {
        return; // of a session that is over
    }
    if (frame.type == FrameType::open) {
        handle_open(frame);
        return;
    }
    const StreamId id = frame.stream;
    const auto it = streams_.find(id);
    if (it == streams_.end()) {
        return; // we reset it; our reset is on its way
    }
    Stream& stream = it->second;
    switch (frame.type) {
    case FrameType::accept:
    case FrameType::credit: {
        if (frame.payload.size() != 4) {
            return;
        }
        const auto credit = static_cast<std::uint32_t>(read_le(frame.payload));
        const std::uint32_t room = std::numeric_limits<std::uint32_t>::max() - stream.may_send;
        stream.may_send += std::min(credit, room);
        if (frame.type == FrameType::accept && !std::exchange(stream.open, true)) {
            events_.stream_accepted(id);
        } else if (stream.blocked &&
                   std::find(blocked_.begin(), blocked_.end(), id) == blocked_.end()) {
            blocked_.push_back(id);
            wake_blocked();
        }
        return;
    }
    case FrameType::data:
        handle_data(id, stream, frame.payload);
        return;
    case FrameType::finish:
        if (!std::exchange(stream.peer_finished, true)) {
            events_.stream_finished(id);
            drop_if_done(id);
        }
        return;
    case FrameType::reset: {
        const auto code = frame.payload.empty() ? 0 : static_cast<std::uint8_t>(frame.payload[0]);
        streams_.erase(it);
        events_.stream_reset(id, code <= static_cast<std::uint8_t>(ResetReason::lost)
                                     ? static_cast<ResetReason>(code)
                                     : ResetReason::closed);
        return;
    }
    case FrameType::hello:
    case FrameType::open:
        return; // handled above
    }
}

void Mux::handle_hello(const Frame& frame) {
    if (frame.payload.size() != 16) {
        return;
    }
    const std::uint64_t session = read_le(frame.payload.substr(0, 8));
    const std::uint64_t answers = read_le(frame.payload.substr(8));
    if (session != peer_ || (up_ && answers != session_)) {
        forget_all();
        peer_ = session;
    }
    if (answered_ != peer_ || answers != session_) {
        if (pending().size() > output_limit) {
            drop_output(); // hellos that it did not read either
        }
        say_hello();
    }
    up_ = answers == session_;
}

void Mux::handle_open(const Frame& frame) {
    const StreamId id = frame.stream;
    if (frame.payload.size() != 8 || id % 2 == next_id_ % 2 || streams_.count(id) != 0) {
        return;
    }
    if (streams_.size() >= max_streams) {
        const char code = static_cast<char>(ResetReason::refused);
        send(FrameType::reset, id, std::string_view(&code, 1));
        return;
    }
    streams_[id].may_send = static_cast<std::uint32_t>(read_le(frame.payload.substr(4)));
    events_.stream_requested(id, static_cast<std::uint32_t>(read_le(frame.payload.substr(0, 4))));
}

void Mux::handle_data(StreamId id, Stream& stream, std::string_view payload) {
    if (!stream.open || stream.peer_finished || payload.size() > stream.may_come) {
        streams_.erase(id);
        const char code = static_cast<char>(ResetReason::protocol);
        send(FrameType::reset, id, std::string_view(&code, 1));
        events_.stream_reset(id, ResetReason::protocol);
        return;
    }
    stream.may_come -= static_cast<std::uint32_t>(payload.size());
    events_.stream_data(id, payload);
}

} // namespace banger::channel
