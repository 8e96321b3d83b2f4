#pragma once

#include <cstdint>
#include <optional>

namespace web {

/// What the kernel says of one TCP socket of this machine.
struct TcpSocket {
    std::uint8_t state = 0;  ///< TCP_ESTABLISHED, ..
    std::uint32_t uid = 0;   ///< who made it; 0 as well where nobody holds it any more
    std::uint32_t inode = 0; ///< 0: nobody holds it
};

/// The socket at 127.0.0.1 with these ports as its own and its peer's end, by sock_diag(7); peer 0:
/// the one that listens there. Nothing: there is none, or the kernel does not say.
[[nodiscard]] std::optional<TcpSocket> find_tcp_socket(std::uint16_t own, std::uint16_t peer);

} // namespace web
