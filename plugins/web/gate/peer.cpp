#include "peer.hpp"

#include "sock_diag.hpp"

#include <netinet/tcp.h>

namespace web {

std::optional<std::uint32_t> peer_uid(std::uint16_t local_port, std::uint16_t remote_port) {
    const auto peer = find_tcp_socket(remote_port, local_port);
    // A socket that its process has closed already is nobody's, and the kernel says 0 of it.
    if (!peer || peer->state != TCP_ESTABLISHED || peer->inode == 0) {
        return std::nullopt;
    }
    return peer->uid;
}

} // namespace web
