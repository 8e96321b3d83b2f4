#include "net/link.hpp"
#include "net/netlink.hpp"
#include "privileged/arguments.hpp"
#include "privileged/ownership.hpp"
#include "privileged/verbs/verbs.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace banger::privileged {
namespace {

/// A process has the tap open, or a port of the bridge.
bool in_use(const net::Link& link, const std::vector<net::Link>& all) {
    return link.kind == "tun" ? link.carrier
                              : std::any_of(all.begin(), all.end(), [&](const net::Link& port) {
                                    return port.master == link.index && port.carrier;
                                });
}

nlohmann::json describe(const net::Link& link, const std::vector<net::Link>& all,
                        const std::map<int, std::string>& names, uid_t caller) {
    const auto owner = Ownership::parse(link.alias);
    const auto bridge = names.find(link.master);
    nlohmann::json json{{"name", link.name},
                        {"index", link.index},
                        {"kind", link.kind == "tun" ? "tap" : link.kind},
                        {"bridge", nullptr},
                        {"mtu", link.mtu},
                        {"up", link.up},
                        {"in_use", in_use(link, all)},
                        {"owner_uid", nullptr},
                        {"mine", false},
                        {"tag", owner ? owner->tag : ""},
                        {"age_s", owner ? Ownership::now() - owner->since : 0}};
    if (bridge != names.end()) {
        json["bridge"] = bridge->second;
    }
    if (const auto uid = owner_of(link)) {
        json["owner_uid"] = *uid;
        json["mine"] = *uid == caller;
    }
    nlohmann::json addresses = nlohmann::json::array();
    for (const net::InterfaceAddress& address : link.addresses) {
        addresses.push_back(address.text());
    }
    json["addresses"] = std::move(addresses);
    return json;
}

} // namespace

Action parse_links(Arguments&) {
    return [](Context& context) {
        const auto all = net::links(context.netlink);
        std::map<int, std::string> names;
        for (const net::Link& link : all) {
            names[link.index] = link.name;
        }
        nlohmann::json found = nlohmann::json::array();
        for (const net::Link& link : all) {
            if ((is_tap_name(link.name) && link.kind == "tun") || is_bridge_name(link.name)) {
                found.push_back(describe(link, all, names, context.caller));
            }
        }
        return nlohmann::json{{"links", std::move(found)}};
    };
}

} // namespace banger::privileged
