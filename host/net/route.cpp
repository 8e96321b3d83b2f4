#include "net/route.hpp"

#include "net/netlink.hpp"

#include <array>

#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

namespace banger::net {

std::vector<Route> routes() {
    std::vector<Route> found;
    Netlink netlink;
    const rtmsg fixed{.rtm_family = AF_INET};
    netlink.dump(
        RTM_GETROUTE, fixed, [&] { found.clear(); },
        [&](nlmsghdr* header) {
            std::array<nlattr*, RTA_MAX + 1> attributes{};
            if (header->nlmsg_type != RTM_NEWROUTE ||
                nlmsg_parse(header, sizeof(rtmsg), attributes.data(), RTA_MAX, nullptr) < 0) {
                return;
            }
            const auto* route = static_cast<const rtmsg*>(nlmsg_data(header));
            if (route->rtm_family != AF_INET || route->rtm_table == RT_TABLE_LOCAL ||
                route->rtm_type == RTN_MULTICAST) {
                return;
            }
            const auto number = [&](std::size_t attribute) {
                const nlattr* value = attributes[attribute];
                return value != nullptr ? nla_get_u32(value) : 0;
            };
            found.push_back({Subnet::around({ntohl(number(RTA_DST))}, route->rtm_dst_len),
                             {ntohl(number(RTA_GATEWAY))},
                             static_cast<int>(number(RTA_OIF))});
        });
    return found;
}

} // namespace banger::net
