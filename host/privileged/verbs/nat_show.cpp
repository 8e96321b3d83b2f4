#include "net/nftables.hpp"
#include "privileged/arguments.hpp"
#include "privileged/forwarding.hpp"
#include "privileged/nat_table.hpp"
#include "privileged/verbs/verbs.hpp"

#include <map>
#include <set>

#include <nlohmann/json.hpp>

namespace banger::privileged {
namespace {

using nlohmann::json;

struct Found {
    std::set<std::string> addresses;
    json ports = json::array();
};

/// Set elements are an address, or a concatenation that begins with one.
void take_elements(const json& set, Found& found) {
    if (set.at("name") == "closed" || !set.contains("elem")) {
        return;
    }
    for (const json& element : set.at("elem")) {
        const json& first = element.is_object() ? element.at("concat").at(0) : element;
        found.addresses.insert(first.get<std::string>());
    }
}

/// A published port, from its rule.
void take_rule(const json& rule, Found& found) {
    if (rule.at("chain") != "prerouting") {
        return;
    }
    json port = {{"host", nullptr}};
    for (const json& expression : rule.at("expr")) {
        if (const auto match = expression.find("match"); match != expression.end()) {
            const json& left = match->at("left");
            if (left.contains("payload") && left["payload"]["field"] == "dport") {
                port["protocol"] = left["payload"]["protocol"];
                port["port"] = match->at("right");
            } else if (left.contains("payload")) {
                port["host"] = match->at("right");
            }
        } else if (const auto dnat = expression.find("dnat"); dnat != expression.end()) {
            port["guest"] = dnat->at("addr");
            port["guest_port"] = dnat->at("port");
            found.addresses.insert(dnat->at("addr").get<std::string>());
        }
    }
    found.ports.push_back(std::move(port));
}

json show(uid_t caller) {
    net::Nftables nftables;
    std::map<std::string, Found> tables;
    for (const json& object :
         nftables.run({{{"list", {{"ruleset", nullptr}}}}}, "list the packet filter")) {
        if (const auto table = object.find("table"); table != object.end()) {
            if (table->at("family") == "inet" &&
                OwnTable::parse(nat_kind, table->at("name").get<std::string>())) {
                tables[table->at("name")];
            }
        } else if (const auto set = object.find("set"); set != object.end()) {
            if (const auto ours = tables.find(set->at("table")); ours != tables.end()) {
                take_elements(*set, ours->second);
            }
        } else if (const auto rule = object.find("rule"); rule != object.end()) {
            if (const auto ours = tables.find(rule->at("table")); ours != tables.end()) {
                take_rule(*rule, ours->second);
            }
        }
    }
    json list = json::array();
    for (auto& [name, found] : tables) {
        const OwnTable table = *OwnTable::parse(nat_kind, name);
        list.push_back({{"name", name},
                        {"tag", table.tag},
                        {"mine", table.uid == caller},
                        {"addresses", found.addresses},
                        {"ports", std::move(found.ports)}});
    }
    return {{"tables", std::move(list)}, {"forwarding", forwarding()}};
}

} // namespace

Action parse_nat_show(Arguments&) {
    return [](Context& context) { return show(context.caller); };
}

} // namespace banger::privileged
