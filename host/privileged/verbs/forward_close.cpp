#include "net/link.hpp"
#include "net/nftables.hpp"
#include "privileged/arguments.hpp"
#include "privileged/forward_state.hpp"
#include "privileged/nat_table.hpp"
#include "privileged/ownership.hpp"
#include "privileged/tell.hpp"
#include "privileged/verbs/verbs.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace banger::privileged {
namespace {

using nlohmann::json;

json close(OwnTable table, const std::string& bridge, bool firewalld, Context& context) {
    // Rules are known by their mark, also when the bridge is gone; the zone is the bridge's.
    if (const auto link = net::find_link(context.netlink, bridge); link && firewalld) {
        require_own_bridge(*link, context.caller);
    }
    table.uid = context.caller;
    net::Nftables nftables;
    const ForwardState state = forward_state(nftables, bridge);
    json commands = json::array();
    for (const PassRule& rule : state.rules) {
        if (rule.mark == table.name()) {
            commands.push_back(removal(rule));
        }
    }
    if (!commands.empty()) {
        nftables.run(commands, "take back what let packets of VMs through the filters of others");
    }
    const bool trusted = std::any_of(state.filters.begin(), state.filters.end(), [](const auto& f) {
        return f.kind == ForwardFilter::Kind::firewalld && f.lets_pass();
    });
    if (firewalld && trusted) {
        tell(firewalld_command(bridge, false));
    }
    return {{"rules", commands.size()}};
}

} // namespace

Action parse_forward_close(Arguments& arguments) {
    const OwnTable table = OwnTable::asked(nat_kind, arguments);
    const std::string bridge = arguments.bridge("bridge");
    return [table, bridge, firewalld = arguments.flag("firewalld")](Context& context) {
        return close(table, bridge, firewalld, context);
    };
}

} // namespace banger::privileged
