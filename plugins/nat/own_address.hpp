#pragma once

#include <string>

namespace nat {

/// Does this machine take packets for this IPv4 address? The kernel's word: it lets it be bound.
[[nodiscard]] bool is_own_address(const std::string& address);

/// The IPv4 addresses that this machine has: "127.0.0.1 (lo), 192.0.2.7 (eth0)".
[[nodiscard]] std::string own_addresses();

} // namespace nat
