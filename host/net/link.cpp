#include "net/link.hpp"

#include "net/netlink.hpp"
#include "os/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>

#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

namespace banger::net {
namespace {

/// Attributes by number. Kernels newer than our headers have more; those are left out.
template <int Max>
using Attributes = std::array<nlattr*, Max + 1>;

std::string text_of(const nlattr* attribute) {
    return attribute != nullptr ? nla_get_string(attribute) : "";
}

void read_kind(Link& link, nlattr* info) {
    Attributes<IFLA_INFO_MAX> nested{};
    if (info == nullptr || nla_parse_nested(nested.data(), IFLA_INFO_MAX, info, nullptr) < 0) {
        return;
    }
    link.kind = text_of(nested[IFLA_INFO_KIND]);
    Attributes<IFLA_TUN_MAX> tun{};
    if (link.kind == "tun" && nested[IFLA_INFO_DATA] != nullptr &&
        nla_parse_nested(tun.data(), IFLA_TUN_MAX, nested[IFLA_INFO_DATA], nullptr) >= 0 &&
        tun[IFLA_TUN_OWNER] != nullptr) {
        link.tap_owner = nla_get_u32(tun[IFLA_TUN_OWNER]);
    }
}

std::optional<Link> read_link(nlmsghdr* header) {
    Attributes<IFLA_MAX> attributes{};
    if (header->nlmsg_type != RTM_NEWLINK ||
        nlmsg_parse(header, sizeof(ifinfomsg), attributes.data(), IFLA_MAX, nullptr) < 0) {
        return std::nullopt;
    }
    const auto* fixed = static_cast<const ifinfomsg*>(nlmsg_data(header));
    Link link;
    link.index = fixed->ifi_index;
    link.up = (fixed->ifi_flags & static_cast<unsigned>(IFF_UP)) != 0;
    link.name = text_of(attributes[IFLA_IFNAME]);
    link.alias = text_of(attributes[IFLA_IFALIAS]);
    const auto number = [&](int attribute) {
        const nlattr* value = attributes[static_cast<std::size_t>(attribute)];
        return value != nullptr ? static_cast<int>(nla_get_u32(value)) : 0;
    };
    link.master = number(IFLA_MASTER);
    link.mtu = number(IFLA_MTU);
    link.carrier = attributes[IFLA_CARRIER] != nullptr && nla_get_u8(attributes[IFLA_CARRIER]) != 0;
    if (const nlattr* mac = attributes[IFLA_ADDRESS]; mac != nullptr && nla_len(mac) == 6) {
        std::memcpy(link.mac.bytes.data(), nla_data(mac), 6);
    }
    read_kind(link, attributes[IFLA_LINKINFO]);
    return link;
}

using AddressesByIndex = std::map<int, std::vector<InterfaceAddress>>;

AddressesByIndex all_addresses(Netlink& netlink) {
    AddressesByIndex found;
    const ifaddrmsg fixed{.ifa_family = AF_INET};
    netlink.dump(
        RTM_GETADDR, fixed, [&] { found.clear(); },
        [&](nlmsghdr* header) {
            Attributes<IFA_MAX> attributes{};
            if (header->nlmsg_type != RTM_NEWADDR ||
                nlmsg_parse(header, sizeof(ifaddrmsg), attributes.data(), IFA_MAX, nullptr) < 0) {
                return;
            }
            const auto* address = static_cast<const ifaddrmsg*>(nlmsg_data(header));
            // On a point-to-point interface IFA_ADDRESS is the other end.
            const nlattr* local =
                attributes[IFA_LOCAL] != nullptr ? attributes[IFA_LOCAL] : attributes[IFA_ADDRESS];
            if (address->ifa_family == AF_INET && local != nullptr) {
                found[static_cast<int>(address->ifa_index)].push_back(
                    {{ntohl(nla_get_u32(local))}, address->ifa_prefixlen});
            }
        });
    return found;
}

} // namespace

std::vector<Link> links(Netlink& netlink) {
    std::vector<Link> found;
    const ifinfomsg fixed{.ifi_family = AF_UNSPEC};
    netlink.dump(
        RTM_GETLINK, fixed, [&] { found.clear(); },
        [&](nlmsghdr* header) {
            if (auto link = read_link(header)) {
                found.push_back(std::move(*link));
            }
        });
    AddressesByIndex addresses = all_addresses(netlink);
    for (Link& link : found) {
        link.addresses = std::move(addresses[link.index]);
    }
    std::sort(found.begin(), found.end(),
              [](const Link& a, const Link& b) { return a.index < b.index; });
    return found;
}

std::vector<Link> links() {
    Netlink netlink;
    return links(netlink);
}

std::optional<Link> find_link(Netlink& netlink, const std::string& name) {
    std::optional<Link> found;
    Message message(RTM_GETLINK, NLM_F_ACK);
    message.header(ifinfomsg{.ifi_family = AF_UNSPEC}).text(IFLA_IFNAME, name);
    const int code =
        netlink.exchange(message, [&](nlmsghdr* header) { found = read_link(header); });
    if (code != 0 && code != ENODEV) {
        throw os::errno_error("look for interface " + name, code);
    }
    return found;
}

std::vector<InterfaceAddress> addresses_of(Netlink& netlink, int index) {
    return std::move(all_addresses(netlink)[index]);
}

} // namespace banger::net
