#pragma once

#include "net/address.hpp"

#include <cstdint>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>
#include <sys/types.h>

namespace banger::privileged {

/// "bangerdns_1000_k3x9a0": the nft table (family inet) that brings what guests ask at port 53 of
/// the bridge to the port where the DNS of one banger of one user listens.
struct DnsTable {
    uid_t uid = 0;
    std::string tag;

    [[nodiscard]] std::string name() const;
    /// Nothing for the name of a table that is not ours.
    [[nodiscard]] static std::optional<DnsTable> parse(std::string_view name);
    bool operator==(const DnsTable&) const = default;
};

struct DnsSpec {
    DnsTable table;
    std::string bridge;
    net::Ipv4 address; ///< the bridge's own
    std::uint16_t port = 0;
};

/// The commands of one transaction that makes the table exactly this, whatever it was. Pure.
[[nodiscard]] nlohmann::json dns_commands(const DnsSpec& spec);

} // namespace banger::privileged
