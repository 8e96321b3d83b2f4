#pragma once

#include "net/address.hpp"
#include "net/link.hpp"
#include "os/error.hpp"

#include <optional>
#include <string>
#include <vector>

namespace banger::vm {

struct Settings;

/// The bridge that VMs are connected to, and the network of their addresses.
struct HostNetwork {
    std::string bridge;
    net::Subnet subnet;
    bool operator==(const HostNetwork&) const = default;
};

/// The bridge among `links` that has one of these addresses of VMs in its network.
[[nodiscard]] std::optional<HostNetwork> network_of(const std::vector<std::string>& addresses,
                                                    const std::vector<net::Link>& links);

/// What config.yaml names, whatever network the daemon is held on.
[[nodiscard]] net::Subnet wanted_subnet(const Settings& settings);

/// May a VM have it? The network's first address is the host's.
[[nodiscard]] bool is_guest_address(const std::string& address, const net::Subnet& subnet);

/// Why no VM can be started while those of `running` are on another network than config.yaml
/// names (settings.wanted_network is set), with the next step.
[[nodiscard]] os::Error network_held(const Settings& settings,
                                     const std::vector<std::string>& running);

/// Why a VM cannot be started with an address, its own for life, that `subnet` does not have.
[[nodiscard]] os::Error address_outside(const std::string& vm, const std::string& address,
                                        const net::Subnet& subnet);

} // namespace banger::vm
