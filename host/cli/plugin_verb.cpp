#include "cli/plugin_verb.hpp"

#include "api_client/json.hpp"
#include "cli/browser.hpp"
#include "cli/console_text.hpp"
#include "cli/joined_rows.hpp"
#include "cli/noun.hpp"
#include "cli/quantity.hpp"
#include "cli/repeat.hpp"
#include "cli/session.hpp"
#include "cli/table.hpp"
#include "cli/unit_columns.hpp"
#include "cli/verb_args.hpp"
#include "cli/verb_help.hpp"
#include "cli/watch.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>

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
    const Json shown = with_units(object);
    for (const auto& [key, value] : shown.items()) {
        lines.emplace_back(key, plain_line(plain(value)));
    }
    session.print(described(lines, session.out));
}

void print_table(const Session& session, const Json& plain_rows) {
    Json rows = Json::array();
    std::transform(plain_rows.begin(), plain_rows.end(), std::back_inserter(rows), with_units);
    const std::vector<std::string> keys = columns_of(rows);
    std::vector<std::string> headings(keys.size());
    std::transform(keys.begin(), keys.end(), headings.begin(), heading_of);
    Table table(std::move(headings));
    for (const Json& row : rows) {
        std::vector<std::string> cells(keys.size());
        std::transform(keys.begin(), keys.end(), cells.begin(), [&](const std::string& key) {
            return plain_line(text_at(row, key.c_str()));
        });
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
void print_items(const Session& session, const Json& output) {
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
            session.print_foreign(text + (text.empty() || text.ends_with('\n') ? "" : "\n"));
        }
        after_object = data.is_object();
    }
}

/// A plugin knows VMs that run: of others that it was asked for we know more.
void require_running(const Session& session, const Json& args) {
    std::vector<std::string> wanted;
    for (const Json& name : value_at(args, "vms")) {
        wanted.push_back(plain(name));
    }
    if (const std::string name = text_at(args, "vm"); !name.empty()) {
        wanted.push_back(name);
    }
    const auto api = wanted.empty() ? std::nullopt : session.running_api();
    for (const std::string& name : api ? wanted : std::vector<std::string>()) {
        const std::string state = text_at(get_one(*api, vm_noun, name), "state");
        if (state == "stopped" || state == "failed") {
            std::string what = "VM ";
            throw os::Error(os::ErrorKind::conflict, what.append(name).append(" is ").append(state),
                            "start it with: banger vm start " + name);
        }
    }
}

/// This member of what a verb says, when that is all of it.
std::string only_in(const Json& output, const char* member) {
    if (output.size() != 1) {
        return {};
    }
    const Json& data = data_of(output.front());
    return data.is_object() && data.size() == 1 ? text_at(data, member) : "";
}

void open_page(const Session& session, const std::string& url) {
    session.print_foreign(url + "\n");
    if (!show_in_browser(url)) {
        session.note("it is for a browser of this machine");
    }
}

/// Sees the operation through, as for a verb of ours, and prints its result.
int follow_operation(Session& session, const std::string& id, bool json) {
    Json begun = get_one(session.api(), operation_noun, id);
    const std::string what = text_at(begun, "kind");
    const std::string target = text_at(begun, "target");
    const auto outcomes =
        carry_out(session, what.c_str(), {{target, [&] { return std::move(begun); }}});
    const Outcome& outcome = outcomes.front();
    if (!outcome.error && !outcome.left_running) {
        const Json& result = value_at(outcome.last, "result");
        if (json) {
            session.print_json(result);
        } else if (result.is_object()) {
            print_lines(session, result);
        } else {
            session.print(what + " " + outcome.name + " succeeded (" +
                          duration_text(outcome.seconds) + ")\n");
        }
    }
    return conclude(session, outcomes);
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

bool is_off(const Json& plugin) {
    const std::string state = text_at(plugin, "state");
    return state == "disabled" || state == "leaving";
}

bool is_repeatable(const Json& verb) {
    return value_at(verb, "repeatable") == Json(true);
}

Json ask_verb(Session& session, const std::string& plugin, const Json& verb, const Json& args) {
    try {
        const Json answer = session.api().post(plugin_noun.target(plugin) + "/actions/cli/" +
                                                   api_client::encoded(text_at(verb, "name")),
                                               args);
        return value_at(answer, "output");
    } catch (const os::Error& error) {
        if (error.kind() == os::ErrorKind::not_found) {
            require_running(session, args);
        }
        throw;
    }
}

void print_output(const Session& session, const std::string& summary, const Json& output,
                  bool json) {
    if (json) {
        session.print_json(result_of(output));
    } else if (says_nothing(output)) {
        session.note("none (" + summary + ")");
    } else {
        print_items(session, output);
    }
}

int run_plugin_verb(Session& session, const std::string& command, const std::string& plugin,
                    const Json& verb, std::vector<std::string> words, bool json) {
    if (wants_help(words)) {
        session.print(verb_help(command, {plugin}, {verb}));
        return 0;
    }
    const auto seconds = is_repeatable(verb) ? take_watch(words) : std::nullopt;
    const Json args = verb_args(words, schema_of(verb), command);
    return repeat(session, seconds, [&] {
        const Json output = ask_verb(session, plugin, verb, args);
        if (const std::string id = only_in(output, "operation"); !id.empty()) {
            return follow_operation(session, id, json);
        }
        if (const std::string url = only_in(output, "open"); !url.empty() && !json) {
            open_page(session, url);
            return 0;
        }
        print_output(session, text_at(verb, "summary"), output, json);
        return 0;
    });
}

} // namespace banger::cli
