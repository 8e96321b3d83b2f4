#include "api_client/json.hpp"
#include "cli/command.hpp"
#include "cli/listing.hpp"
#include "cli/plugin_release.hpp"
#include "cli/schema_text.hpp"
#include "cli/table.hpp"
#include "cli/verb_alias.hpp"

namespace banger::cli {
namespace {

using Lines = std::vector<std::pair<std::string, std::string>>;

std::string coloured_plugin_state(const std::string& state, const Terminal& terminal) {
    if (state == "active") {
        return terminal.green(state);
    }
    return state == "disabled" || state == "stopped" ? state : terminal.red(state);
}

std::vector<std::string> row(const Json& plugin, const Terminal& terminal) {
    const std::string why = text_at(plugin, "reason");
    return {text_at(plugin, "id"), coloured_plugin_state(text_at(plugin, "state"), terminal),
            text_at(plugin, "version"), why.empty() ? text_at(plugin, "summary") : why};
}

void section(const Session& session, const std::string& heading, const Lines& lines) {
    if (!lines.empty()) {
        session.print("\n" + session.out.bold(heading) + "\n" + described(lines, session.out));
    }
}

std::string or_dash(const std::string& text) {
    return text.empty() ? "-" : text;
}

Lines actions_of(const Json& plugin, const std::string& kind, const std::string& prefix,
                 const ShortForms& forms = {}) {
    Lines lines;
    for (const Json& action : value_at(plugin, "actions")) {
        if (text_at(action, "kind") == kind) {
            const std::string name = text_at(action, "name");
            lines.emplace_back(
                "  " + prefix + name,
                or_dash(forms.added_to(text_at(action, "summary"), text_at(plugin, "id"), name)));
        }
    }
    return lines;
}

/// Without a daemon, or with one that goes away just now, none are known.
ShortForms short_forms(const Session& session, const Json& plugin) {
    if (text_at(plugin, "state") != "active" || value_at(plugin, "actions").empty()) {
        return {};
    }
    try {
        const auto api = session.running_api();
        return api ? ShortForms(*api) : ShortForms();
    } catch (const os::Error&) {
        return {};
    }
}

Lines options_of(const Json& plugin) {
    Lines lines;
    for (const Json& option : value_at(plugin, "options")) {
        const bool live = value_at(option, "live") == Json(true);
        const std::string flag = text_at(option, "flag");
        lines.emplace_back("  " + (flag.empty() ? text_at(option, "name") : flag),
                           or_dash(schema_text(value_at(option, "schema")) +
                                   (live ? "; can change while the VM runs" : "")));
    }
    return lines;
}

void show(const Session& session, const Json& plugin) {
    const std::string id = text_at(plugin, "id");
    const bool known = !text_at(plugin, "name").empty();
    const std::string on_error = text_at(plugin, "on_error");
    session.print(described(
        {{"id", session.out.bold(id)},
         {"name", known ? text_at(plugin, "name") + " " + text_at(plugin, "version") : ""},
         {"what", text_at(plugin, "summary")},
         {"state", coloured_plugin_state(text_at(plugin, "state"), session.out)},
         {"why", text_at(plugin, "reason")},
         {"hint", text_at(plugin, "hint")},
         {"required", value_at(plugin, "required") == Json(true)
                          ? "yes: bangerd does not start without it"
                          : "no"},
         {"on error", on_error == "warn" ? "only tells (warn)" : "the operation fails (fail)"},
         {"vendor", text_at(plugin, "vendor")},
         {"license", text_at(plugin, "license")},
         {"url", text_at(plugin, "url")},
         {"needs", text_at(plugin, "requires_plugins")},
         {"stage", text_at(plugin, "readiness_stage")},
         {"file", text_at(plugin, "path")},
         {"hides", text_at(plugin, "hides")},
         {"abi", text_at(plugin, "abi")},
         {"brings", text_at(plugin, "interfaces")},
         {"hooks", text_at(plugin, "hooks")},
         {"uses", text_at(plugin, "requires_ext")}},
        session.out));
    section(session, "Options of VMs (vm create, vm set)", options_of(plugin));
    section(session, "Commands",
            actions_of(plugin, "cli", "banger x " + id + " ", short_forms(session, plugin)));
    section(session, "Checks of banger doctor", actions_of(plugin, "doctor", ""));
    Lines settings;
    const Json& properties = value_at(value_at(plugin, "config_schema"), "properties");
    for (const auto& [name, schema] : properties.items()) {
        settings.emplace_back("  " + name, or_dash(schema_text(schema)));
    }
    section(session, "Settings (plugins.entries." + id + ".config in config.yaml)", settings);
}

} // namespace

void add_plugin(CLI::App& noun, Session& session) {
    add_reads(noun, session,
              {plugin_noun,
               "no plugins; plugins.path in config.yaml says where they are looked for",
               {"ID", "STATE", "VERSION", "WHAT"},
               row,
               "List the plugins",
               "Show plugins: state, options, commands, why not loaded",
               show});
    add_plugin_author(noun, session);
    add_plugin_release(noun, session);
}

} // namespace banger::cli
