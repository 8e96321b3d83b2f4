#pragma once

#include "net/address.hpp"
#include "net/mac.hpp"
#include "privileged/own_table.hpp"

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace banger::privileged {

/// Tables that hold each VM to its own addresses, where its packets enter the bridge.
constexpr TableKind guard_kind{"bangerguard_", "bridge"};

/// The one card, and the one address, from which anything may come in at this tap.
struct GuardGuest {
    std::string tap;
    net::Mac mac;
    net::Ipv4 address;
};

struct GuardSpec {
    OwnTable table;
    net::Subnet subnet;
    net::Ipv4 gateway;             ///< the bridge's own address
    std::vector<std::string> taps; ///< all that are guarded: one without a guest lets nothing in
    std::vector<GuardGuest> guests;
    bool vm_to_vm = true; ///< guests may reach each other
};

/// The commands of one transaction that makes the table exactly this, whatever it was. Pure.
[[nodiscard]] nlohmann::json guard_commands(const GuardSpec& spec);

} // namespace banger::privileged
