#include "cli/vm_options.hpp"

#include "api_client/json.hpp"
#include "cli/absolute_path.hpp"
#include "cli/checks.hpp"
#include "cli/noun.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include <CLI/CLI.hpp>

namespace banger::cli {
namespace {

/// What the daemon leaves for --help.
std::filesystem::path copy_of_options(const Session& session) {
    return session.paths().state / "vm-options.json";
}

VmOption option_of(const Json& json) {
    VmOption option;
    option.plugin = text_at(json, "plugin");
    option.name = text_at(json, "name");
    option.flag = text_at(json, "flag");
    if (option.flag.empty()) {
        option.flag = option.name;
    }
    option.flag =
        "--" + option.flag.substr(std::min(option.flag.find_first_not_of('-'), option.flag.size()));
    if (const std::string letter = text_at(json, "short"); letter.size() == 1) {
        option.short_flag = "-" + letter;
    }
    option.type = text_at(json, "type");
    option.default_text = text_at(json, "default");
    option.description = text_at(json, "description");
    option.live = value_at(json, "live") == Json(true);
    option.path = value_at(json, "path") == Json(true);
    for (const Json& choice : value_at(json, "enum")) {
        option.choices.push_back(plain(choice));
    }
    return option;
}

/// "-p,--publish". A letter that the verb has itself stays the verb's.
std::string flags_of(const CLI::App& verb, const VmOption& option) {
    const bool free =
        !option.short_flag.empty() && verb.get_option_no_throw(option.short_flag) == nullptr;
    return free ? option.short_flag + "," + option.flag : option.flag;
}

std::string help_of(const VmOption& option) {
    std::string text = option.description;
    for (std::size_t i = 0; i < option.choices.size(); ++i) {
        text += (i == 0 ? ": " : ", ") + option.choices[i];
    }
    if (!option.default_text.empty()) {
        text += " (default: " + option.default_text + ")";
    }
    return text;
}

Json number_of(const VmOption& option, const std::string& text) {
    const char* end = text.data() + text.size();
    if (option.type == "integer") {
        std::int64_t whole = 0;
        if (std::from_chars(text.data(), end, whole).ptr == end && !text.empty()) {
            return whole;
        }
    } else {
        double value = 0;
        if (std::from_chars(text.data(), end, value).ptr == end && !text.empty()) {
            return value;
        }
    }
    throw os::Error(os::ErrorKind::invalid, option.flag + ": '" + text + "' is not a number");
}

Json value_of(const VmOption& option, const std::vector<std::string>& given) {
    if (option.type == "boolean") {
        return given.back() == "true" || given.back() == "1";
    }
    if (option.type == "integer" || option.type == "number") {
        return number_of(option, given.back());
    }
    if (option.type == "array") {
        std::vector<std::string> all(given.size());
        std::transform(given.begin(), given.end(), all.begin(), [&](const std::string& each) {
            return option.path ? absolute_path(each) : each;
        });
        return all;
    }
    return option.path ? absolute_path(given.back()) : given.back();
}

} // namespace

std::vector<VmOption> vm_options_of(const Json& answer) {
    std::vector<VmOption> options;
    for (const Json& json : value_at(answer, "options")) {
        options.push_back(option_of(json));
    }
    return options;
}

std::vector<VmOption> vm_options(Session& session) {
    if (session.help_only && !session.running_api()) {
        const auto copy = os::find_file(copy_of_options(session));
        return copy ? vm_options_of(Json::parse(*copy, nullptr, false)) : std::vector<VmOption>();
    }
    return vm_options_of(session.api().get("/v1/vm-options"));
}

std::string options_to_come(const Session& session) {
    const bool known = !session.help_only || session.running_api() ||
                       std::filesystem::exists(copy_of_options(session));
    return known ? ""
                 : "\nOptions of plugins are listed here once bangerd has run: "
                   "banger daemon start.";
}

VmOptionFlags::VmOptionFlags(CLI::App& verb, std::vector<VmOption> options, const char* of_lists)
    : options_(std::move(options)), given_(options_.size()),
      none_(std::make_unique<bool[]>(options_.size())) {
    for (std::size_t i = 0; i < options_.size(); ++i) {
        const VmOption& option = options_[i];
        if (verb.get_option_no_throw(option.flag) != nullptr) {
            continue; // a built-in flag wins
        }
        CLI::Option* added = nullptr;
        if (option.type == "boolean") {
            const std::string off = "!--no-" + option.flag.substr(2);
            added = verb.add_flag(option.flag + "," + off, given_[i], help_of(option));
            added->check(one_of({"true", "false"}));
        } else {
            added = verb.add_option(flags_of(verb, option), given_[i],
                                    help_of(option) + (option.type == "array" ? of_lists : ""));
            added->type_name(option.path                                         ? "PATH"
                             : option.type == "string" || option.type == "array" ? "TEXT"
                                                                                 : "N");
            if (option.type == "array") { // one value each time the flag is given
                added->expected(1, CLI::detail::expected_max_vector_size);
                added->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
            } else {
                added->expected(1);
            }
            added->allow_extra_args(false);
        }
        if (!option.choices.empty()) {
            added->check(one_of(option.choices));
        }
        added->group(plugin_group + option.plugin);
        if (option.type == "array") {
            verb.add_flag("--no-" + option.flag.substr(2), none_[i],
                          "No " + option.flag + " at all" + of_lists)
                ->excludes(added)
                ->group(plugin_group + option.plugin);
        }
    }
}

std::vector<VmOption> VmOptionFlags::lists() const {
    std::vector<VmOption> lists;
    for (std::size_t i = 0; i < options_.size(); ++i) {
        if (options_[i].type == "array" && (!given_[i].empty() || none_[i])) {
            lists.push_back(options_[i]);
        }
    }
    return lists;
}

Json VmOptionFlags::values() const {
    Json values = Json::object();
    for (std::size_t i = 0; i < options_.size(); ++i) {
        if (!given_[i].empty()) {
            values[options_[i].plugin][options_[i].name] = value_of(options_[i], given_[i]);
        } else if (none_[i]) {
            values[options_[i].plugin][options_[i].name] = Json::array();
        }
    }
    return values;
}

} // namespace banger::cli
