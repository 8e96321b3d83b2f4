#include "cli/command_line.hpp"

#include "cli/absent_verb.hpp"
#include "cli/candidates.hpp"
#include "cli/command.hpp"
#include "cli/help.hpp"
#include "cli/own_words.hpp"
#include "cli/placed_verbs.hpp"
#include "cli/raw_tail.hpp"
#include "cli/ssh_proxy.hpp"
#include "cli/unknown_option.hpp"
#include "cli/verb_alias.hpp"
#include "os/nearest.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace banger::cli {
namespace {

struct NounEntry {
    const char* word;
    const char* summary;
    void (*add)(CLI::App&, Session&);
    bool has_verbs;
};

constexpr std::array<NounEntry, 11> nouns{{
    {"vm", "Virtual machines: create, ssh, stop, delete ...", add_vm, true},
    {"image", "What VMs boot from", add_image, true},
    {"op", "Operations: what is being done, and was", add_op, true},
    {"plugin", "What this installation can do: networks, and more", add_plugin, true},
    {"daemon", "bangerd, which does the work", add_daemon, true},
    {"doctor", "Check this machine, and say how to repair it", add_doctor, false},
    {"ssh-config", "Let plain ssh, scp, git and editors log in to VMs", add_ssh_config, false},
    {"config", "The configuration: show it, find it, check it", add_config, true},
    {"x", "Commands that plugins bring", add_x, false},
    {"completion", "Completion for bash, zsh or fish", add_completion, false},
    {"version", "Versions of banger and of the running daemon", add_version, false},
}};

constexpr const char* main_footer =
    "Begin with:\n"
    "  banger vm create --name testbox      a VM, ready to log in to\n"
    "  banger vm ssh testbox                be in it\n"
    "  banger COMMAND --help                more of anything\n"
    "\n"
    "Exit status: 0 done, 1 failed, 2 wrong usage, 3 no such thing, 4 no daemon,\n"
    "130 interrupted; of vm ssh and vm exec the remote command's.";

const NounEntry* find_noun(const std::string& word) {
    const auto* found = std::find_if(nouns.begin(), nouns.end(),
                                     [&](const NounEntry& noun) { return word == noun.word; });
    return found == nouns.end() ? nullptr : found;
}

/// The nouns with only the verbs of `filled`: a command needs no other, and start-up stays quick.
std::unique_ptr<CLI::App> make_app(Session& session, const NounEntry* filled) {
    auto app =
        std::make_unique<CLI::App>("Virtual machines that feel like shell sessions.", "banger");
    app->formatter(std::make_shared<Help>());
    app->get_formatter()->label("SUBCOMMANDS", "Commands");
    app->set_help_flag("-h,--help", "Print this help");
    app->set_version_flag("--version", "banger " BANGER_VERSION)->description("Print the version");
    app->option_defaults()->always_capture_default(false);
    app->require_subcommand(0, 1); // one command only: a VM may be called as another one is
    for (const NounEntry& noun : nouns) {
        CLI::App* sub = app->add_subcommand(noun.word, noun.summary)->group("Commands");
        sub->require_subcommand(0, 1);
        if (&noun == filled) {
            noun.add(*sub, session);
            for (CLI::App* verb : sub->get_subcommands({})) {
                verb->group("Commands");
            }
        }
    }
    app->footer(main_footer); // after the nouns, which would inherit it
    return app;
}

std::vector<std::string> verb_names(const CLI::App& noun) {
    std::vector<std::string> result;
    for (const CLI::App* verb : noun.get_subcommands({})) {
        result.push_back(verb->get_name());
    }
    return result;
}

std::vector<std::string> option_names(const CLI::App& app) {
    std::vector<std::string> result;
    for (const Candidate& option : options_of(app)) {
        result.push_back(option.word);
    }
    return result;
}

std::string other_name(const std::string& noun, const std::string& word,
                       const std::vector<std::string>& known) {
    if (const auto verb = meant_vm_verb(word); noun == "vm" && verb) {
        return "; did you mean 'vm " + *verb + "'?";
    }
    return os::did_you_mean(word, known, noun + " ");
}

bool has_verb(const CLI::App& noun, const std::string& word) {
    return !noun.get_subcommands([&](const CLI::App* verb) { return verb->check_name(word); })
                .empty();
}

/// Plugins' verbs are asked for only where the command line names none of ours: a misspelt one
/// starts no daemon.
void find_placed_verbs(CLI::App& noun, Session& session, const std::vector<std::string>& words) {
    const bool help = words.size() < 2 || words[1].starts_with("-");
    const bool misspelt = !help && !other_name(words[0], words[1], verb_names(noun)).empty();
    if (help || !has_verb(noun, words[1])) {
        const bool only_help =
            std::exchange(session.help_only, session.help_only || help || misspelt);
        add_placed_verbs(noun, session);
        session.help_only = only_help;
    }
}

bool asks_for_help(const std::vector<std::string>& words) {
    return std::any_of(words.begin(), words.end(),
                       [](const std::string& word) { return word == "--help" || word == "-h"; });
}

/// What somebody meant who wrote `word` for a command; empty when nothing is near it.
std::string other_noun(const std::string& word) {
    std::vector<std::string> known(std::size(nouns));
    std::transform(std::begin(nouns), std::end(nouns), known.begin(),
                   [](const NounEntry& noun) { return std::string(noun.word); });
    if (const auto meant = meant_command(word)) {
        return meant->empty() ? "" : "; did you mean 'banger " + *meant + "'?";
    }
    return os::did_you_mean(word, known);
}

/// The command line with a plugin's command written out. Like plugins' verbs under our nouns, a
/// misspelt one starts no daemon.
std::vector<std::string> with_known_noun(Session& session, const std::vector<std::string>& words) {
    const std::string guess = other_noun(words.front());
    const bool only_help = std::exchange(session.help_only, session.help_only || !guess.empty() ||
                                                                asks_for_help(words));
    std::vector<std::string> full;
    if (!is_own_word(words.front())) {
        full = without_alias(session, words);
    }
    session.help_only = only_help;
    if (full.empty()) {
        throw os::Error(os::ErrorKind::invalid, "no command '" + words.front() + "'" + guess,
                        "banger --help lists the commands");
    }
    session.alias = words.front();
    return full;
}

/// The first word that no option and no argument took, without a value written to it.
std::string extra_word(const CLI::App& app, bool only_options) {
    for (const std::string& word : app.remaining(true)) {
        if (!only_options || (word.starts_with("-") && word != "--")) {
            return word.substr(0, word.find('='));
        }
    }
    return {};
}

/// "-n, " where `text` begins with the long name of an option that has a short one, too: either
/// may be what was typed.
std::string short_names(const CLI::App& app, const std::string& text) {
    std::string names;
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_positional() || !text.starts_with(option->get_name() + ":")) {
            continue;
        }
        for (const std::string& name : option->get_snames()) {
            names += "-" + name + ", ";
        }
    }
    return names;
}

/// What the parser found wrong, in our words. An unknown option comes first: what was meant as its
/// value was taken for something else, and the parser complains of that.
os::Error usage_error(const Session& session, const CLI::App& app, const CLI::ParseError& error) {
    const CLI::App* last = &app;
    std::string name = "banger";
    while (!last->get_subcommands().empty()) {
        last = last->get_subcommands().front();
        name += " " + last->get_name();
    }
    std::string text = error.what();
    if (const std::string option = extra_word(app, true); !option.empty()) {
        return unknown_option(session, option, option_names(*last), "see " + name + " --help");
    } else if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
        text = "'" + extra_word(app, false) + "' is one argument too many";
    } else if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
        text = name + ": " + text;
    } else if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
        const bool many = text.find("received") != std::string::npos &&
                          text.find("received 0") == std::string::npos;
        text =
            text.substr(0, text.find(':')) + (many ? " is given more than once" : " needs a value");
    } else if (dynamic_cast<const CLI::ExcludesError*>(&error) != nullptr) {
        const std::string between = " excludes ";
        if (const std::size_t at = text.find(between); at != std::string::npos) {
            text.replace(at, between.size(), " does not go together with ");
        }
    } else {
        text = short_names(*last, text) + text;
    }
    return {os::ErrorKind::invalid, text, "see " + name + " --help"};
}

int complete(Session& session, std::vector<std::string> words) {
    if (words.size() > 1 && words.front() == "help") {
        words.erase(words.begin());
    }
    session.help_only = true;
    session.words = words;
    if (!words.empty()) {
        session.words.pop_back(); // is being typed: no name yet
    }
    const NounEntry* noun = words.size() > 1 ? find_noun(words[0]) : nullptr;
    try {
        if (words.size() > 1 && !is_own_word(words.front()) && !words.front().starts_with("-")) {
            std::vector<std::string> full = without_alias(session, words);
            if (!full.empty()) {
                return complete(session, std::move(full));
            }
        }
        const auto app = make_app(session, noun);
        if (words.size() < 2) {
            add_verb_aliases(*app, session);
        }
        if (noun != nullptr && noun->has_verbs) {
            CLI::App& sub = *app->get_subcommand(noun->word);
            if (words.size() == 2 || !has_verb(sub, words[1])) {
                add_placed_verbs(sub, session);
            }
        }
        for (const Candidate& candidate : candidates(session, *app, words)) {
            session.print(candidate.word + "\t" + candidate.what + "\n");
        }
    } catch (const os::Error&) { // a shell in the middle of a line is no place for a message
        return as_int(ExitCode::failed);
    }
    return 0;
}

int usage_of(const Session& session, const CLI::App& app) {
    session.note(app.help());
    return as_int(ExitCode::usage);
}

int run(Session& session, std::vector<std::string> words) {
    if (!words.empty() && words.front() == "help") { // "banger help vm create"
        words.erase(words.begin());
        words.emplace_back("--help");
    }
    const bool named = !words.empty() && !words.front().starts_with("-");
    if (named && find_noun(words.front()) == nullptr) {
        words = with_known_noun(session, words);
    }
    const NounEntry* noun = named ? find_noun(words.front()) : nullptr;
    SplitWords split = split_words(words);
    session.words = split.head;
    session.tail = std::move(split.tail);
    session.help_only = asks_for_help(split.head);
    const auto app = make_app(session, noun);
    if (noun == nullptr) {
        add_verb_aliases(*app, session);
    }
    if (words.empty()) {
        return usage_of(session, *app);
    }
    if (noun != nullptr && noun->has_verbs) {
        CLI::App& sub = *app->get_subcommand(noun->word);
        find_placed_verbs(sub, session, words);
        if (words.size() == 1) {
            return usage_of(session, sub);
        }
        if (!words[1].starts_with("-") && !has_verb(sub, words[1])) {
            throw absent_verb(session, words[0] + " " + words[1],
                              other_name(words[0], words[1], verb_names(sub)),
                              "banger " + words[0] + " --help lists its commands");
        }
    }
    for (const std::string& word : split.head) { // the parser would take the next word instead
        if (word == "--") {
            break;
        }
        if (word.starts_with("--") && word.find('=') == word.size() - 1) {
            throw os::Error(os::ErrorKind::invalid, word + " has no value");
        }
    }
    try {
        std::reverse(split.head.begin(), split.head.end()); // as CLI11 takes them
        app->parse(std::move(split.head));
    } catch (const CLI::CallForHelp&) {
        session.print(app->help());
        return 0;
    } catch (const CLI::Success& success) {
        return app->exit(success);
    } catch (const CLI::ParseError& error) {
        throw usage_error(session, *app, error);
    }
    return session.action ? session.action() : usage_of(session, *app);
}

} // namespace

bool is_own_word(const std::string& word) {
    return find_noun(word) != nullptr || meant_command(word).has_value();
}

int run_command_line(const std::vector<std::string>& words) {
    Session session;
    try {
        if (!words.empty() && words.front() == "__complete") {
            return complete(session, {words.begin() + 1, words.end()});
        }
        if (!words.empty() && words.front() == "__ssh-proxy") {
            return ssh_proxy(session, {words.begin() + 1, words.end()});
        }
        const int code = run(session, words);
        session.flush();
        return code;
    } catch (...) {
        const os::Error error = os::current_error();
        session.report(error);
        return as_int(session.exit_code(error));
    }
}

} // namespace banger::cli
