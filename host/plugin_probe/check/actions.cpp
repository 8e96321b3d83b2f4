#include "plugin_probe/check/actions.hpp"

#include "os/error.hpp"
#include "plugin/schema.hpp"
#include "plugin_probe/check/trial.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include <nlohmann/json.hpp>

namespace banger::plugin_probe {

using fake::Outcome;
using nlohmann::json;

namespace {

bool is_text(const json& object, const char* member) {
    return object.contains(member) && object.at(member).is_string();
}

/// Why it is not what a doctor's check emits; empty when it is.
std::string doctor_fault(const json& item) {
    static const std::set<std::string> severities{"ok", "info", "warning", "error"};
    if (!item.is_object() || !is_text(item, "severity") ||
        severities.count(item.at("severity")) == 0) {
        return "\"severity\" is one of ok, info, warning, error";
    }
    if (!is_text(item, "title")) {
        return "\"title\" is a text";
    }
    for (const char* member : {"cause", "fix"}) {
        if (item.contains(member) && !item.at(member).is_string()) {
            return std::string("\"") + member + "\" is a text";
        }
    }
    if (item.contains("repair") && !item.at("repair").is_array()) {
        return "\"repair\" is an array of lines";
    }
    return {};
}

std::string status_fault(const json& item) {
    const bool fits = item.is_object() && is_text(item, "title") && item.contains("value");
    return fits ? std::string() : "a status line is {\"title\":..,\"value\":..}";
}

std::string cli_fault(const json& item) {
    const bool rows = item.is_array() && std::all_of(item.begin(), item.end(), [](const json& row) {
                          return row.is_object() || row.is_string();
                      });
    return rows || item.is_object() ? std::string() : "a verb's JSON is an object or an array";
}

std::string rpc_fault(const json& item, const char* schema) {
    if (!item.is_object()) {
        return "a remote call emits one JSON object";
    }
    const auto problems =
        plugin::Schema(schema ? schema : "{\"additionalProperties\":true}").problems(item);
    return problems.empty() ? std::string() : "it does not fit result_schema: " + problems[0];
}

/// MIME once, and then bytes.
std::string panel_fault(const Outcome& outcome) {
    const auto& output = outcome.output;
    if (output.empty() || output[0].kind != BANGER_EMIT_MIME) {
        return "a panel emits BANGER_EMIT_MIME first";
    }
    const bool bytes = std::all_of(output.begin() + 1, output.end(), [](const fake::Output& item) {
        return item.kind == BANGER_EMIT_BYTES;
    });
    return bytes ? std::string() : "after its type, a panel emits BANGER_EMIT_BYTES only";
}

std::string fault_of(const std::string& kind, const banger_action& action, const Outcome& outcome) {
    if (kind == "web-panel") {
        return panel_fault(outcome);
    }
    if (kind == "rpc" && outcome.output.size() != 1) {
        return "a remote call emits one JSON object";
    }
    for (const fake::Output& output : outcome.output) {
        if (output.kind == BANGER_EMIT_TEXT && kind == "cli") {
            continue;
        }
        if (output.kind != BANGER_EMIT_JSON) {
            return kind == "cli" ? "a verb emits text and JSON only" : "it emits JSON only";
        }
        const json item = json::parse(output.bytes, nullptr, false);
        if (item.is_discarded()) {
            return "no JSON: " + output.bytes.substr(0, 60);
        }
        const std::string fault = kind == "doctor"   ? doctor_fault(item)
                                  : kind == "status" ? status_fault(item)
                                  : kind == "rpc"    ? rpc_fault(item, action.result_schema)
                                                     : cli_fault(item);
        if (!fault.empty()) {
            return fault + "; it emitted " + output.bytes.substr(0, 120);
        }
    }
    return {};
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
                (void)trial.judge(outcome, "emits " + std::to_string(outcome.output.size()) +
                                               " items, as actions.h says");
            }
            for (const fake::Job& job : host->run_jobs()) {
                (void)trial.judge(job.outcome, "its job " + job.kind + " " + job.target);
            }
        }
    }
    if (!any) {
        trial.skipped("it has none");
    }
    trial.end(*host);
}

} // namespace banger::plugin_probe
