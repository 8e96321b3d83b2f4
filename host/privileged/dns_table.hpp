#pragma once

#include "net/address.hpp"
#include "privileged/own_table.hpp"

#include <cstdint>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace banger::privileged {

/// Tables that bring what guests ask at port 53 of the bridge to the port where the DNS listens.
constexpr TableKind dns_kind{"bangerdns_", "inet"};

struct DnsSpec {
    OwnTable table;
    std::string bridge;
    net::Ipv4 address; ///< the bridge's own
    std::uint16_t port = 0;
};

/// The commands of one transaction that makes the table exactly this, whatever it was. Pure.
[[nodiscard]] nlohmann::json dns_commands(const DnsSpec& spec);

} // namespace banger::privileged
