#include "api_client/json.hpp"
#include "cli/command.hpp"
#include "cli/noun.hpp"
#include "cli/table.hpp"

namespace banger::cli {
namespace {

struct ReadArgs {
    std::string id;
    bool json = false;
};

std::string coloured_state(const std::string& state, const Terminal& terminal) {
    if (state == "active") {
        return terminal.green(state);
    }
    return state == "disabled" || state == "stopped" ? state : terminal.red(state);
}

std::string first_of(const Json& object, std::initializer_list<const char*> keys) {
    for (const char* key : keys) {
        if (std::string text = text_at(object, key); !text.empty()) {
            return text;
        }
    }
    return {};
}

int ls(Session& session, const ReadArgs& args) {
    const Json plugins = list(session.api(), plugin_noun);
    if (args.json) {
        session.print_json(plugins);
        return 0;
    }
    if (plugins.empty()) {
        session.note("no plugins; the config's plugins.path says where they are looked for");
        return 0;
    }
    Table table({"ID", "STATE", "VERSION", "WHAT"});
    for (const Json& plugin : plugins) {
        const std::string why = first_of(plugin, {"why", "reason", "error"});
        table.add({text_at(plugin, "id"), coloured_state(text_at(plugin, "state"), session.out),
                   text_at(plugin, "version"),
                   why.empty() ? first_of(plugin, {"summary", "description"}) : why});
    }
    session.print(table.text(session.out));
    return 0;
}

bool is_entries(const Json& value) {
    return value.is_array() && !value.empty() && value.front().is_object();
}

/// Objects in an array as one line each, by their telling members.
void print_entries(const Session& session, const std::string& heading, const Json& entries) {
    session.print("\n" + session.out.bold(heading) + "\n");
    std::vector<std::pair<std::string, std::string>> lines;
    for (const Json& entry : entries) {
        const std::string kind = text_at(entry, "kind");
        const std::string text = first_of(entry, {"summary", "description"});
        const std::string fallback = text_at(value_at(entry, "schema"), "description");
        lines.emplace_back("  " + (kind.empty() ? "" : kind + " ") +
                               first_of(entry, {"flag", "name", "id"}),
                           !text.empty()      ? text
                           : fallback.empty() ? "-"
                                              : fallback);
    }
    session.print(described(lines, session.out));
}

void print_config_keys(const Session& session, const Json& properties) {
    session.print("\n" + session.out.bold("config") + "\n");
    std::vector<std::pair<std::string, std::string>> lines;
    for (const auto& [name, schema] : properties.items()) {
        const std::string fallback = text_at(schema, "default");
        lines.emplace_back("  " + name,
                           text_at(schema, "description") +
                               (fallback.empty() ? "" : " (default: " + fallback + ")"));
    }
    session.print(described(lines, session.out));
}

int show(Session& session, const ReadArgs& args) {
    const Json plugin = get_one(session.api(), plugin_noun, args.id);
    if (args.json) {
        session.print_json(plugin);
        return 0;
    }
    std::vector<std::pair<std::string, std::string>> lines;
    for (const auto& [key, value] : plugin.items()) {
        if (!value.is_object() && !is_entries(value)) {
            lines.emplace_back(key, key == "state" ? coloured_state(plain(value), session.out)
                                                   : plain(value));
        }
    }
    session.print(described(lines, session.out));
    for (const auto& [key, value] : plugin.items()) {
        if (is_entries(value)) {
            print_entries(session, key, value);
        }
    }
    const Json& properties = value_at(value_at(plugin, "config_schema"), "properties");
    if (properties.is_object() && !properties.empty()) {
        print_config_keys(session, properties);
    }
    return 0;
}

} // namespace

void add_plugin(CLI::App& noun, Session& session) {
    auto ls_args = std::make_shared<ReadArgs>();
    CLI::App* verb = noun.add_subcommand("ls", "List the plugins")->alias("list");
    json_flag(verb, ls_args->json);
    runs(verb, session, ls_args, ls);

    auto show_args = std::make_shared<ReadArgs>();
    verb = noun.add_subcommand("show", "Show one: state, interfaces, options, why not loaded");
    verb->add_option("ID", show_args->id, "The plugin")->required();
    json_flag(verb, show_args->json);
    runs(verb, session, show_args, show);
}

} // namespace banger::cli
