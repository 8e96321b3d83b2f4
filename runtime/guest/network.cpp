#include "guest/network.hpp"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <thread>

#include "guest/config.hpp"
#include "guest/failure.hpp"
#include "guest/fd.hpp"
#include "guest/netlink.hpp"

namespace banger::guest {
namespace {

struct Link {
    int index = 0;
    unsigned short type = 0;
    unsigned flags = 0;
    unsigned mtu = 0;
    std::string name;
    Mac mac{};

    [[nodiscard]] bool up() const { return (flags & IFF_UP) != 0; }
};

template <typename T>
T value_or_zero(std::string_view bytes) {
    T out{};
    if (bytes.size() >= sizeof out)
        std::memcpy(&out, bytes.data(), sizeof out);
    return out;
}

std::vector<Link> links(Netlink& netlink) {
    std::vector<Link> out;
    netlink.dump({RTM_GETLINK, 0, ifinfomsg{}}, "list network interfaces",
                 [&](const NetlinkMessage& message) {
                     const auto* info = message.body<ifinfomsg>();
                     if (info == nullptr)
                         return;
                     Link link{.index = info->ifi_index,
                               .type = info->ifi_type,
                               .flags = info->ifi_flags,
                               .mtu = 0,
                               .name = {},
                               .mac = {}};
                     auto name = message.attribute(sizeof *info, IFLA_IFNAME);
                     link.name = std::string(name.substr(0, name.find('\0')));
                     link.mac = value_or_zero<Mac>(message.attribute(sizeof *info, IFLA_ADDRESS));
                     link.mtu = value_or_zero<unsigned>(message.attribute(sizeof *info, IFLA_MTU));
                     out.push_back(link);
                 });
    return out;
}

std::vector<Cidr> addresses(Netlink& netlink, int index) {
    std::vector<Cidr> out;
    ifaddrmsg family{};
    family.ifa_family = AF_INET;
    netlink.dump({RTM_GETADDR, 0, family}, "list addresses", [&](const NetlinkMessage& message) {
        const auto* info = message.body<ifaddrmsg>();
        if (info == nullptr || static_cast<int>(info->ifa_index) != index)
            return;
        out.push_back(
            {.address = value_or_zero<in_addr>(message.attribute(sizeof *info, IFA_LOCAL)),
             .prefix = info->ifa_prefixlen});
    });
    return out;
}

std::vector<in_addr> default_gateways(Netlink& netlink, int index) {
    std::vector<in_addr> out;
    rtmsg family{};
    family.rtm_family = AF_INET;
    netlink.dump({RTM_GETROUTE, 0, family}, "list routes", [&](const NetlinkMessage& message) {
        const auto* info = message.body<rtmsg>();
        if (info == nullptr || info->rtm_dst_len != 0 || info->rtm_table != RT_TABLE_MAIN)
            return;
        if (value_or_zero<int>(message.attribute(sizeof *info, RTA_OIF)) != index)
            return;
        out.push_back(value_or_zero<in_addr>(message.attribute(sizeof *info, RTA_GATEWAY)));
    });
    return out;
}

void set_flag(Netlink& netlink, const Link& link, bool up) {
    ifinfomsg body{};
    body.ifi_index = link.index;
    body.ifi_flags = up ? IFF_UP : 0;
    body.ifi_change = IFF_UP;
    netlink.request({RTM_NEWLINK, 0, body}, (up ? "bring up " : "take down ") + link.name);
}

NetlinkRequest link_change(const Link& link) {
    ifinfomsg body{};
    body.ifi_index = link.index;
    return {RTM_NEWLINK, 0, body};
}

void rename(Netlink& netlink, const Link& link, const std::string& name) {
    netlink.request(std::move(link_change(link).text(IFLA_IFNAME, name)),
                    "rename " + link.name + " to " + name);
}

void change_address(Netlink& netlink, const Link& link, const Cidr& cidr, bool add) {
    ifaddrmsg body{};
    body.ifa_family = AF_INET;
    body.ifa_prefixlen = static_cast<unsigned char>(cidr.prefix);
    body.ifa_index = static_cast<unsigned>(link.index);
    NetlinkRequest request(add ? RTM_NEWADDR : RTM_DELADDR, add ? NLM_F_CREATE | NLM_F_REPLACE : 0,
                           body);
    request.attribute(IFA_LOCAL, cidr.address).attribute(IFA_ADDRESS, cidr.address);
    if (add && cidr.prefix < 31) {
        in_addr broadcast{.s_addr = cidr.address.s_addr |
                                    htonl(cidr.prefix == 0 ? ~0U : ~(~0U << (32 - cidr.prefix)))};
        request.attribute(IFA_BROADCAST, broadcast);
    }
    netlink.request(std::move(request),
                    (add ? "set the address of " : "remove an address of ") + link.name);
}

void change_default_route(Netlink& netlink, const Link& link, in_addr gateway, bool add) {
    rtmsg body{};
    body.rtm_family = AF_INET;
    body.rtm_table = RT_TABLE_MAIN;
    body.rtm_protocol = add ? RTPROT_STATIC : RTPROT_UNSPEC;
    body.rtm_scope = add ? RT_SCOPE_UNIVERSE : RT_SCOPE_NOWHERE;
    body.rtm_type = add ? RTN_UNICAST : RTN_UNSPEC;
    NetlinkRequest request(add ? RTM_NEWROUTE : RTM_DELROUTE,
                           add ? NLM_F_CREATE | NLM_F_REPLACE : 0, body);
    if (gateway.s_addr != 0)
        request.attribute(RTA_GATEWAY, gateway);
    request.attribute(RTA_OIF, link.index);
    netlink.request(std::move(request),
                    (add ? "set the default route of " : "remove a default route of ") + link.name);
}

/// A gratuitous ARP goes out when an interface comes up: the host's first packet need not wait for
/// an ARP retry (1 s). Without /proc, or with it read-only, the guest works all the same.
void announce_by_arp(const std::string& interface) {
    for (const auto& scope : {std::string("all"), std::string("default"), interface}) {
        Fd file(::open(("/proc/sys/net/ipv4/conf/" + scope + "/arp_notify").c_str(),
                       O_WRONLY | O_CLOEXEC));
        if (file && ::write(file.get(), "1", 1) < 0)
            continue;
    }
}

bool same(const Cidr& a, const Cidr& b) {
    return a.address.s_addr == b.address.s_addr && a.prefix == b.prefix;
}

/// Lists anew after each removal: the kernel drops the secondary addresses of a subnet with its
/// primary one.
void remove_other_addresses(Netlink& netlink, const Link& link, const Cidr& keep) {
    while (true) {
        auto now = addresses(netlink, link.index);
        auto other =
            std::find_if(now.begin(), now.end(), [&](const Cidr& old) { return !same(old, keep); });
        if (other == now.end())
            return;
        change_address(netlink, link, *other, false);
    }
}

void configure(Netlink& netlink, Link link, const Nic& nic) {
    auto now = addresses(netlink, link.index);
    bool right_address = !nic.address || (now.size() == 1 && same(now[0], *nic.address));
    bool right_mac = !nic.mac || link.mac == *nic.mac;
    if (link.up() && (link.name != nic.name || !right_mac || !right_address)) {
        set_flag(netlink, link, false);
        link.flags &= ~static_cast<unsigned>(IFF_UP);
    }
    if (link.name != nic.name) {
        rename(netlink, link, nic.name);
        link.name = nic.name;
    }
    if (!right_mac)
        netlink.request(std::move(link_change(link).attribute(IFLA_ADDRESS, *nic.mac)),
                        "set the MAC of " + link.name);
    if (nic.mtu && link.mtu != *nic.mtu)
        netlink.request(std::move(link_change(link).attribute(IFLA_MTU, *nic.mtu)),
                        "set the MTU of " + link.name);
    if (nic.address && !right_address) {
        remove_other_addresses(netlink, link, *nic.address);
        change_address(netlink, link, *nic.address, true);
    }
    if (!link.up()) {
        announce_by_arp(link.name);
        set_flag(netlink, link, true);
    }
    if (!nic.address)
        return;
    bool routed = false;
    for (const auto& old : default_gateways(netlink, link.index)) {
        if (nic.gateway && old.s_addr == nic.gateway->s_addr)
            routed = true;
        else
            change_default_route(netlink, link, old, false);
    }
    if (nic.gateway && !routed)
        change_default_route(netlink, link, *nic.gateway, true);
}

/// Which device is meant; `taken` holds the indexes that other entries have.
const Link* choose(const std::vector<Link>& all, const Nic& nic, const std::vector<int>& taken) {
    auto find = [&](auto&& match) -> const Link* {
        auto it = std::find_if(all.begin(), all.end(), [&](const Link& link) {
            return std::find(taken.begin(), taken.end(), link.index) == taken.end() && match(link);
        });
        return it == all.end() ? nullptr : &*it;
    };
    if (nic.mac)
        if (const auto* link =
                find([&](const Link& l) { return l.type == ARPHRD_ETHER && l.mac == *nic.mac; }))
            return link;
    if (const auto* link = find([&](const Link& l) { return l.name == nic.name; }))
        return link;
    return find([](const Link& l) { return l.type == ARPHRD_ETHER; });
}

std::string list(const std::vector<Link>& all) {
    std::string out;
    for (const auto& link : all)
        out += (out.empty() ? "" : ", ") + link.name;
    return out;
}

} // namespace

void apply_network(const std::vector<Nic>& nics) {
    Netlink netlink;
    std::vector<int> chosen;
    auto all = links(netlink);
    for (const auto& link : all)
        if (link.type == ARPHRD_LOOPBACK && !link.up())
            set_flag(netlink, link, true);

    for (const auto& nic : nics) {
        const auto* link = choose(all, nic, chosen);
        // A driver that probes in the background may be a moment late.
        for (int tries = 0; link == nullptr && tries < 200; ++tries) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
            all = links(netlink);
            link = choose(all, nic, chosen);
        }
        if (link == nullptr)
            throw std::runtime_error(nic.name + ": no network device for it (there is " +
                                     list(all) + ")");
        chosen.push_back(link->index);
        // Another device may hold the name now; it gets a name nobody asks for and, if it has an
        // entry, its own later.
        for (auto& other : all)
            if (other.name == nic.name && other.index != link->index) {
                if (other.up())
                    set_flag(netlink, other, false);
                rename(netlink, other, "bgr-if" + std::to_string(other.index));
            }
        configure(netlink, *link, nic);
        all = links(netlink);
    }
}

} // namespace banger::guest
