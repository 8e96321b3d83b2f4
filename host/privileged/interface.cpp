#include "privileged/interface.hpp"

#include "net/netlink.hpp"
#include "os/error.hpp"
#include "os/file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>

namespace banger::privileged {
namespace {

using net::Message;
using os::Error;
using os::ErrorKind;

/// The bit of frames to 01:80:c2:00:00:0e (LLDP). The kernel gives them to the host past every
/// hook, unless they are bridged as all others are.
constexpr std::uint16_t lldp_group = 1U << 0xeU;

Message change_link(int index, unsigned flags = 0, unsigned mask = 0) {
    Message message(RTM_NEWLINK, 0);
    message.header(ifinfomsg{
        .ifi_family = AF_UNSPEC, .ifi_index = index, .ifi_flags = flags, .ifi_change = mask});
    return message;
}

Message address_message(int type, int flags, int index, const net::InterfaceAddress& address) {
    Message message(type, flags);
    message.header(ifaddrmsg{.ifa_family = AF_INET,
                             .ifa_prefixlen = static_cast<std::uint8_t>(address.prefix),
                             .ifa_scope = RT_SCOPE_UNIVERSE,
                             .ifa_index = static_cast<std::uint32_t>(index)});
    message.u32(IFA_LOCAL, htonl(address.address.value));
    message.u32(IFA_ADDRESS, htonl(address.address.value));
    return message;
}

} // namespace

Interface Interface::create_bridge(net::Netlink& netlink, const std::string& name, int mtu) {
    Message message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
    const net::Mac mac = bridge_mac(name);
    message.header(ifinfomsg{.ifi_family = AF_UNSPEC})
        .text(IFLA_IFNAME, name)
        .u32(IFLA_MTU, static_cast<std::uint32_t>(mtu))
        .bytes(IFLA_ADDRESS, mac.bytes.data(), mac.bytes.size())
        .nest(IFLA_LINKINFO, [](Message& info) {
            info.text(IFLA_INFO_KIND, "bridge").nest(IFLA_INFO_DATA, [](Message& bridge) {
                bridge.u32(IFLA_BR_STP_STATE, 0)
                    .u32(IFLA_BR_FORWARD_DELAY, 0)
                    .u8(IFLA_BR_MCAST_SNOOPING, 0)
                    .u16(IFLA_BR_GROUP_FWD_MASK, lldp_group);
            });
        });
    netlink.request(message, "create bridge " + name);
    return get(netlink, name);
}

net::Mac Interface::bridge_mac(const std::string& name) noexcept {
    return net::Mac::derive("bridge " + name);
}

Interface Interface::get(net::Netlink& netlink, const std::string& name) {
    auto link = net::find_link(netlink, name);
    if (!link) {
        throw Error(ErrorKind::not_found, "there is no interface " + name);
    }
    return Interface(netlink, std::move(*link));
}

void Interface::set_alias(const std::string& alias) {
    Message message = change_link(link_.index);
    // Without a NUL: the kernel would count it as part of the text.
    message.bytes(IFLA_IFALIAS, alias.data(), alias.size());
    netlink_.request(message, "set the alias of " + link_.name);
    link_.alias = alias;
}

void Interface::set_mtu(int mtu) {
    Message message = change_link(link_.index);
    message.u32(IFLA_MTU, static_cast<std::uint32_t>(mtu));
    netlink_.request(message, "set the MTU of " + link_.name + " to " + std::to_string(mtu));
    link_.mtu = mtu;
}

void Interface::bridge_all_frames() {
    Message message = change_link(link_.index);
    message.nest(IFLA_LINKINFO, [](Message& info) {
        info.text(IFLA_INFO_KIND, "bridge").nest(IFLA_INFO_DATA, [](Message& bridge) {
            bridge.u16(IFLA_BR_GROUP_FWD_MASK, lldp_group);
        });
    });
    netlink_.request(message, "let no frame pass by the filter of " + link_.name);
}

void Interface::set_up() {
    const auto up = static_cast<unsigned>(IFF_UP);
    Message message = change_link(link_.index, up, up);
    netlink_.request(message, "switch " + link_.name + " on");
    link_.up = true;
}

void Interface::set_master(int index) {
    Message message = change_link(link_.index);
    message.u32(IFLA_MASTER, static_cast<std::uint32_t>(index));
    netlink_.request(message, "make " + link_.name + " a port of the bridge");
    link_.master = index;
}

void Interface::add_address(const net::InterfaceAddress& address) {
    Message message = address_message(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, link_.index, address);
    const std::uint32_t broadcast = htonl(address.subnet().broadcast().value);
    message.u32(IFA_BROADCAST, broadcast);
    netlink_.request(message, "give " + address.text() + " to " + link_.name);
}

void Interface::remove_address(const net::InterfaceAddress& address) {
    Message message = address_message(RTM_DELADDR, 0, link_.index, address);
    netlink_.request(message, "take " + address.text() + " from " + link_.name);
}

bool Interface::disable_ipv6() const {
    // /proc/sys/net shows the namespace of who reads it, unlike /sys/class/net.
    const std::string path = "/proc/sys/net/ipv6/conf/" + link_.name + "/disable_ipv6";
    try {
        const os::UniqueFd file = os::open_file(path, O_WRONLY);
        os::write_all(file.get(), "1", path);
        return true;
    } catch (const Error& error) {
        return error.kind() == ErrorKind::not_found; // a kernel without IPv6
    }
}

void Interface::remove() {
    Message message(RTM_DELLINK, 0);
    message.header(ifinfomsg{.ifi_family = AF_UNSPEC, .ifi_index = link_.index});
    netlink_.request(message, "delete " + link_.name);
}

} // namespace banger::privileged
