#pragma once

#include "upstreams.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

#include <unistd.h>

namespace dns {

/// A socket, non-blocking and closed in children. Closes itself.
class Socket {
  public:
    Socket() = default;
    explicit Socket(int fd) : fd_(fd) {}
    Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Socket& operator=(Socket&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Socket() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }
    [[nodiscard]] int fd() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }

    /// At this IPv4 address and port (0: any free one), also when no interface has the address
    /// yet. Empty, with errno, when that fails. `type`: SOCK_DGRAM, or SOCK_STREAM, which listens.
    [[nodiscard]] static Socket listen(std::uint32_t address, std::uint16_t port, int type);
    /// Sends to and hears from that address alone, from a port that the kernel chooses at random.
    /// A stream may still be connecting. Empty when the address cannot be reached.
    [[nodiscard]] static Socket connect(const Endpoint& to, int type);

    [[nodiscard]] std::uint16_t port() const; ///< its own

  private:
    int fd_ = -1;
};

/// Does somebody there answer this message by UDP within a second?
[[nodiscard]] bool ask_once(const Endpoint& server, std::string_view message);

} // namespace dns
