#pragma once

#include "net/address.hpp"

#include <string>
#include <vector>

namespace banger::net {

/// An IPv4 route of the host, of any table but the one of its own addresses.
struct Route {
    Subnet destination; ///< /0 is the default route
    Ipv4 gateway;       ///< 0.0.0.0 when the network is on the device itself
    int device = 0;     ///< interface index; 0 for routes that lead nowhere (blackhole)
};

[[nodiscard]] std::vector<Route> routes();

} // namespace banger::net
