#include "plugin/describe.hpp"

#include "plugin/hook_names.hpp"

#include <string>

#include <nlohmann/json.hpp>

namespace banger::plugin {

using nlohmann::json;

namespace {

json actions_json(const Manifest& manifest) {
    json result = json::array();
    for (const auto& [kind, actions] : manifest.actions) {
        for (std::uint32_t i = 0; i < actions->count; ++i) {
            const banger_action& action = *actions->items[i];
            result.push_back({{"kind", kind},
                              {"name", action.name},
                              {"summary", action.summary ? action.summary : ""}});
            if (action.params_schema) {
                result.back()["params_schema"] = json::parse(action.params_schema);
            }
            if (action.place) {
                result.back()["place"] = action.place;
            }
            if ((action.flags & BANGER_ACTION_REPEATABLE) != 0) {
                result.back()["repeatable"] = true;
            }
        }
    }
    return result;
}

json options_json(const Manifest& manifest) {
    json result = json::array();
    for (std::uint32_t i = 0; manifest.options && i < manifest.options->count; ++i) {
        const banger_option& option = *manifest.options->items[i];
        result.push_back({{"name", option.name},
                          {"flag", option.cli_flag ? "--" + std::string(option.cli_flag) : ""},
                          {"live", (option.flags & BANGER_OPTION_LIVE) != 0},
                          {"schema", json::parse(option.schema)}});
    }
    return result;
}

} // namespace

json to_json(const PluginInfo& plugin) {
    json result = {{"id", plugin.id},
                   {"state", std::string(to_string(plugin.state))},
                   {"reason", plugin.reason},
                   {"path", plugin.path.string()},
                   {"required", plugin.required},
                   {"on_error", plugin.on_error}};
    if (!plugin.hint.empty()) {
        result["hint"] = plugin.hint;
    }
    if (plugin.known) {
        result["places"] = plugin.known->places;
        result["flags"] = plugin.known->flags;
    }
    for (const std::filesystem::path& file : plugin.hides) {
        result["hides"].push_back(file.string());
    }
    if (!plugin.manifest) {
        return result;
    }
    const Manifest& m = *plugin.manifest;
    result.update({{"name", m.name},
                   {"version", m.version},
                   {"vendor", m.vendor},
                   {"license", m.license},
                   {"url", m.url},
                   {"summary", m.summary},
                   {"abi", "1." + std::to_string(m.abi_minor)},
                   {"interfaces", m.interfaces},
                   {"hooks", hook_names(m)},
                   {"requires_ext", m.requires_ext},
                   {"requires_plugins", m.requires_plugins},
                   {"concurrent", m.concurrent},
                   {"gives_network", m.gives_network},
                   {"options", options_json(m)},
                   {"actions", actions_json(m)}});
    if (m.readiness) {
        result["readiness_stage"] = m.readiness->stage;
    }
    if (!m.config_schema.empty()) {
        result["config_schema"] = json::parse(m.config_schema);
    }
    return result;
}

} // namespace banger::plugin
