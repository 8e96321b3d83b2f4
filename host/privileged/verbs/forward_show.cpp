#include "net/nftables.hpp"
#include "privileged/arguments.hpp"
#include "privileged/forward_state.hpp"
#include "privileged/nat_table.hpp"
#include "privileged/verbs/verbs.hpp"

#include <nlohmann/json.hpp>

namespace banger::privileged {

using nlohmann::json;

Action parse_forward_show(Arguments& arguments) {
    return [bridge = arguments.bridge("bridge")](Context& context) -> json {
        net::Nftables nftables;
        const ForwardState state = forward_state(nftables, bridge);
        json rules = json::array();
        for (const PassRule& rule : state.rules) {
            const OwnTable owner = *OwnTable::parse(nat_kind, rule.mark);
            rules.push_back({{"text", rule.family + " " + rule.table + " " + rule.chain},
                             {"handle", rule.handle},
                             {"tag", owner.tag},
                             {"mine", owner.uid == context.caller}});
        }
        return {{"filters", to_json(state.filters)},
                {"rules", std::move(rules)},
                {"unread", state.unread}};
    };
}

} // namespace banger::privileged
