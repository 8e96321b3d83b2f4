#include "net/nftables.hpp"
#include "privileged/guard_table.hpp"
#include "privileged/verbs/verbs.hpp"

#include <nlohmann/json.hpp>

namespace banger::privileged {

Action parse_guard_delete(Arguments& arguments) {
    return [table = OwnTable::asked(guard_kind, arguments)](Context& context) {
        OwnTable mine = table;
        mine.uid = context.caller;
        net::Nftables nftables;
        return nlohmann::json{{"existed", delete_table(mine, nftables)}};
    };
}

} // namespace banger::privileged
