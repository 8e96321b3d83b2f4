#include "plugin/action_shape.hpp"

#include "os/utf8.hpp"
#include "plugin/schema.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <nlohmann/json.hpp>

namespace banger::plugin {

using nlohmann::json;

namespace {

constexpr std::size_t shown = 120; ///< of what it emitted

bool is_text(const json& object, const char* member) {
    return object.contains(member) && object.at(member).is_string();
}

std::string doctor_fault(const json& item) {
    static constexpr std::array<std::string_view, 4> severities{"ok", "info", "warning", "error"};
    if (!item.is_object() || !is_text(item, "severity") ||
        std::find(severities.begin(), severities.end(), item.at("severity").get<std::string>()) ==
            severities.end()) {
        return "\"severity\" is one of ok, info, warning, error";
    }
    if (!is_text(item, "title")) {
        return "\"title\" is a text";
    }
    for (const char* member : {"cause", "fix"}) {
        if (item.contains(member) && !item.at(member).is_string()) {
            return "\"" + std::string(member) + "\" is a text";
        }
    }
    const bool lines = !item.contains("repair") || item.at("repair").is_array();
    return lines ? std::string() : "\"repair\" is an array of lines";
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
        schema != nullptr ? Schema(schema).problems(item) : std::vector<std::string>();
    return problems.empty() ? std::string() : "it does not fit result_schema: " + problems.front();
}

/// MIME once, and then bytes.
std::string panel_fault(const std::vector<Output>& output) {
    if (output.empty() || output.front().kind != BANGER_EMIT_MIME) {
        return "a panel emits BANGER_EMIT_MIME first";
    }
    const bool bytes = std::all_of(output.begin() + 1, output.end(), [](const Output& item) {
        return item.kind == BANGER_EMIT_BYTES;
    });
    return bytes ? std::string() : "after its type, a panel emits BANGER_EMIT_BYTES only";
}

} // namespace

std::string item_fault(const std::string& kind, const banger_action& action, const Output& item) {
    if (kind == "web-panel" || (kind == "cli" && item.kind == BANGER_EMIT_TEXT)) {
        return {};
    }
    if (item.kind != BANGER_EMIT_JSON) {
        return kind == "cli" ? "a verb emits text and JSON only" : "it emits JSON only";
    }
    const json value = json::parse(item.bytes, nullptr, false);
    const std::string fault = value.is_discarded() ? "what it emits is no JSON"
                              : kind == "doctor"   ? doctor_fault(value)
                              : kind == "status"   ? status_fault(value)
                              : kind == "rpc"      ? rpc_fault(value, action.result_schema)
                                                   : cli_fault(value);
    return fault.empty() ? fault : fault + "; it emitted " + os::one_line(item.bytes, shown);
}

std::string shape_fault(const std::string& kind, const banger_action& action,
                        const std::vector<Output>& output) {
    if (kind == "web-panel") {
        return panel_fault(output);
    }
    if (kind == "rpc" && output.size() != 1) {
        return "a remote call emits one JSON object; it emitted " + std::to_string(output.size()) +
               " things";
    }
    for (const Output& item : output) {
        if (std::string fault = item_fault(kind, action, item); !fault.empty()) {
            return fault;
        }
    }
    return {};
}

} // namespace banger::plugin
