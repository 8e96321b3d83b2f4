#include "plugin_view.hpp"

#include "http/percent.hpp"
#include "result_view.hpp"
#include "schema_text.hpp"
#include "state/field.hpp"
#include "text.hpp"

#include <map>

namespace web {
namespace {

using nlohmann::json;

json told_or_false(std::string text) {
    return text.empty() ? json(false) : json{{"VALUE", std::move(text)}};
}

json rows_or_false(json rows) {
    return rows.empty() ? json(false) : json{{"ROWS", std::move(rows)}};
}

json plugin_row(const json& plugin) {
    const std::string id = field_text(plugin, "id");
    const std::string why = line_in(plugin, "reason", 1000);
    json row{{"ID", line_text(id)},
             {"PATH", plugin_path(id)},
             {"NAME", line_in(plugin, "name")},
             {"VERSION_TEXT", line_in(plugin, "version", 60)},
             {"WHAT", why.empty() ? line_in(plugin, "summary", 1000) : why},
             {"PANELS", panel_links(plugin, "")}};
    row.update(plugin_state(plugin));
    return row;
}

/// Of one kind: {"NAME","COMMAND","WHAT","PLACE"}
json actions_of(const json& plugin, const std::string& kind) {
    json rows = json::array();
    for (const json& action : field_list(plugin, "actions")) {
        if (field_text(action, "kind") != kind) {
            continue;
        }
        const std::string name = line_in(action, "name", 40);
        const std::string place = line_in(action, "place", 130);
        rows.push_back(
            {{"ACTION", name},
             {"COMMAND",
              "banger " + (place.empty() ? "x " + line_in(plugin, "id") + " " + name : place)},
             {"WHAT", line_in(action, "summary", 1000)}});
    }
    return rows_or_false(std::move(rows));
}

json options_of(const json& plugin) {
    json rows = json::array();
    for (const json& option : field_list(plugin, "options")) {
        const std::string flag = line_in(option, "flag", 60);
        rows.push_back({{"FLAG", flag.empty() ? line_in(option, "name", 60) : flag},
                        {"WHAT", schema_text(field(option, "schema"))},
                        {"LIVE", field_flag(option, "live") ? "at once, also while the VM runs"
                                                            : "while the VM is stopped"}});
    }
    return rows_or_false(std::move(rows));
}

json lines_told(const json& plugin, const json& lines) {
    json rows = json::array();
    for (const json& line : lines) {
        if (!line.is_object() || field_text(line, "plugin") != field_text(plugin, "id")) {
            continue;
        }
        const std::string error = line_in(line, "error", 1000);
        const std::string title = line_in(line, "title", 100);
        rows.push_back({{"LABEL", title.empty() ? line_in(line, "name", 100) : title},
                        {"CONTENT", error.empty() ? value_text("", field(line, "value")) : error}});
    }
    return rows_or_false(std::move(rows));
}

json settings_of(const json& plugin, const json& config) {
    const json& entries = field_object(field_object(config, "plugins"), "entries");
    const json& entry = field_object(entries, field_text(plugin, "id").c_str());
    const json& given = field_object(field_object(entry, "config"), "value");
    json rows = json::array();
    for (const auto& [name, schema] :
         field_object(field_object(plugin, "config_schema"), "properties").items()) {
        const json& value = field(given, name.c_str());
        rows.push_back(
            {{"KEY_TEXT", line_text(name)},
             {"CONTENT", value.is_null() ? json(false) : json{{"VALUE", value_text("", value)}}},
             {"BUILT_IN", value.is_null()},
             {"WHAT", schema_text(schema)}});
    }
    return rows_or_false(std::move(rows));
}

json plugin_facts(const json& plugin) {
    json rows = json::array();
    const auto add = [&](const char* label, const std::string& text) {
        if (!text.empty()) {
            rows.push_back({{"LABEL", label}, {"CONTENT", text}});
        }
    };
    const auto words = [&](const char* name) { return value_text("", field_list(plugin, name)); };
    add("File", line_in(plugin, "path", 1000));
    add("Hides", words("hides"));
    add("Required",
        field_flag(plugin, "required") ? "yes: bangerd does not start without it" : "no");
    add("On an error", field_text(plugin, "on_error") == "warn" ? "only tells (warn)"
                                                                : "the operation fails (fail)");
    add("Needs the plugins", words("requires_plugins"));
    add("Gives VMs their network", field_flag(plugin, "gives_network") ? "yes" : "");
    add("Readiness", line_in(plugin, "readiness_stage", 60));
    add("Hooks", words("hooks"));
    add("Brings", words("interfaces"));
    add("Uses of the host", words("requires_ext"));
    add("ABI", line_in(plugin, "abi", 20));
    return rows;
}

/// Only where a browser goes by http: a plugin may write anything there.
json address_of(const json& plugin) {
    const std::string url = line_in(plugin, "url", 1000);
    const bool is_web = url.starts_with("https://") || url.starts_with("http://");
    return is_web ? json{{"VALUE", url}} : json(false);
}

} // namespace

json plugin_state(const json& plugin) {
    static const std::map<std::string, const char*> tones{
        {"active", "good"},     {"leaving", "busy"}, {"failed", "bad"},
        {"quarantined", "bad"}, {"stuck", "bad"},    {"faulted", "bad"}};
    const std::string state = line_in(plugin, "state", 40);
    const auto tone = tones.find(state);
    return {{"STATE", state}, {"TONE", tone == tones.end() ? "idle" : tone->second}};
}

std::string plugin_path(std::string_view id) {
    return "/plugins/" + percent_encode(id);
}

std::vector<std::string> panels_of(const json& plugin) {
    std::vector<std::string> panels;
    for (const json& action : field_list(plugin, "actions")) {
        if (field_text(action, "kind") == "web-panel" && field_text(plugin, "state") == "active") {
            panels.push_back(field_text(action, "name"));
        }
    }
    return panels;
}

json panel_links(const json& plugin, std::string_view current) {
    json links = json::array();
    for (const std::string& panel : panels_of(plugin)) {
        links.push_back({{"PANEL_TEXT", line_text(panel, 40)},
                         {"PANEL_PATH", plugin_path(field_text(plugin, "id")) + "/panel/" +
                                            percent_encode(panel) + "/"},
                         {"CURRENT", panel == current}});
    }
    return links;
}

json plugins_page(const Snapshot& now) {
    json rows = json::array();
    for (const json& plugin : now.plugins) {
        if (plugin.is_object()) {
            rows.push_back(plugin_row(plugin));
        }
    }
    json page{{"EMPTY", rows.empty() ? json{{"COMMAND", "banger config check"}} : json(false)},
              {"TABLE", false}};
    if (!rows.empty()) {
        page["TABLE"] = {{"CAPTION", count_text(rows.size(), "plugin")}, {"ROWS", std::move(rows)}};
    }
    return page;
}

json plugin_page(const json& plugin, const json& lines, const json& config) {
    json page = plugin_row(plugin);
    const std::string id = page.at("ID");
    const std::string state = page.at("STATE");
    const std::string reason = line_in(plugin, "reason", 2000);
    const std::string hint = line_in(plugin, "hint", 2000);
    json why = false;
    if (!reason.empty() || !hint.empty()) {
        why = {{"REASON_TEXT", reason},
               {"REASON_TONE", page.at("TONE") == "bad" ? "bad" : "idle"},
               {"HINT", told_or_false(hint)},
               {"RELEASE", state == "quarantined" ? json{{"COMMAND", "banger plugin release " + id}}
                                                  : json(false)}};
    }
    page.update({{"WHY", why},
                 {"SUMMARY", line_in(plugin, "summary", 1000)},
                 {"TELLS", lines_told(plugin, lines)},
                 {"VENDOR", told_or_false(line_in(plugin, "vendor", 200))},
                 {"LICENSE", told_or_false(line_in(plugin, "license", 200))},
                 {"ADDRESS", address_of(plugin)},
                 {"FACTS", plugin_facts(plugin)},
                 {"OPTIONS", options_of(plugin)},
                 {"VERBS", actions_of(plugin, "cli")},
                 {"CHECKS", actions_of(plugin, "doctor")},
                 {"CALLS", actions_of(plugin, "rpc")},
                 {"SETTINGS", settings_of(plugin, config)},
                 {"SETTINGS_KEY", "plugins.entries." + id + ".config"},
                 {"SWITCH", state == "disabled" || state == "leaving"
                                ? "To switch it on: plugins.entries." + id + ".enabled: true"
                                : "To switch it off: plugins.entries." + id + ".enabled: false"},
                 {"COMMANDS", json::array({{{"COMMAND", "banger plugin show " + id}},
                                           {{"COMMAND", "banger daemon restart"}}})}});
    return page;
}

} // namespace web
