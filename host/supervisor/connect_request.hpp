#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace banger::supervisor {

/// "CONNECT <port>\n" at the beginning of what a client has sent so far, as Firecracker reads it:
/// in any case, with a 32-bit number.
class ConnectRequest {
  public:
    enum class State { partial, good, bad };

    explicit ConnectRequest(std::string_view bytes);
    [[nodiscard]] State state() const noexcept { return state_; }
    [[nodiscard]] std::uint32_t port() const noexcept { return port_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; } ///< with the line's end

  private:
    State state_ = State::bad;
    std::uint32_t port_ = 0;
    std::size_t size_ = 0;
};

} // namespace banger::supervisor
