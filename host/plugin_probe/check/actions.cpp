#include "plugin_probe/check/actions.hpp"

#include "os/error.hpp"
#include "plugin/action_shape.hpp"
#include "plugin/schema.hpp"
#include "plugin_probe/check/trial.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace banger::plugin_probe {

using fake::Outcome;
using nlohmann::json;

namespace {

constexpr const char* refusing =
    "it fails only when the user cannot have what was asked for, and says what to do instead";

std::string fault_of(const std::string& kind, const banger_action& action, const Outcome& outcome) {
    std::vector<plugin::Output> output;
    for (const fake::Output& item : outcome.output) {
        output.push_back({item.kind, item.bytes});
    }
    return plugin::shape_fault(kind, action, output);
}

/// Arguments that fit: the defaults, when nothing more is required.
std::optional<std::string> arguments(const std::string& kind, const banger_action& action) {
    if (kind == "web-panel") {
        return R"({"path":"/"})";
    }
    try {
        return plugin::Schema(action.params_schema ? action.params_schema : "")
            .checked(json::object(), "args")
            .dump();
    } catch (const os::Error&) {
        return std::nullopt; // something is required that nobody can guess
    }
}

} // namespace

void try_actions(Trial& trial) {
    trial.look_at("actions");
    const auto host = trial.begun();
    if (!host) {
        return;
    }
    static constexpr std::array ids{
        std::pair{"cli", BANGER_IFACE_CLI}, std::pair{"doctor", BANGER_IFACE_DOCTOR},
        std::pair{"rpc", BANGER_IFACE_RPC}, std::pair{"status", BANGER_IFACE_STATUS},
        std::pair{"web-panel", BANGER_IFACE_WEB_PANEL}};
    bool any = false;
    for (const auto& [kind, id] : ids) {
        const auto found = trial.manifest().actions.find(kind);
        for (std::uint32_t i = 0;
             found != trial.manifest().actions.end() && i < found->second->count; ++i) {
            any = true;
            const banger_action& action = *found->second->items[i];
            trial.look_at(std::string(kind) + " " + action.name);
            const auto args = arguments(kind, action);
            if (!args) {
                trial.skipped("it requires arguments");
                continue;
            }
            const Outcome outcome = host->action(id, action.name, *args);
            const std::string fault = outcome.ok() ? fault_of(kind, action, outcome) : "";
            if (!fault.empty()) {
                trial.failed(fault, "see actions.h");
            } else {
                (void)trial.judge(outcome,
                                  "emits " + std::to_string(outcome.output.size()) +
                                      " items, as actions.h says",
                                  refusing);
            }
            for (const fake::Job& job : host->run_jobs()) {
                (void)trial.judge(job.outcome, "its job " + job.kind + " " + job.target, refusing);
            }
        }
    }
    if (!any) {
        trial.skipped("it has none");
    }
    trial.end(*host);
}

} // namespace banger::plugin_probe
