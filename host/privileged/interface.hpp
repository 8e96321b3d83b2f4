#pragma once

#include "net/address.hpp"
#include "net/link.hpp"

#include <cstdint>
#include <string>

namespace banger::net {
class Netlink;
}

namespace banger::privileged {

/// Changes to one interface, each checked by the kernel's answer. Existing links are named by
/// index: a name may have changed hands since it was looked up.
class Interface {
  public:
    Interface(net::Netlink& netlink, net::Link link) : netlink_(netlink), link_(std::move(link)) {}

    /// A new bridge: no spanning tree and no forward delay (a guest's first packets must pass), no
    /// multicast snooping (no querier on it), a fixed MAC (the kernel's choice follows its ports,
    /// and guests would lose their gateway whenever one goes), and no frame that passes by its
    /// packet filter. Throws conflict.
    static Interface create_bridge(net::Netlink& netlink, const std::string& name, int mtu);
    [[nodiscard]] static net::Mac bridge_mac(const std::string& name) noexcept;
    /// Throws not_found.
    static Interface get(net::Netlink& netlink, const std::string& name);

    [[nodiscard]] const net::Link& link() const noexcept { return link_; }

    void set_alias(const std::string& alias);
    void set_mtu(int mtu);
    /// Of a bridge: none passes by its packet filter, as create_bridge() has it.
    void bridge_all_frames();
    void set_up();
    void set_master(int index);
    void add_address(const net::InterfaceAddress& address);
    void remove_address(const net::InterfaceAddress& address);
    /// The host takes no part in IPv6 there: a guest's router advertisements must not reach it.
    /// False when the kernel does not let us say so.
    [[nodiscard]] bool disable_ipv6() const;
    void remove();

  private:
    net::Netlink& netlink_;
    net::Link link_;
};

} // namespace banger::privileged
