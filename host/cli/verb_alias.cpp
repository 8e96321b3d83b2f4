#include "cli/verb_alias.hpp"

#include "api_client/json.hpp"
#include "cli/command.hpp"
#include "cli/noun.hpp"
#include "cli/plugin_verb.hpp"

#include <map>

namespace banger::cli {
namespace {

struct Bringer {
    std::string plugin;
    std::string summary;
};

/// The verbs without a place of the plugins that run, and who brings each.
std::map<std::string, std::vector<Bringer>> unplaced_verbs(const Api& api) {
    std::map<std::string, std::vector<Bringer>> verbs;
    for (const std::string& id : names(api, plugin_noun)) {
        const Json plugin = api.get(plugin_noun.target(id));
        if (text_at(plugin, "state") != "active") {
            continue;
        }
        for (const Json& verb : verbs_of(plugin)) {
            if (text_at(verb, "place").empty()) {
                verbs[text_at(verb, "name")].push_back({id, text_at(verb, "summary")});
            }
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
        for (const Bringer& bringer : found->second) {
            full +=
                (full.empty() ? "" : " or ") + ("banger x " + bringer.plugin + " ") + words.front();
        }
        throw os::Error(os::ErrorKind::invalid,
                        "several plugins bring a command '" + words.front() + "'", "say " + full);
    }
    std::vector<std::string> all{"x", found->second.front().plugin};
    all.insert(all.end(), words.begin(), words.end());
    return all;
}

void add_verb_aliases(CLI::App& app, const Session& session,
                      const std::function<bool(const std::string& word)>& taken) {
    const auto api = session.running_api();
    if (!api) {
        return;
    }
    try {
        for (const auto& [verb, bringers] : unplaced_verbs(*api)) {
            if (bringers.size() == 1 && !taken(verb)) {
                app.add_subcommand(verb, bringers.front().summary)->group("Commands of plugins");
            }
        }
    } catch (const os::Error&) { // the help of our own commands needs no daemon
    }
}

} // namespace banger::cli
