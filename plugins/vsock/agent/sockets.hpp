#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

/// One line of /proc/net/tcp or tcp6.
struct TcpSocket {
    std::string address; ///< of this end, as people write it
    std::uint16_t port = 0;
    unsigned state = 0;
    std::uint64_t inode = 0;
};
inline constexpr unsigned tcp_established = 1;
inline constexpr unsigned tcp_listen = 10;

/// Lines that are none are skipped.
[[nodiscard]] std::vector<TcpSocket> parse_tcp(std::string_view text);
/// IPv4 and IPv6 of this guest.
[[nodiscard]] std::vector<TcpSocket> tcp_sockets();
[[nodiscard]] bool listens(const std::vector<TcpSocket>& sockets, std::uint16_t port);

/// A socket that listens and whose it is.
struct OpenPort {
    std::string address;
    std::uint16_t port = 0;
    std::string process; ///< empty where nobody can tell
    std::uint64_t pid = 0;
};
/// Sorted by port, each address once, at most 256.
[[nodiscard]] std::vector<OpenPort> listening_ports();

} // namespace agent
