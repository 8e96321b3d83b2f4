#include "cli/plugin_verb.hpp"

#include "api_client/json.hpp"
#include "cli/command.hpp"
#include "cli/noun.hpp"
#include "cli/table.hpp"
#include "cli/verb_args.hpp"

#include <algorithm>
#include <cctype>

namespace banger::cli {
namespace {

/// "guest_port" over a column: "GUEST PORT".
std::string heading_of(std::string key) {
    std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) {
        return c == '_' ? ' ' : static_cast<char>(std::toupper(c));
    });
    return key;
}

void print_lines(const Session& session, const Json& object) {
    std::vector<std::pair<std::string, std::string>> lines;
    for (const auto& [key, value] : object.items()) {
        lines.emplace_back(key, plain(value));
    }
    session.print(described(lines, session.out));
}

void print_table(const Session& session, const Json& rows) {
    std::vector<std::string> keys;
    for (const Json& row : rows) {
        for (const auto& [key, value] : row.items()) {
            if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
                keys.push_back(key);
            }
        }
    }
    std::vector<std::string> headings(keys.size());
    std::transform(keys.begin(), keys.end(), headings.begin(), heading_of);
    Table table(std::move(headings));
    for (const Json& row : rows) {
        std::vector<std::string> cells;
        for (const std::string& key : keys) {
            cells.push_back(text_at(row, key.c_str()));
        }
        table.add(std::move(cells));
    }
    session.print(table.text(session.out));
}

bool is_rows(const Json& data) {
    return data.is_array() && !data.empty() &&
           std::all_of(data.begin(), data.end(), [](const Json& row) { return row.is_object(); });
}

const Json& data_of(const Json& item) {
    return item.contains("json") ? value_at(item, "json") : value_at(item, "text");
}

/// A list without entries; a verb that emits nothing did something.
bool says_nothing(const Json& output) {
    return !output.empty() && std::all_of(output.begin(), output.end(),
                                          [](const Json& item) { return data_of(item).empty(); });
}

/// What it emitted, without the envelope: as `ls` and `show` give theirs. Several as an array.
Json result_of(const Json& output) {
    Json all = Json::array();
    for (const Json& item : output) {
        all.push_back(data_of(item));
    }
    return all.size() == 1 ? all.front() : all;
}

/// What a verb emits says how it looks, not how much of it there is: an array of objects is a
/// table, an object alone is lines.
void print_output(const Session& session, const Json& output) {
    bool after_object = false;
    for (const Json& item : output) {
        const Json& data = data_of(item);
        if (data.is_object()) {
            session.print(after_object ? "\n" : "");
            print_lines(session, data);
        } else if (is_rows(data)) {
            print_table(session, data);
        } else {
            const std::string text = plain(data);
            session.print(text + (text.empty() || text.ends_with('\n') ? "" : "\n"));
        }
        after_object = data.is_object();
    }
}

/// "NAME", "[--vm TEXT]": what the schema of a verb's arguments takes.
std::string arguments_of(const Json& schema) {
    std::string text;
    const Json& required = value_at(schema, "required");
    for (const auto& [name, member] : value_at(schema, "properties").items()) {
        const bool needed =
            std::find(required.begin(), required.end(), Json(name)) != required.end();
        const std::string what = text_at(member, "description");
        text += (needed ? "  " : "  [") + ("--" + name) + (needed ? "" : "]") +
                (what.empty() ? "" : "  " + what) + "\n";
    }
    return text;
}

void add_placed(CLI::App& noun, Session& session, const std::string& plugin, const Json& verb) {
    const std::string place = text_at(verb, "place");
    const std::string before = noun.get_name() + " ";
    const std::string name = place.starts_with(before) ? place.substr(before.size()) : "";
    const bool taken =
        !noun.get_subcommands([&](const CLI::App* other) { return other->check_name(name); })
             .empty();
    if (name.empty() ||
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos ||
        taken) {
        return;
    }
    CLI::App* added = noun.add_subcommand(name, text_at(verb, "summary"));
    added->group("Commands");
    added->prefix_command(); // the words are the plugin's
    const auto json = std::make_shared<bool>(false);
    json_flag(added, *json);
    const std::string arguments = arguments_of(schema_of(verb));
    added->footer((arguments.empty() ? "" : "Arguments:\n" + arguments + "\n") +
                  "Brought by the plugin " + plugin + ".");
    added->callback([&session, added, json, plugin, verb] {
        std::vector<std::string> words = added->remaining();
        *json = std::erase(words, "--json") > 0 || *json;
        session.action = [&session, json, plugin, verb, words] {
            return run_plugin_verb(session, plugin, verb, words, *json);
        };
    });
}

} // namespace

std::vector<Json> verbs_of(const Json& plugin) {
    std::vector<Json> verbs;
    for (const Json& action : value_at(plugin, "actions")) {
        if (text_at(action, "kind").empty() || text_at(action, "kind") == "cli") {
            verbs.push_back(action);
        }
    }
    return verbs;
}

Json schema_of(const Json& verb) {
    const Json& found = value_at(verb, "params_schema");
    if (found.is_null()) {
        return {{"properties", Json::object()}};
    }
    return found.is_string() ? Json::parse(plain(found), nullptr, false) : found;
}

int run_plugin_verb(Session& session, const std::string& plugin, const Json& verb,
                    const std::vector<std::string>& words, bool json) {
    if (!words.empty() && (words.front() == "--help" || words.front() == "-h")) {
        const std::string arguments = arguments_of(schema_of(verb));
        session.print(text_at(verb, "summary") + "\n\nUsage: banger x " + plugin + " " +
                      text_at(verb, "name") + (arguments.empty() ? "" : " [ARGUMENTS]") +
                      " [--json]\n" + (arguments.empty() ? "" : "\nArguments:\n" + arguments));
        return 0;
    }
    const Json answer = session.api().post(plugin_noun.target(plugin) + "/actions/cli/" +
                                               api_client::encoded(text_at(verb, "name")),
                                           verb_args(words, schema_of(verb)));
    const Json& output = value_at(answer, "output");
    if (json) {
        session.print_json(result_of(output));
    } else if (says_nothing(output)) {
        session.note("none (" + text_at(verb, "summary") + ")");
    } else {
        print_output(session, output);
    }
    return 0;
}

void add_placed_verbs(CLI::App& noun, Session& session) {
    std::optional<Api> api = session.running_api();
    if (!api && !session.help_only) {
        api = session.api();
    }
    if (!api) {
        return;
    }
    try {
        for (const std::string& plugin : names(*api, plugin_noun)) {
            for (const Json& verb : verbs_of(api->get(plugin_noun.target(plugin)))) {
                add_placed(noun, session, plugin, verb);
            }
        }
    } catch (const os::Error&) {
        if (!session.help_only) { // the help of our own verbs needs no daemon
            throw;
        }
    }
}

} // namespace banger::cli
