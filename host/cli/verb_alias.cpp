#include "cli/verb_alias.hpp"

#include "api_client/json.hpp"
#include "cli/command.hpp"
#include "cli/command_line.hpp"
#include "cli/noun.hpp"
#include "cli/plugin_verb.hpp"

namespace banger::cli {
namespace {

struct Brought {
    std::string plugin;
    std::string verb;
    std::string summary;
    std::string place;
};

/// What the plugins that run bring.
std::vector<Brought> brought_verbs(const Api& api) {
    std::vector<Brought> all;
    for (const std::string& id : names(api, plugin_noun)) {
        const Json plugin = api.get(plugin_noun.target(id));
        if (text_at(plugin, "state") != "active") {
            continue;
        }
        for (const Json& verb : verbs_of(plugin)) {
            all.push_back(
                {id, text_at(verb, "name"), text_at(verb, "summary"), text_at(verb, "place")});
        }
    }
    return all;
}

/// Those without a place, by their names.
std::map<std::string, std::vector<Brought>> unplaced_verbs(const Api& api) {
    std::map<std::string, std::vector<Brought>> verbs;
    for (Brought& verb : brought_verbs(api)) {
        if (verb.place.empty()) {
            const std::string name = verb.verb;
            verbs[name].push_back(std::move(verb));
        }
    }
    return verbs;
}

} // namespace

std::vector<std::string> without_alias(Session& session, const std::vector<std::string>& words) {
    std::optional<Api> api = session.running_api();
    if (!api && !session.help_only) {
        try {
            api = session.api();
        } catch (const os::Error&) { // "no such command" is the better answer
            return {};
        }
    }
    if (!api) {
        return {};
    }
    const auto verbs = unplaced_verbs(*api);
    const auto found = verbs.find(words.front());
    if (found == verbs.end()) {
        return {};
    }
    if (found->second.size() > 1) {
        std::string full;
        for (const Brought& verb : found->second) {
            full +=
                (full.empty() ? "" : " or ") + ("banger x " + verb.plugin + " ") + words.front();
        }
        throw os::Error(os::ErrorKind::invalid,
                        "several plugins bring a command '" + words.front() + "'", "say " + full);
    }
    std::vector<std::string> all{"x", found->second.front().plugin};
    all.insert(all.end(), words.begin(), words.end());
    return all;
}

void add_verb_aliases(CLI::App& app, const Session& session) {
    const auto api = session.running_api();
    if (!api) {
        return;
    }
    try {
        for (const auto& [name, verbs] : unplaced_verbs(*api)) {
            if (verbs.size() == 1 && !is_own_word(name)) {
                const Brought& verb = verbs.front();
                const std::string what = verb.summary + (verb.summary.empty() ? "" : " ") +
                                         "(plugin " + verb.plugin + ")";
                app.add_subcommand(name, what)->group("Commands of plugins");
            }
        }
    } catch (const os::Error&) { // the help of our own commands needs no daemon
    }
}

ShortForms::ShortForms(const Api& api) {
    std::map<std::string, int> bringers;
    const std::vector<Brought> all = brought_verbs(api);
    for (const Brought& verb : all) {
        bringers[verb.verb] += verb.place.empty() ? 1 : 0;
    }
    for (const Brought& verb : all) {
        if (!verb.place.empty()) {
            forms_[{verb.plugin, verb.verb}] = "banger " + verb.place;
        } else if (bringers[verb.verb] == 1 && !is_own_word(verb.verb)) {
            forms_[{verb.plugin, verb.verb}] = "banger " + verb.verb;
        }
    }
}

std::string ShortForms::added_to(const std::string& summary, const std::string& plugin,
                                 const std::string& verb) const {
    const auto found = forms_.find({plugin, verb});
    if (found == forms_.end()) {
        return summary;
    }
    return summary + (summary.empty() ? "" : " ") + "(in short: " + found->second + ")";
}

} // namespace banger::cli
