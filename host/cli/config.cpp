#include "api_client/json.hpp"
#include "cli/command.hpp"
#include "cli/config_verdict.hpp"
#include "cli/console_text.hpp"
#include "cli/noun.hpp"

#include "os/run.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace banger::cli {
namespace {

struct ShowArgs {
    bool json = false;
};

struct CheckArgs {
    std::string file;
};

/// A value with where it comes from: {"value": ..., "source": ...}.
bool is_leaf(const Json& json) {
    return json.is_object() && json.size() <= 3 && json.contains("value") &&
           json.contains("source");
}

/// A value as YAML that reads as the same: texts are quoted where YAML would see something else.
std::string yaml(const Json& value) {
    if (!value.is_string()) {
        return value.dump();
    }
    const auto text = value.get<std::string>();
    const bool clear = !text.empty() && text.front() != '-' && text.front() != ':' &&
                       std::all_of(text.begin(), text.end(), [](char c) {
                           return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                                  std::string_view("_-./").find(c) != std::string_view::npos;
                       });
    return clear ? text : value.dump();
}

void print_level(const Session& session, const Json& json, const std::string& indent) {
    for (const auto& [key, value] : json.items()) {
        if (is_leaf(value)) {
            session.print(indent + key + ": " + yaml(value["value"]) + "  " +
                          session.out.dim("# " + plain(value["source"])) + "\n");
        } else if (value.is_object() && !value.empty()) {
            session.print(indent + session.out.bold(key) + ":\n");
            print_level(session, value, indent + "  ");
        } else {
            session.print(indent + key + ": " + yaml(value) + "\n");
        }
    }
}

void print_values(const Session& session, const Json& config, bool json) {
    if (json) {
        session.print_json(config);
    } else {
        print_level(session, config, "");
    }
}

std::string without_last_newline(const std::string& text) {
    return text.substr(0, text.find_last_not_of('\n') + 1);
}

/// What a daemon that starts now would read.
os::Output told_of(const std::filesystem::path& file) {
    const std::filesystem::path program = os::installation().bin / "bangerd";
    return os::run({program.string(), "--show-config", file.string()});
}

/// By their keys, as "vm.vcpus".
void add_values(std::map<std::string, nlohmann::json>& values, const Json& json,
                const std::string& path) {
    for (const auto& [key, value] : json.items()) {
        const std::string here = path.empty() ? key : path + "." + key;
        if (is_leaf(value)) {
            values[here] = nlohmann::json::parse(value["value"].dump()); // keys in any order
        } else if (value.is_object()) {
            add_values(values, value, here);
        }
    }
}

std::vector<std::string> different_keys(const Json& one, const Json& other) {
    std::map<std::string, nlohmann::json> values;
    std::map<std::string, nlohmann::json> others;
    add_values(values, one, "");
    add_values(others, other, "");
    std::vector<std::string> keys;
    for (const auto& [key, value] : values) {
        const auto found = others.find(key);
        if (found == others.end() || found->second != value) {
            keys.push_back(key);
        }
    }
    for (const auto& [key, value] : others) {
        if (values.count(key) == 0) {
            keys.push_back(key);
        }
    }
    return keys;
}

/// The daemon reads its file once: whoever has edited it since looks here for what they wrote.
void note_edits(const Session& session, const Json& in_force) {
    const std::filesystem::path file = session.paths().config_file();
    const os::Output told = told_of(file);
    if (told.status.code == 1) { // what it says of a file with errors
        session.note(session.err.yellow("warning:") + " " + file.string() +
                     " has errors now: bangerd goes on with what it read when it started\n"
                     "hint: banger config check");
        return;
    }
    const Json config = Json::parse(told.out, nullptr, false);
    if (!told.status.ok() || !config.is_object()) {
        return; // the values in force are shown all the same
    }
    std::vector<std::string> keys = different_keys(in_force, config);
    if (keys.empty()) {
        return;
    }
    constexpr std::size_t most_keys = 5;
    std::string names;
    for (std::size_t i = 0; i < std::min(keys.size(), most_keys); ++i) {
        names += (i == 0 ? "" : ", ") + keys[i];
    }
    if (keys.size() > most_keys) {
        names += " and " + std::to_string(keys.size() - most_keys) + " more";
    }
    session.note(session.err.yellow("warning:") + " " + file.string() +
                 " was changed since bangerd read it: " + plain_line(names) +
                 "\nhint: banger daemon restart reads it again; VMs run on");
}

/// The values in force. Where no daemon runs they are those that the next one would have: it may be
/// the file that keeps it from starting.
int show(Session& session, const ShowArgs& args) {
    if (auto api = session.running_api()) {
        const Json in_force = api->get("/v1/config");
        print_values(session, in_force, args.json);
        note_edits(session, in_force);
        return 0;
    }
    const os::Output told = told_of(session.paths().config_file());
    const Json config = Json::parse(told.out, nullptr, false);
    if (config.is_object()) {
        print_values(session, config, args.json);
    }
    if (!told.err.empty()) {
        session.note(without_last_newline(told.err));
    }
    return as_int(told.status.ok() ? ExitCode::ok : ExitCode::failed);
}

int path(Session& session, const NoArgs&) {
    const std::filesystem::path file = session.paths().config_file();
    session.print(file.string() + "\n");
    if (!std::filesystem::exists(file)) {
        session.note("it does not exist: the built-in values are in force; an example is " +
                     (os::installation().share / "config.example.yaml").string());
    }
    return 0;
}

int check(Session& session, const CheckArgs& args) {
    const std::filesystem::path file =
        args.file.empty() ? session.paths().config_file()
                          : std::filesystem::absolute(args.file).lexically_normal();
    // The one in use need not exist; bangerd says so.
    if (!args.file.empty() && !std::filesystem::exists(file)) {
        throw os::Error(os::ErrorKind::not_found, file.string() + " does not exist");
    }
    const os::Output told = config_verdict(file);
    if (!told.err.empty()) {
        session.note(without_last_newline(told.err));
    }
    session.print_foreign(told.out);
    if (!told.status.ok()) {
        session.note("hint: every key with its meaning is in " +
                     (os::installation().share / "config.example.yaml").string());
    }
    return as_int(told.status.ok() ? ExitCode::ok : ExitCode::failed);
}

} // namespace

void add_config(CLI::App& noun, Session& session) {
    auto show_args = std::make_shared<ShowArgs>();
    CLI::App* verb = noun.add_subcommand(
        "show", "The values in force, and where each is from; also of a file with errors");
    json_flag(verb, show_args->json);
    runs(verb, session, show_args, show);
    runs(noun.add_subcommand("path", "Where the configuration file is"), session,
         std::make_shared<NoArgs>(), path);
    auto check_args = std::make_shared<CheckArgs>();
    verb = noun.add_subcommand(
        "check", "Check a configuration file, and whether this machine has what it names");
    verb->add_option("FILE", check_args->file, "Default: the one in use");
    verb->footer(
        "An error keeps bangerd from starting, a plugin from being loaded or VMs from being\n"
        "made; a warning does not, or is of a built-in value. Exit status 1 with errors.");
    runs(verb, session, check_args, check);
}

} // namespace banger::cli
