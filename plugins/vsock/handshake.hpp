#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace vsock {

constexpr std::uint32_t agent_port = 1024;

/// The client's side of the hybrid socket (docs/guest-agent.md): "CONNECT 1024\n", answered by
/// "OK NUMBER\n" when the guest listens on that port, and by the end of the stream when not.
class Handshake {
  public:
    enum class State { waiting, open, refused };

    [[nodiscard]] static std::string request(std::uint32_t port);
    /// Takes bytes up to the end of the answer's line; returns how many. What is no such answer is
    /// a refusal.
    [[nodiscard]] std::size_t feed(std::string_view bytes);
    [[nodiscard]] State state() const { return state_; }

  private:
    State state_ = State::waiting;
    std::string line_;
};

} // namespace vsock
