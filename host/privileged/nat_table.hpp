#pragma once

#include "net/address.hpp"
#include "privileged/own_table.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace banger::privileged {

/// Tables with the addresses, ports and rules of VMs.
constexpr TableKind nat_kind{"banger_", "inet"};

/// What one VM may reach beyond the bridge. Not listed: nothing.
struct NatGuest {
    net::Ipv4 address;
    bool open = false;                ///< everything that is not closed for all
    std::vector<net::Subnet> allowed; ///< these, too, even where closed for all
};

/// A port of the host that leads to a port of a VM.
struct NatPort {
    std::string protocol;          ///< "tcp" or "udp"
    std::optional<net::Ipv4> host; ///< only on this address of the host; else on every one
    std::uint16_t port = 0;
    net::Ipv4 guest;
    std::uint16_t guest_port = 0;
};

struct NatSpec {
    OwnTable table;
    std::string bridge;
    net::Subnet subnet;
    std::vector<NatGuest> guests;
    std::vector<NatPort> ports;
    std::vector<net::Subnet> closed; ///< of no use to an open guest
    bool host_access = true;         ///< guests may reach the host's own services
    std::uint16_t dns_port = 0;      ///< stays open to guests when host_access is off; 0: none
    bool mark = false;               ///< remember that forwarding was off before us
};

/// The commands of one transaction that makes the table exactly this, whatever it was. Pure.
[[nodiscard]] nlohmann::json nat_commands(const NatSpec& spec);

/// A chain of this name in a table says that the host did not forward packets before it. It is in
/// the kernel, beside the setting itself, so it ends with a reboot or a network namespace as that
/// does.
constexpr const char* forward_mark = "forward_was_off";

} // namespace banger::privileged
