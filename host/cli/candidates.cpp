#include "cli/candidates.hpp"

#include "api_client/json.hpp"
#include "cli/noun.hpp"
#include "cli/plugin_verb.hpp"
#include "cli/repeat.hpp"
#include "cli/vm_options.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>

namespace banger::cli {
namespace {

/// The names that the API lists; nothing when no daemon runs.
std::vector<Candidate> named(const Session& session, const Noun& noun, const char* suffix = "") {
    std::vector<Candidate> result;
    if (const auto api = session.running_api()) {
        for (const Json& entry : list(*api, noun)) {
            std::string what = text_at(entry, "state");
            if (&noun == &operation_noun) {
                what.insert(0, text_at(entry, "kind") + " " + text_at(entry, "target") + ", ");
            }
            result.push_back({text_at(entry, noun.id) + suffix, what});
        }
    }
    return result;
}

std::vector<Candidate> words_of(const std::vector<std::string>& words) {
    std::vector<Candidate> result(words.size());
    std::transform(words.begin(), words.end(), result.begin(), [](const std::string& word) {
        return Candidate{word, ""};
    });
    return result;
}

std::vector<Candidate> choices_of(const std::string& name) {
    static const std::vector<std::pair<std::string, std::vector<std::string>>> closed{
        {"disk-mode", {"overlay", "copy"}},
        {"vmm", {"auto", "firecracker", "qemu"}},
        {"for", {"ready", "running", "stopped", "deleted"}},
        {"state", {"queued", "running", "cancelling", "succeeded", "failed", "cancelled"}}};
    for (const auto& [key, words] : closed) {
        if (key == name) {
            return words_of(words);
        }
    }
    return {};
}

std::vector<Candidate> values(Session& session, const CLI::Option& option) {
    const std::string& name = option.get_single_name();
    if (name == "image") {
        return named(session, image_noun);
    }
    if (option.get_group().starts_with(plugin_group)) {
        for (const VmOption& known : vm_options(session)) {
            if (known.flag == "--" + name) {
                return words_of(known.choices);
            }
        }
    }
    return choices_of(name);
}

std::vector<Candidate> commands_of(const CLI::App& app) {
    std::vector<Candidate> result;
    for (const CLI::App* verb : app.get_subcommands({})) {
        if (!verb->get_group().empty()) {
            result.push_back({verb->get_name(), verb->get_description()});
        }
    }
    return result;
}

std::vector<Candidate> positionals(const Session& session, const std::string& noun,
                                   const std::string& verb, std::size_t index) {
    const bool several = verb == "stop" || verb == "start" || verb == "restart" || verb == "kill" ||
                         verb == "delete" || verb == "show" || verb == "set" ||
                         verb == "ssh-config" || verb == "trim";
    if (noun == "vm" && verb == "cp") {
        return named(session, vm_noun, ":");
    }
    if (noun == "vm" && verb != "create" && verb != "ls" && (index == 0 || several)) {
        return named(session, vm_noun);
    }
    if (noun == "image" && (verb == "show" || verb == "delete" ||
                            ((verb == "default" || verb == "register") && index == 0))) {
        return named(session, image_noun);
    }
    if (noun == "op" && verb != "ls" && index == 0) {
        return named(session, operation_noun);
    }
    if ((noun == "plugin" && verb == "show") || (noun == "x" && index == 0)) {
        return named(session, plugin_noun);
    }
    if (noun == "completion") {
        return words_of({"bash", "zsh", "fish"});
    }
    return {};
}

const CLI::App* verb_named(const CLI::App& app, const std::string& word) {
    const auto found =
        app.get_subcommands([&](const CLI::App* verb) { return verb->check_name(word); });
    return found.empty() ? nullptr : found.front();
}

const CLI::Option* taking_value(const CLI::App& app, const std::string& word) {
    if (word.size() < 2 || word[0] != '-') {
        return nullptr;
    }
    const CLI::Option* option = app.get_option_no_throw(word);
    return option != nullptr && option->get_items_expected_max() > 0 ? option : nullptr;
}

std::vector<Candidate> x_verbs(const Session& session, const std::string& plugin) {
    std::vector<Candidate> result;
    if (const auto api = session.running_api()) {
        for (const Json& verb : verbs_of(api->get(plugin_noun.target(plugin)))) {
            result.push_back({text_at(verb, "name"), text_at(verb, "summary")});
        }
    }
    return result;
}

void add_new(std::vector<Candidate>& all, const Candidate& candidate) {
    if (std::none_of(all.begin(), all.end(),
                     [&](const Candidate& each) { return each.word == candidate.word; })) {
        all.push_back(candidate);
    }
}

/// The names and descriptions of what a plugin's verb takes: that of `banger x PLUGIN VERB`, or of
/// those that are placed at `path`.
std::vector<Candidate> parameters(const Session& session, const std::vector<std::string>& path,
                                  const std::vector<std::string>& given) {
    const auto api = session.running_api();
    const bool x = path[0] == "x";
    const std::vector<std::string> plugins = !api ? std::vector<std::string>()
                                             : x  ? std::vector<std::string>{given[0]}
                                                  : names(*api, plugin_noun);
    std::vector<Candidate> result;
    for (const std::string& plugin : plugins) {
        for (const Json& verb : verbs_of(api->get(plugin_noun.target(plugin)))) {
            if (x ? text_at(verb, "name") == given[1]
                  : text_at(verb, "place") == path[0] + " " + path[1]) {
                const Json schema = schema_of(verb);
                for (const auto& [name, member] : value_at(schema, "properties").items()) {
                    add_new(result, {"--" + name, text_at(member, "description")});
                }
                if (is_repeatable(verb)) {
                    add_new(result, {"--watch", watch_help});
                }
            }
        }
    }
    return result;
}

/// Words of a plugin's verb: its options, or VMs where it takes one.
std::vector<Candidate> plugin_words(const Session& session, const CLI::App& app,
                                    const std::vector<std::string>& path,
                                    const std::vector<std::string>& given, bool option) {
    std::vector<Candidate> all = parameters(session, path, given);
    if (option) {
        const std::vector<Candidate> ours = options_of(app);
        all.insert(all.end(), ours.begin(), ours.end());
        return all;
    }
    const bool vm = std::any_of(all.begin(), all.end(), [](const Candidate& each) {
        return each.word == "--vm" || each.word == "--vms";
    });
    return vm ? named(session, vm_noun) : std::vector<Candidate>();
}

} // namespace

std::vector<Candidate> options_of(const CLI::App& app) {
    std::vector<Candidate> result;
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_group().empty()) {
            continue;
        }
        for (const std::string& name : option->get_lnames()) {
            result.push_back({"--" + name, option->get_description()});
        }
    }
    return result;
}

std::vector<Candidate> candidates(Session& session, const CLI::App& root,
                                  const std::vector<std::string>& words) {
    std::string current = words.empty() ? "" : words.back();
    const CLI::App* app = &root;
    std::vector<std::string> path;
    std::vector<std::string> given; // positional words
    const CLI::Option* waiting = nullptr;
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        if (words[i] == "--") {
            return {};
        }
        const CLI::App* next = nullptr;
        if (given.empty() && waiting == nullptr) {
            next = verb_named(*app, words[i]);
        }
        if (next != nullptr) {
            app = next;
            path.push_back(next->get_name());
        } else if (waiting != nullptr) {
            waiting = words[i] == "=" ? waiting : nullptr; // bash makes three words of --key=value
        } else if (words[i].starts_with("-")) {
            waiting = taking_value(*app, words[i]);
        } else {
            given.push_back(words[i]);
        }
    }
    path.resize(2);
    std::string before; // "--key=", the part of the word that stays
    if (const std::size_t equals = current.find('='); equals == 0 && waiting != nullptr) {
        current.clear();
    } else if (current.starts_with("--") && equals != std::string::npos) {
        waiting = taking_value(*app, current.substr(0, equals));
        before = current.substr(0, equals + 1);
        current.erase(0, equals + 1);
    }

    std::vector<Candidate> all;
    const bool plugins = (path[0] == "x" && given.size() >= 2) || app->get_prefix_command();
    if (waiting != nullptr) {
        all = values(session, *waiting);
    } else if (plugins) {
        all = plugin_words(session, *app, path, given, current.starts_with("-"));
    } else if (current.starts_with("-")) {
        all = options_of(*app);
    } else if (!app->get_subcommands({}).empty()) {
        all = commands_of(*app);
    } else if (path[0] == "x" && given.size() == 1) {
        all = x_verbs(session, given[0]);
    } else {
        all = positionals(session, path[0], path[1], given.size());
        std::erase_if(all, [&](const Candidate& candidate) {
            return std::find(given.begin(), given.end(), candidate.word) != given.end();
        });
    }
    std::erase_if(all,
                  [&](const Candidate& candidate) { return !candidate.word.starts_with(current); });
    for (Candidate& candidate : all) {
        candidate.word.insert(0, before);
    }
    return all;
}

} // namespace banger::cli
