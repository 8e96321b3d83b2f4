#include "net/link.hpp"
#include "net/nftables.hpp"
#include "privileged/arguments.hpp"
#include "privileged/forward_state.hpp"
#include "privileged/nat_table.hpp"
#include "privileged/ownership.hpp"
#include "privileged/tell.hpp"
#include "privileged/verbs/verbs.hpp"

#include <nlohmann/json.hpp>

namespace banger::privileged {
namespace {

using nlohmann::json;

json open(OwnTable table, const std::string& bridge, Context& context) {
    (void)own_bridge(context.netlink, bridge, context.caller);
    table.uid = context.caller;
    net::Nftables nftables;
    json commands = json::array();
    bool firewalld = false;
    for (const ForwardFilter& filter : forward_state(nftables, bridge).filters) {
        if (filter.lets_pass()) {
            continue;
        }
        if (filter.kind == ForwardFilter::Kind::nft) {
            for (json& command : pass_commands(filter, bridge, table.name())) {
                commands.push_back(std::move(command));
            }
        }
        firewalld = firewalld || filter.kind == ForwardFilter::Kind::firewalld;
    }
    if (!commands.empty()) {
        nftables.run(commands, "let packets of VMs through the filters of others");
    }
    if (firewalld) { // last: its trust carries no mark of ours
        tell(firewalld_command(bridge, true));
    }
    return {{"filters", to_json(forward_state(nftables, bridge).filters)}};
}

} // namespace

Action parse_forward_open(Arguments& arguments) {
    const OwnTable table = OwnTable::asked(nat_kind, arguments);
    return [table, bridge = arguments.bridge("bridge")](Context& context) {
        return open(table, bridge, context);
    };
}

} // namespace banger::privileged
