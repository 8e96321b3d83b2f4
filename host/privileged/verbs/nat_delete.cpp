#include "net/nftables.hpp"
#include "privileged/forwarding.hpp"
#include "privileged/nat_table.hpp"
#include "privileged/verbs/verbs.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace banger::privileged {
namespace {

nlohmann::json remove(const OwnTable& table) {
    net::Nftables nftables;
    const NatTables found = nat_tables(nftables);
    const auto holds = [](const std::vector<OwnTable>& tables, const OwnTable& wanted) {
        return std::find(tables.begin(), tables.end(), wanted) != tables.end();
    };
    if (!holds(found.tables, table)) {
        return {{"existed", false}, {"forwarding_switched_off", false}};
    }
    nlohmann::json commands = nlohmann::json::array();
    bool switch_off = false;
    if (holds(found.marked, table)) {
        const auto other = std::find_if(found.tables.begin(), found.tables.end(),
                                        [&](const OwnTable& each) { return each != table; });
        if (other == found.tables.end()) {
            switch_off = true;
        } else { // it still needs forwarding, so it takes over the memory of how it was
            commands.push_back(
                {{"add",
                  {{"chain",
                    {{"family", "inet"}, {"table", other->name()}, {"name", forward_mark}}}}}});
        }
    }
    commands.push_back(table.drop());
    if (switch_off) { // before the mark goes: killed in between, the next delete does it again
        set_forwarding(false);
    }
    nftables.run(commands, "change the packet filter");
    return {{"existed", true}, {"forwarding_switched_off", switch_off}};
}

} // namespace

Action parse_nat_delete(Arguments& arguments) {
    return [table = OwnTable::asked(nat_kind, arguments)](Context& context) {
        OwnTable mine = table;
        mine.uid = context.caller;
        return remove(mine);
    };
}

} // namespace banger::privileged
