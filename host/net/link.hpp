#pragma once

#include "net/address.hpp"
#include "net/mac.hpp"

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace banger::net {

class Netlink;

/// A network interface as the kernel shows it to anybody.
struct Link {
    int index = 0;
    std::string name;
    std::string kind;  ///< "bridge", "tun" (also a TAP), "veth", ...; empty for hardware
    std::string alias; ///< IFLA_IFALIAS
    int master = 0;    ///< index of the bridge that it is a port of; 0 is none
    int mtu = 0;
    bool up = false;      ///< switched on by the administrator
    bool carrier = false; ///< a TAP has one while a process holds it open
    Mac mac;
    std::optional<uid_t> tap_owner; ///< of a TAP whose use is bound to a user
    std::vector<InterfaceAddress> addresses;
};

/// All interfaces of this network namespace, with their IPv4 addresses.
[[nodiscard]] std::vector<Link> links(Netlink& netlink);
[[nodiscard]] std::vector<Link> links();

/// One interface; without its addresses, which needs one question only.
[[nodiscard]] std::optional<Link> find_link(Netlink& netlink, const std::string& name);

/// The IPv4 addresses of one interface.
[[nodiscard]] std::vector<InterfaceAddress> addresses_of(Netlink& netlink, int index);

} // namespace banger::net
