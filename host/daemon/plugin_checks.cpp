#include "daemon/plugin_checks.hpp"

#include <nlohmann/json.hpp>

namespace banger::daemon {

using nlohmann::json;

json plugin_checks(const plugin::Actions& actions, const std::string& allow) {
    json checks = json::array();
    vm::CallContext context;
    for (const plugin::ActionReport& report : actions.doctor(context)) {
        if (!report.error.empty() && !allow.empty() && report.hint.ends_with(allow)) {
            checks.push_back({{"id", report.name},
                              {"source", report.plugin},
                              {"severity", "info"},
                              {"title", "the check " + report.name + " needs privileged steps"}});
        } else if (!report.error.empty()) {
            checks.push_back({{"id", report.name},
                              {"source", report.plugin},
                              {"severity", "error"},
                              {"title", "the check " + report.name + " failed"},
                              {"cause", report.error},
                              {"fix", report.hint}});
        }
        for (const plugin::Output& output : report.output) {
            json check = json::parse(output.bytes, nullptr, false);
            if (check.is_object()) {
                check["id"] = report.name;
                check["source"] = report.plugin;
                checks.push_back(std::move(check));
            }
        }
    }
    return checks;
}

} // namespace banger::daemon
