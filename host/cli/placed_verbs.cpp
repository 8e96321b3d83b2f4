#include "cli/placed_verbs.hpp"

#include "api_client/json.hpp"
#include "cli/command.hpp"
#include "cli/joined_rows.hpp"
#include "cli/noun.hpp"
#include "cli/plugin_verb.hpp"
#include "cli/repeat.hpp"
#include "cli/verb_args.hpp"
#include "cli/verb_help.hpp"

#include <algorithm>
#include <iterator>

namespace banger::cli {
namespace {

/// The verbs at one place, in the order of their plugins.
struct Place {
    std::string name; ///< the word after the noun
    std::vector<std::string> plugins;
    std::vector<Json> verbs;
    bool runs = false; ///< one of these plugins does
};

/// The parser knows nothing of what verbs of plugins take.
class VerbHelp : public CLI::Formatter {
  public:
    explicit VerbHelp(std::string text) : text_(std::move(text)) {}
    std::string make_help(const CLI::App* /*app*/, std::string /*name*/,
                          CLI::AppFormatMode /*mode*/) const override {
        return text_;
    }

  private:
    std::string text_;
};

/// What a verb emits at a place that it shares. Throws when that is no table.
Json rows_of(const Json& output) {
    Json rows = Json::array();
    for (const Json& item : output) {
        const Json& data = value_at(item, "json");
        const bool table =
            data.is_array() &&
            std::all_of(data.begin(), data.end(), [](const Json& row) { return row.is_object(); });
        if (!table) {
            throw os::Error(os::ErrorKind::internal, "what it says is no table");
        }
        rows.insert(rows.end(), data.begin(), data.end());
    }
    return rows;
}

/// Why the verb of a plugin failed, without the names of these, which the daemon puts in front.
std::string reason(const os::Error& error, const std::string& plugin, const Json& verb) {
    const std::string text = error.what();
    const std::string before = "plugin " + plugin + ", cli " + text_at(verb, "name") + ": ";
    return text.starts_with(before) ? text.substr(before.size()) : text;
}

/// Several that fail for one reason are one failure.
int report_all(const Session& session, const Place& place,
               const std::vector<std::optional<os::Error>>& errors) {
    std::vector<std::string> reasons;
    ExitCode code = ExitCode::ok;
    for (std::size_t i = 0; i < errors.size(); ++i) {
        if (errors[i]) {
            reasons.push_back(reason(*errors[i], place.plugins[i], place.verbs[i]));
            const ExitCode own = session.exit_code(*errors[i]);
            code = code == ExitCode::ok || code == own ? own : ExitCode::failed;
        }
    }
    const bool one = reasons.size() == errors.size() &&
                     std::all_of(reasons.begin(), reasons.end(),
                                 [&](const std::string& each) { return each == reasons.front(); });
    if (one) {
        throw os::Error(errors.front()->kind(), reasons.front(), errors.front()->hint());
    }
    auto text = reasons.begin();
    for (std::size_t i = 0; i < errors.size(); ++i) {
        if (errors[i]) {
            session.report({errors[i]->kind(), "plugin " + place.plugins[i] + ": " + *text++,
                            errors[i]->hint()});
        }
    }
    return as_int(code);
}

int run_together(Session& session, const Place& place, const std::vector<Json>& args, bool json) {
    Json rows = Json::array();
    std::vector<std::optional<os::Error>> errors(place.verbs.size());
    for (std::size_t i = 0; i < place.verbs.size(); ++i) {
        try {
            rows = joined_rows(
                rows, rows_of(ask_verb(session, place.plugins[i], place.verbs[i], args[i])));
        } catch (const os::Error& error) {
            errors[i].emplace(error);
        }
    }
    const bool all_failed =
        std::all_of(errors.begin(), errors.end(), [](const auto& error) { return !!error; });
    if (!all_failed) {
        const Json output{{{"kind", "json"}, {"json", std::move(rows)}}};
        print_output(session, summary_of(place.verbs), output, json);
    }
    return report_all(session, place, errors);
}

int run_place(Session& session, const Place& place, const std::string& command,
              std::vector<std::string> words, bool json) {
    if (wants_help(words)) { // behind a name: the parser has stopped there
        session.print(verb_help(command, place.plugins, place.verbs));
        return 0;
    }
    if (place.verbs.size() == 1) {
        return run_plugin_verb(session, command, place.plugins.front(), place.verbs.front(),
                               std::move(words), json);
    }
    const bool repeatable = std::all_of(place.verbs.begin(), place.verbs.end(), is_repeatable);
    const auto seconds = repeatable ? take_watch(words) : std::nullopt;
    std::vector<Json> args; // what one of them does not take is wrong before any is run
    std::transform(place.verbs.begin(), place.verbs.end(), std::back_inserter(args),
                   [&](const Json& verb) { return verb_args(words, schema_of(verb), command); });
    return repeat(session, seconds, [&] { return run_together(session, place, args, json); });
}

void add(CLI::App& noun, Session& session, const Place& place) {
    CLI::App* added = noun.add_subcommand(place.name, summary_of(place.verbs));
    added->group("Commands");
    added->prefix_command(); // the words are the plugins'
    const auto json = std::make_shared<bool>(false);
    json_flag(added, *json);
    const std::string command = "banger " + noun.get_name() + " " + place.name;
    added->formatter(std::make_shared<VerbHelp>(verb_help(command, place.plugins, place.verbs)));
    added->callback([&session, added, json, place, command] {
        std::vector<std::string> words = added->remaining();
        *json = std::erase(words, "--json") > 0 || *json;
        session.action = [&session, json, place, command, words] {
            return run_place(session, place, command, words, *json);
        };
    });
}

/// The word of a verb's place under this noun; empty when it has none there, or one of ours has it.
std::string word_of(const CLI::App& noun, const Json& verb) {
    const std::string place = text_at(verb, "place");
    const std::string before = noun.get_name() + " ";
    const std::string word = place.starts_with(before) ? place.substr(before.size()) : "";
    const bool taken =
        !noun.get_subcommands([&](const CLI::App* other) { return other->check_name(word); })
             .empty();
    const bool good =
        word.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
    return good && !taken ? word : "";
}

/// In the order of the plugins; the verbs of a plugin in its own. One that has failed is told where
/// others run; a place of none that runs is no command.
std::vector<Place> places_under(const CLI::App& noun, const Api& api) {
    std::vector<Place> places;
    std::vector<std::string> ids = names(api, plugin_noun);
    std::sort(ids.begin(), ids.end());
    for (const std::string& id : ids) {
        const Json plugin = api.get(plugin_noun.target(id));
        for (const Json& verb : is_off(plugin) ? std::vector<Json>() : verbs_of(plugin)) {
            const std::string word = word_of(noun, verb);
            if (word.empty()) {
                continue;
            }
            auto place = std::find_if(places.begin(), places.end(),
                                      [&](const Place& each) { return each.name == word; });
            if (place == places.end()) {
                place = places.insert(place, Place{word, {}, {}, false});
            }
            place->plugins.push_back(id);
            place->verbs.push_back(verb);
            place->runs = place->runs || text_at(plugin, "state") == "active";
        }
    }
    std::erase_if(places, [](const Place& place) { return !place.runs; });
    return places;
}

} // namespace

void add_placed_verbs(CLI::App& noun, Session& session) {
    std::optional<Api> api = session.running_api();
    if (!api && !session.help_only) {
        api = session.api();
    }
    if (!api) {
        noun.footer("Plugins may bring more commands; they are listed while bangerd runs: banger "
                    "daemon start");
        return;
    }
    try {
        for (const Place& place : places_under(noun, *api)) {
            add(noun, session, place);
        }
    } catch (const os::Error&) {
        if (!session.help_only) { // the help of our own verbs needs no daemon
            throw;
        }
    }
}

} // namespace banger::cli
