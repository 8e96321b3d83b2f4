#include "api_client/json.hpp"
#include "cli/command.hpp"
#include "cli/console_text.hpp"
#include "cli/noun.hpp"
#include "cli/plugin_verb.hpp"
#include "cli/silent_plugins.hpp"
#include "cli/table.hpp"
#include "cli/verb_alias.hpp"
#include "os/nearest.hpp"

namespace banger::cli {
namespace {

struct XArgs {
    std::string plugin;
    std::string verb;
    bool json = false;
};

int list_verbs(Session& session, const std::string& only) {
    Table table({"VERB", "WHAT"});
    bool any = false;
    const ShortForms forms(session.api());
    for (const std::string& id : names(session.api(), plugin_noun)) {
        if (!only.empty() && id != only) {
            continue;
        }
        for (const Json& verb : verbs_of(session.api().get(plugin_noun.target(id)))) {
            const std::string name = text_at(verb, "name");
            std::string command = "banger x ";
            table.add({command.append(id).append(" ").append(name),
                       forms.added_to(text_at(verb, "summary"), id, name)});
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

int run(Session& session, const XArgs& args) {
    if (args.plugin.empty()) {
        return list_verbs(session, "");
    }
    const Json plugin = get_one(session.api(), plugin_noun, args.plugin);
    require_active(args.plugin, plugin);
    if (args.verb.empty()) {
        return list_verbs(session, args.plugin);
    }
    std::vector<std::string> known;
    for (const Json& verb : verbs_of(plugin)) {
        known.push_back(text_at(verb, "name"));
        if (known.back() == args.verb) {
            const std::string command = session.alias.empty()
                                            ? "banger x " + args.plugin + " " + args.verb
                                            : "banger " + session.alias;
            return run_plugin_verb(session, command, args.plugin, verb, session.tail, args.json);
        }
    }
    throw os::Error(os::ErrorKind::not_found,
                    "plugin '" + args.plugin + "' has no verb '" + args.verb + "'" +
                        os::did_you_mean(args.verb, known),
                    "banger x " + args.plugin + " lists its verbs");
}

/// `banger x PLUGIN --help` tells what this plugin brings, where a daemon runs to say so.
void describe_plugin(CLI::App& noun, Session& session) {
    const bool named =
        session.help_only && session.words.size() > 1 && !session.words[1].starts_with("-");
    const std::optional<Api> api = named ? session.running_api() : std::nullopt;
    if (!api) {
        return;
    }
    const std::string& id = session.words[1];
    const Json plugin = get_one(*api, plugin_noun, id);
    std::vector<std::pair<std::string, std::string>> lines;
    for (const Json& verb : verbs_of(plugin)) {
        lines.emplace_back("  " + text_at(verb, "name"), text_at(verb, "summary"));
    }
    noun.description(plain_line(text_at(plugin, "summary")));
    noun.footer(lines.empty() ? "Plugin " + id + " brings no commands."
                              : "Commands of " + id + ":\n" + described(lines, session.out) +
                                    "\nbanger x " + id + " COMMAND --help tells more of one.");
}

} // namespace

void add_x(CLI::App& noun, Session& session) {
    auto args = std::make_shared<XArgs>();
    noun.add_option("PLUGIN", args->plugin, "The plugin; without one, all verbs are listed");
    noun.add_option("VERB", args->verb, "One of its verbs");
    noun.add_option(
        "ARGS", session.tail,
        "--key value, --key=value, --flag; what VERB needs also without --key, in order");
    json_flag(&noun, args->json);
    examples(&noun, "  banger x\n  banger x tap-pool ls");
    describe_plugin(noun, session);
    runs(&noun, session, args, run);
}

} // namespace banger::cli
