#pragma once

#include "descriptor.hpp"
#include "upstreams.hpp"

#include <cstdint>
#include <string_view>

namespace dns {

/// A socket, non-blocking and closed in children.
class Socket : public Descriptor {
  public:
    using Descriptor::Descriptor;

    /// At this IPv4 address and port (0: any free one), also when no interface has the address
    /// yet. Empty, with errno, when that fails. `type`: SOCK_DGRAM, or SOCK_STREAM, which listens.
    [[nodiscard]] static Socket listen(std::uint32_t address, std::uint16_t port, int type);
    /// Sends to and hears from that address alone, from a port that the kernel chooses at random.
    /// A stream may still be connecting. Empty when the address cannot be reached.
    [[nodiscard]] static Socket connect(const Endpoint& to, int type);

    [[nodiscard]] std::uint16_t port() const; ///< its own
};

/// Does somebody there answer this message by UDP within a second?
[[nodiscard]] bool ask_once(const Endpoint& server, std::string_view message);

} // namespace dns
