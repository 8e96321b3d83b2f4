#pragma once

#include <string>

namespace nat {

// Both throw banger::Error when the interfaces cannot be listed (getifaddrs(3)).

/// Does this machine have this IPv4 address? An interface does, or it is of the loopback network.
[[nodiscard]] bool is_own_address(const std::string& address);

/// The IPv4 addresses of its interfaces: "127.0.0.1 (lo), 192.0.2.7 (eth0)".
[[nodiscard]] std::string own_addresses();

} // namespace nat
