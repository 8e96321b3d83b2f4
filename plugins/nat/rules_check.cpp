#include "rules_check.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace nat {

using nlohmann::json;

namespace {

bool has_port(const json& table, const Port& port, const std::string& guest) {
    const json host = port.host.empty() ? json() : json(port.host);
    return std::any_of(table.at("ports").begin(), table.at("ports").end(), [&](const json& rule) {
        return rule.value("port", 0) == port.port && rule.value("protocol", "") == port.protocol &&
               rule.value("guest", "") == guest && rule.at("host") == host;
    });
}

} // namespace

std::string lacking(const json& shown, const RuleSet::Rules& rules, const std::string& table) {
    if (rules.empty()) {
        return {};
    }
    const json& tables = shown.at("tables");
    const auto own = std::find_if(tables.begin(), tables.end(),
                                  [&](const json& each) { return each.at("name") == table; });
    if (own == tables.end()) {
        return "nft table inet " + table + " was deleted";
    }
    for (const auto& [id, vm] : rules) {
        const json& addresses = own->at("addresses");
        if (vm.nat && vm.egress.open &&
            std::find(addresses.begin(), addresses.end(), json(vm.address)) == addresses.end()) {
            return "nft table inet " + table + " lacks " + vm.address + " (" + vm.name + ")";
        }
        for (const Port& port : vm.ports) {
            if (!has_port(*own, port, vm.address)) {
                return "nft table inet " + table + " lacks port " + port.text() + " (" + vm.name +
                       ")";
            }
        }
    }
    return shown.at("forwarding") == true ? "" : "net.ipv4.ip_forward was switched off";
}

json check_rules(const std::string& lacks) {
    if (lacks.empty()) {
        return {{"severity", "ok"}, {"title", "VMs reach what --nat and --publish say"}};
    }
    return {{"severity", "error"},
            {"title", "VMs do not reach what --nat and --publish say"},
            {"cause", lacks},
            {"fix", "banger doctor --fix"},
            {"repair", {"(the VMs' rules are made anew, and forwarding is switched on)"}}};
}

json check_names(const std::set<std::string>& without_address, const RuleSet::Rules& rules) {
    std::string cause;
    for (const auto& [id, vm] : rules) {
        for (const std::string& name : vm.egress.names) {
            if (without_address.count(name) != 0) {
                cause += (cause.empty() ? "" : ", ") + name + " (" + vm.name + ")";
            }
        }
    }
    if (cause.empty()) {
        return {{"severity", "ok"}, {"title", "names of --egress have addresses"}};
    }
    return {{"severity", "warning"},
            {"title", "names of --egress have no address, so nothing is let through for them"},
            {"cause", cause},
            {"fix", "see what `getent ahostsv4 NAME` says here; mistyped: banger vm set "
                    "--egress allow=NAME,... VM"}};
}

} // namespace nat
