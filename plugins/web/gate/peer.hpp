#pragma once

#include <cstdint>
#include <optional>

namespace web {

/// The user at the other end of a TCP connection of this machine, from the kernel (sock_diag(7)):
/// what no password, token or cookie is needed for. ports: of the accepted socket, its local and
/// its remote end on 127.0.0.1. Nothing when the kernel does not say, and then nobody is let in.
[[nodiscard]] std::optional<std::uint32_t> peer_uid(std::uint16_t local_port,
                                                    std::uint16_t remote_port);

} // namespace web
