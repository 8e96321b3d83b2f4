#include "config_view.hpp"

#include "result_view.hpp"
#include "state/field.hpp"
#include "text.hpp"

#include <map>

namespace web {
namespace {

using nlohmann::json;

constexpr int deepest = 8;

bool is_value(const json& entry) {
    return entry.is_object() && entry.contains("value") && entry.contains("source");
}

/// Each value with its whole name: "plugins.entries.nat.enabled".
void add_values(json& rows, const std::string& key, const json& entry, int depth) {
    if (is_value(entry)) {
        const json& value = field(entry, "value");
        const std::string text = value_text("", value);
        const bool is_file = field_text(entry, "source") == "file";
        rows.push_back({{"KEY_TEXT", line_text(key, 200)},
                        {"CONTENT", text.empty() ? "empty" : text},
                        {"SOURCE", is_file ? "config.yaml" : "built in"},
                        {"IS_SET", is_file},
                        {"BUILT_IN", !is_file}});
        return;
    }
    if (!entry.is_object() || depth == deepest) {
        return;
    }
    for (const auto& [name, below] : entry.items()) {
        add_values(rows, key + "." + name, below, depth + 1);
    }
}

json section_of(const std::string& title, const std::string& key, const json& entry) {
    json rows = json::array();
    add_values(rows, key, entry, 0);
    if (rows.empty()) {
        return false;
    }
    return {{"TITLE", title}, {"ROWS", std::move(rows)}};
}

json sections_of(const json& config) {
    json sections = json::array();
    const auto add = [&](json section) {
        if (section.is_object()) {
            sections.push_back(std::move(section));
        }
    };
    if (!config.is_object()) {
        return sections;
    }
    for (const auto& [name, section] : config.items()) {
        if (name != "plugins") {
            add(section_of(line_text(name, 60), name, section));
        }
    }
    json others = field_object(config, "plugins");
    const json entries = field_object(others, "entries");
    others.erase("entries");
    add(section_of("plugins", "plugins", others));
    for (const auto& [id, entry] : entries.items()) {
        add(section_of("plugin " + line_text(id, 60), "plugins.entries." + id, entry));
    }
    return sections;
}

json places_of(const json& daemon) {
    static const std::map<std::string, const char*> labels{
        {"config", "Configuration"},       {"data", "VMs, images and records"},
        {"state", "State of plugins"},     {"runtime", "Sockets"},
        {"socket", "The daemon's socket"}, {"log", "The daemon's log"}};
    json rows = json::array();
    for (const auto& [name, path] : field_object(daemon, "paths").items()) {
        const auto label = labels.find(name);
        rows.push_back({{"LABEL", label == labels.end() ? label_text(name) : label->second},
                        {"PLACE", value_text("", path)}});
    }
    return rows;
}

} // namespace

json settings_page(const json& config, const json& daemon) {
    json sections = sections_of(config);
    std::size_t set = 0;
    for (const json& section : sections) {
        for (const json& row : section.at("ROWS")) {
            set += row.at("IS_SET") == true ? 1 : 0;
        }
    }
    const std::string file = line_in(field_object(daemon, "paths"), "config", 1000);
    return {{"SECTIONS", std::move(sections)},
            {"SET_TEXT", set == 0
                             ? "Nothing is set in it: the built-in values are in force."
                             : count_text(set, "value") + " of it in force; the rest is built in."},
            {"FILE", file.empty() ? json(false) : json{{"COMMAND", file}}},
            {"COMMANDS", json::array({{{"COMMAND", "banger config check"}},
                                      {{"COMMAND", "banger daemon restart"}},
                                      {{"COMMAND", "banger config show"}}})},
            {"PLACES", places_of(daemon)}};
}

} // namespace web
