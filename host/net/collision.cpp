#include "net/collision.hpp"

#include <algorithm>
#include <array>

namespace banger::net {
namespace {

/// A network that is taken, and how to say so.
struct Taken {
    Subnet subnet;
    std::string text;
};

std::vector<Taken> taken(std::string_view own_bridge, const std::vector<Link>& links,
                         const std::vector<Route>& routes) {
    std::vector<Taken> result;
    for (const Link& link : links) {
        for (const InterfaceAddress& address : link.addresses) {
            if (link.name != own_bridge) {
                result.push_back(
                    {address.subnet(), "address " + address.text() + " of " + link.name});
            }
        }
    }
    for (const Route& route : routes) {
        const auto device = std::find_if(links.begin(), links.end(), [&](const Link& link) {
            return link.index == route.device;
        });
        const std::string name = device != links.end() ? device->name : "";
        if (route.destination.prefix > 0 && (name.empty() || name != own_bridge)) {
            result.push_back({route.destination, "route " + route.destination.text() +
                                                     (name.empty() ? "" : " on " + name)});
        }
    }
    return result;
}

const Taken* first_overlap(const Subnet& subnet, const std::vector<Taken>& all) {
    const auto found = std::find_if(
        all.begin(), all.end(), [&](const Taken& entry) { return entry.subnet.overlaps(subnet); });
    return found != all.end() ? &*found : nullptr;
}

/// The free network of this size that is nearest to the wish: first in the same /16 or so, then in
/// the ranges that other tools use least.
std::optional<Subnet> free_network(const Subnet& wish, const std::vector<Taken>& all) {
    const std::array<Subnet, 4> ranges{Subnet::around(wish.network, 12), Subnet{{0xac100000U}, 12},
                                       Subnet{{0x0a000000U}, 8}, Subnet{{0xc0a80000U}, 16}};
    const std::uint32_t size = ~wish.mask() + 1;
    for (const Subnet& range : ranges) {
        if (wish.prefix < range.prefix || !is_private(range)) {
            continue;
        }
        const std::uint32_t count = (~range.mask() / size) + 1;
        const std::uint32_t first =
            range.contains(wish.network) ? (wish.network.value - range.network.value) / size : 0;
        for (std::uint32_t i = 0; i < std::min<std::uint32_t>(count, 4096); ++i) {
            const Subnet candidate{{range.network.value + (first + i) % count * size}, wish.prefix};
            if (first_overlap(candidate, all) == nullptr) {
                return candidate;
            }
        }
    }
    return std::nullopt;
}

} // namespace

std::optional<Collision> find_collision(const Subnet& subnet, std::string_view own_bridge) {
    return find_collision(subnet, own_bridge, links(), routes());
}

std::optional<Collision> find_collision(const Subnet& subnet, std::string_view own_bridge,
                                        const std::vector<Link>& links,
                                        const std::vector<Route>& routes) {
    const std::vector<Taken> all = taken(own_bridge, links, routes);
    const Taken* hit = first_overlap(subnet, all);
    if (hit == nullptr) {
        return std::nullopt;
    }
    return Collision{hit->text, free_network(subnet, all)};
}

} // namespace banger::net
