#include "published.hpp"

#include <banger/cpp/error.hpp>

#include <algorithm>

namespace nat {

nlohmann::ordered_json published_rows(const RuleSet::Rules& rules,
                                      const std::vector<std::string>& vms) {
    for (const std::string& wanted : vms) {
        if (std::none_of(rules.begin(), rules.end(),
                         [&](const auto& vm) { return vm.second.name == wanted; })) {
            throw banger::Error(BANGER_E_NOT_FOUND, "no VM of the name " + wanted + " runs",
                                "banger vm ls");
        }
    }
    auto rows = nlohmann::ordered_json::array();
    for (const auto& [id, vm] : rules) {
        if (!vms.empty() && std::find(vms.begin(), vms.end(), vm.name) == vms.end()) {
            continue;
        }
        for (const Port& port : vm.ports) {
            rows.push_back({{"vm", vm.name},
                            {"port", port.guest_port},
                            {"protocol", port.protocol},
                            {"published", (port.host.empty() ? "*" : port.host) + ":" +
                                              std::to_string(port.port)}});
        }
    }
    return rows;
}

} // namespace nat
