#include "net/nftables.hpp"
#include "privileged/dns_table.hpp"
#include "privileged/verbs/verbs.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace banger::privileged {
namespace {

using nlohmann::json;

json remove(const OwnTable& table) {
    net::Nftables nftables;
    const auto found =
        own_tables(dns_prefix, nftables.run({{{"list", {{"tables", {{"family", "inet"}}}}}}},
                                            "list the packet filter"));
    const bool existed = std::find(found.begin(), found.end(), table) != found.end();
    if (existed) {
        nftables.run(json::array({table.drop()}), "change the packet filter");
    }
    return {{"existed", existed}};
}

} // namespace

Action parse_dns_delete(Arguments& arguments) {
    return [table = OwnTable::asked(dns_prefix, arguments)](Context& context) {
        OwnTable mine = table;
        mine.uid = context.caller;
        return remove(mine);
    };
}

} // namespace banger::privileged
