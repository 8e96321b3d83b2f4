#include "api_client/json.hpp"
#include "cli/command.hpp"
#include "cli/noun.hpp"
#include "cli/table.hpp"
#include "cli/verb_args.hpp"

#include "os/nearest.hpp"

#include <algorithm>

namespace banger::cli {
namespace {

struct XArgs {
    std::string plugin;
    std::string verb;
    bool json = false;
};

/// The verbs among a plugin's actions.
std::vector<Json> verbs_of(const Json& plugin) {
    std::vector<Json> verbs;
    for (const Json& action : value_at(plugin, "actions")) {
        if (text_at(action, "kind").empty() || text_at(action, "kind") == "cli") {
            verbs.push_back(action);
        }
    }
    return verbs;
}

int list_verbs(Session& session, const std::string& only) {
    Table table({"VERB", "WHAT"});
    bool any = false;
    for (const std::string& id : names(session.api(), plugin_noun)) {
        if (!only.empty() && id != only) {
            continue;
        }
        for (const Json& verb : verbs_of(session.api().get(plugin_noun.target(id)))) {
            table.add({"banger x " + id + " " + text_at(verb, "name"), text_at(verb, "summary")});
            any = true;
        }
    }
    if (!any) {
        session.note(only.empty() ? "no plugin brings a command"
                                  : "plugin " + only + " brings no command; banger plugin show " +
                                        only + " tells its state");
        return 0;
    }
    session.print(table.text(session.out));
    return 0;
}

/// Objects of one shape as a table, one alone as lines.
void print_rows(const Session& session, const std::vector<Json>& rows) {
    if (rows.size() == 1) {
        std::vector<std::pair<std::string, std::string>> lines;
        for (const auto& [key, value] : rows.front().items()) {
            lines.emplace_back(key, plain(value));
        }
        session.print(described(lines, session.out));
        return;
    }
    std::vector<std::string> keys;
    for (const Json& row : rows) {
        for (const auto& [key, value] : row.items()) {
            if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
                keys.push_back(key);
            }
        }
    }
    Table table(keys);
    for (const Json& row : rows) {
        std::vector<std::string> cells;
        for (const std::string& key : keys) {
            cells.push_back(text_at(row, key.c_str()));
        }
        table.add(std::move(cells));
    }
    session.print(table.text(session.out));
}

/// A verb emits text, and objects one by one or in arrays; neighbouring objects are one table.
void print_output(const Session& session, const Json& output) {
    std::vector<Json> rows;
    const auto flush = [&] {
        if (!rows.empty()) {
            print_rows(session, rows);
            rows.clear();
        }
    };
    for (const Json& item : output) {
        const Json& data = item.contains("json") ? value_at(item, "json") : value_at(item, "text");
        if (data.is_object()) {
            rows.push_back(data);
        } else if (data.is_array() && !data.empty() && data.front().is_object()) {
            rows.insert(rows.end(), data.begin(), data.end());
        } else {
            flush();
            const std::string text = plain(data);
            session.print(text + (text.empty() || text.ends_with('\n') ? "" : "\n"));
        }
    }
    flush();
}

int run(Session& session, const XArgs& args) {
    if (args.plugin.empty()) {
        return list_verbs(session, "");
    }
    const Json plugin = get_one(session.api(), plugin_noun, args.plugin);
    if (args.verb.empty()) {
        return list_verbs(session, args.plugin);
    }
    std::vector<std::string> known;
    Json schema;
    for (const Json& verb : verbs_of(plugin)) {
        known.push_back(text_at(verb, "name"));
        if (known.back() == args.verb) {
            const Json& found = value_at(verb, "params_schema");
            schema = found.is_string() ? Json::parse(plain(found), nullptr, false) : found;
        }
    }
    if (std::find(known.begin(), known.end(), args.verb) == known.end()) {
        throw os::Error(os::ErrorKind::not_found,
                        "plugin '" + args.plugin + "' has no verb '" + args.verb + "'" +
                            os::did_you_mean(args.verb, known),
                        "banger x " + args.plugin + " lists its verbs");
    }
    const Json answer = session.api().post(plugin_noun.target(args.plugin) + "/actions/cli/" +
                                               api_client::encoded(args.verb),
                                           verb_args(session.tail, schema));
    if (args.json) {
        session.print_json(answer);
        return 0;
    }
    print_output(session, value_at(answer, "output"));
    return 0;
}

} // namespace

void add_x(CLI::App& noun, Session& session) {
    auto args = std::make_shared<XArgs>();
    noun.add_option("PLUGIN", args->plugin, "The plugin; without one, all verbs are listed");
    noun.add_option("VERB", args->verb, "One of its verbs");
    noun.add_option("ARGS", session.tail, "--key value, --key=value, --flag, or values in order");
    json_flag(&noun, args->json);
    examples(&noun, "  banger x\n  banger x tap-pool ls");
    runs(&noun, session, args, run);
}

} // namespace banger::cli
