#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace banger::net {
class Nftables;
}

namespace banger::privileged {

struct OwnTable;

/// The host's IPv4 forwarding (net.ipv4.ip_forward), in this network namespace.
[[nodiscard]] bool forwarding();
/// Throws when the kernel refuses.
void set_forwarding(bool on);
/// Lets packets from 127.0.0.0/8 leave by this interface: what a published port needs to answer on
/// the host's loopback. Throws when the interface is missing.
void set_route_localnet(const std::string& interface, bool on);

/// Every nat table of every banger here, and which of them says that forwarding was off before.
struct NatTables {
    std::vector<OwnTable> tables;
    std::vector<OwnTable> marked;
};
[[nodiscard]] NatTables nat_tables(net::Nftables& nftables);

} // namespace banger::privileged
