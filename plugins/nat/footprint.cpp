#include "footprint.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace nat {

using nlohmann::json;

namespace {

/// The VM's id, or null.
json vm_with(const RuleSet::Rules& rules, const json& address) {
    const auto vm = std::find_if(rules.begin(), rules.end(), [&](const auto& entry) {
        return address == entry.second.address;
    });
    return vm != rules.end() ? json(vm->first) : json();
}

json object(const char* kind, const json& name, json vm, const std::string& detail) {
    const char* state = vm.is_null() ? "stray" : "in-use";
    return {{"kind", kind},
            {"name", name},
            {"vm", std::move(vm)},
            {"state", state},
            {"detail", detail}};
}

} // namespace

std::vector<json> table_objects(const json& shown, const RuleSet::Rules& rules,
                                const std::string& ours, const std::string& only) {
    std::vector<json> objects;
    for (const json& table : shown.at("tables")) {
        if (table.at("mine") != true) {
            continue;
        }
        const bool mine = table.at("name") == ours;
        if (only.empty()) {
            objects.push_back({{"kind", "nft-table"},
                               {"name", table.at("name")},
                               {"tag", table.at("tag")},
                               {"vm", nullptr},
                               {"state", mine && !rules.empty() ? "in-use" : "idle"},
                               {"detail", mine ? "NAT, egress and published ports of all VMs"
                                               : "made by another banger of this user"}});
        }
        if (!mine) {
            continue;
        }
        for (const json& address : table.at("addresses")) {
            if (only.empty() || address == only) {
                objects.push_back(object("nft-element", address, vm_with(rules, address),
                                         "may send beyond this machine"));
            }
        }
        for (const json& port : table.at("ports")) {
            const std::string guest = port.at("guest");
            if (only.empty() || guest == only) {
                objects.push_back(object(
                    "port", port.at("protocol").get<std::string>() + " " + port.at("port").dump(),
                    vm_with(rules, guest),
                    "leads to " + guest + ":" + port.at("guest_port").dump()));
            }
        }
    }
    return objects;
}

std::vector<json> pass_rule_objects(const json& shown, const std::string& tag, bool needed) {
    std::vector<json> objects;
    for (const json& rule : shown.at("rules")) {
        if (rule.at("mine") != true) {
            continue;
        }
        const bool ours = rule.at("tag") == tag;
        objects.push_back(
            {{"kind", "nft-rule"},
             {"name", rule.at("text").get<std::string>() + " " + rule.at("handle").dump()},
             {"tag", rule.at("tag")},
             {"vm", nullptr},
             {"state", !ours    ? "idle"
                       : needed ? "in-use"
                                : "stray"},
             {"detail", "lets packets of VMs pass the filter of another"}});
    }
    if (shown.contains("trusted")) {
        objects.push_back({{"kind", "firewalld-interface"},
                           {"name", "trusted " + shown.at("trusted").get<std::string>()},
                           {"tag", tag},
                           {"vm", nullptr},
                           {"state", needed ? "in-use" : "stray"},
                           {"detail", "lets packets of VMs pass firewalld"}});
    }
    return objects;
}

} // namespace nat
