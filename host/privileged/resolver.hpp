#pragma once

#include "net/address.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace banger::privileged {

class Arguments;

/// Which resolver of this machine is told where the names of VMs are answered.
enum class Resolver { resolved, networkmanager };

/// Throws invalid.
[[nodiscard]] Resolver parse_resolver(const std::string& text);

/// What both verbs ask for. Throws invalid.
struct ResolverRequest {
    Resolver resolver;
    std::string tag;
    std::string bridge;
};
[[nodiscard]] ResolverRequest parse_resolver_request(Arguments& arguments);

/// The zones of VMs: their names, and their addresses where the network is a /24 or a /16, which
/// is one zone and nobody else's. "vm", "88.30.172.in-addr.arpa".
[[nodiscard]] std::vector<std::string> vm_zones(const net::Subnet& subnet);

/// The command lines that make resolved ask 127.0.0.1:`port` for these zones by way of `bridge`,
/// and nothing else. Pure.
[[nodiscard]] std::vector<std::vector<std::string>>
resolved_commands(const std::string& bridge, std::uint16_t port, const std::vector<std::string>&);
[[nodiscard]] std::vector<std::string> resolved_revert(const std::string& bridge);

/// What NetworkManager's dnsmasq reads. Pure.
[[nodiscard]] std::string dnsmasq_text(std::uint16_t port, const std::vector<std::string>& zones);
[[nodiscard]] std::vector<std::string> dnsmasq_reload();
/// Of one banger of one user: "/etc/NetworkManager/dnsmasq.d/banger-1000_k3x9a0.conf".
[[nodiscard]] std::string dnsmasq_file(uid_t caller, const std::string& tag);
/// The tags of the caller's files that are there now.
[[nodiscard]] std::vector<std::string> dnsmasq_tags(uid_t caller);

} // namespace banger::privileged
