#include "net/nftables.hpp"
#include "privileged/arguments.hpp"
#include "privileged/bridge_filter.hpp"
#include "privileged/guard_table.hpp"
#include "privileged/verbs/verbs.hpp"

#include <nlohmann/json.hpp>

namespace banger::privileged {
namespace {

using nlohmann::json;

/// What the set of this name has in an answer of nft.
json elements(const json& objects, const char* name) {
    for (const json& object : objects) {
        const auto set = object.find("set");
        if (set != object.end() && set->at("name") == name) {
            return set->value("elem", json::array());
        }
    }
    return json::array();
}

json guests_of(const OwnTable& table, net::Nftables& nftables) {
    json guests = json::array();
    const json objects = nftables.run(
        {{{"list", {{"table", {{"family", guard_kind.family}, {"name", table.name()}}}}}}},
        "list the packet filter");
    for (const json& element : elements(objects, "guests")) {
        const json& parts = element.at("concat");
        guests.push_back({{"tap", parts.at(0)}, {"mac", parts.at(1)}, {"address", parts.at(2)}});
    }
    return guests;
}

json show(uid_t caller) {
    net::Nftables nftables;
    json tables = json::array();
    for (const OwnTable& table : own_tables(guard_kind, nftables)) {
        tables.push_back({{"name", table.name()},
                          {"tag", table.tag},
                          {"mine", table.uid == caller},
                          {"guests", guests_of(table, nftables)}});
    }
    return {{"tables", std::move(tables)}, {"lacks", bridge_filter_lacks(nftables)}};
}

} // namespace

Action parse_guard_show(Arguments&) {
    return [](Context& context) { return show(context.caller); };
}

} // namespace banger::privileged
