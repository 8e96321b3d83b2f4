#pragma once

#include "descriptor.hpp"
#include "handshake.hpp"
#include "http_reply.hpp"
#include "poller.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace vsock {

/// One stream to the agent of a guest, non-blocking on the thread of its poller: the handshake,
/// then requests, each when the one before is answered. Every step has a time, and what does not
/// keep to it, ends early or breaks the protocol ends the stream: `closed` is called with the
/// reason, once, and may destroy it. No other function may do that. It connects by itself:
/// GuestChannel::open blocks, for as long as a guest likes up to the time it is given and two
/// seconds more where the run folder is gone, and one thread watches all guests.
class AgentStream {
  public:
    using Answered = std::function<void(const HttpReply&)>;
    using Closed = std::function<void(const std::string& why)>;
    using Came = std::function<void(std::size_t bytes)>;
    /// Connects to the VM's guest.sock; `opened` and `closed` come later, by the poller.
    AgentStream(Poller& poller, const std::string& socket, std::function<void()> opened,
                Closed closed);
    AgentStream(const AgentStream&) = delete;
    AgentStream& operator=(const AgentStream&) = delete;
    ~AgentStream();

    /// A Refused that leaves `answered` ends the stream.
    void ask(const std::string& request, std::chrono::milliseconds limit, Answered answered);
    /// For an answer of status 200 that goes on for good; `limit` is for its head. A Refused that
    /// leaves `sink` or `came` ends the stream; `came` hears of all bytes, also those around a
    /// body.
    void follow(const std::string& request, std::chrono::milliseconds limit, HttpReply::Sink sink,
                Came came = {});
    [[nodiscard]] bool idle() const { return handshake_.state() == open && !reply_; }

  private:
    static constexpr auto open = Handshake::State::open;
    void connect(const std::string& socket);
    void begin(const std::string& request, std::chrono::milliseconds limit,
               std::unique_ptr<HttpReply> reply, Answered answered);
    void limit_to(std::chrono::milliseconds limit, const char* what);
    void send(const std::string& bytes);
    void send_rest();
    void on_ready(std::uint32_t events);
    void receive();
    void take(std::string_view bytes);
    void end(const std::string& why); ///< nothing of this object may be used behind it

    Poller& poller_;
    std::function<void()> opened_;
    Closed closed_;
    Descriptor fd_;
    std::string problem_; ///< of the connect
    Handshake handshake_;
    std::string unsent_;
    std::unique_ptr<HttpReply> reply_; ///< the one that is awaited
    Answered answered_;                ///< none: it is followed
    Came came_;
    Poller::TimerId deadline_ = 0;
};

} // namespace vsock
