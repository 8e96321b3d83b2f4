#include "cli/verb_help.hpp"

#include "api_client/json.hpp"
#include "cli/console_text.hpp"
#include "cli/noun.hpp"
#include "cli/plugin_verb.hpp"
#include "cli/repeat.hpp"
#include "cli/schema_text.hpp"
#include "cli/ssh_command.hpp"
#include "os/join.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

namespace banger::cli {
namespace {

using Lines = std::vector<std::pair<std::string, std::string>>;

std::string with_capital(std::string text) {
    if (!text.empty()) {
        text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
    }
    return text;
}

/// In the middle of a sentence: "TCP" stays.
std::string without_capital(std::string text) {
    if (text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])) != 0) {
        text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    }
    return text;
}

/// What stands for a parameter's value; VMs are NAME, as with our own verbs.
std::string value_name(const std::string& parameter, const Json& schema) {
    if (parameter == "vm" || parameter == "vms") {
        return "NAME";
    }
    if (value_at(schema, "x-path") == Json(true)) {
        return "PATH";
    }
    const std::string type = text_at(schema, "type");
    return type == "integer" || type == "number" ? "N" : "TEXT";
}

/// What several verbs take, each parameter once.
class Parameters {
  public:
    explicit Parameters(const std::vector<Json>& verbs) {
        for (const Json& verb : verbs) {
            const Json schema = schema_of(verb);
            const Json& properties = value_at(schema, "properties");
            // Words without a name are taken in the order in which they are required, arrays last.
            for (const Json& required : value_at(schema, "required")) {
                const std::string name = plain(required);
                required_.push_back(name);
                const Json& member = value_at(properties, name.c_str());
                if (text_at(member, "type") != "array") {
                    add_once(name, member, false);
                }
            }
            bool array = false; // the first one takes words without a name
            for (const auto& [name, member] : properties.items()) {
                add_once(name, member, array);
                array = array || text_at(member, "type") == "array";
            }
        }
        if (std::all_of(verbs.begin(), verbs.end(), is_repeatable)) {
            options.emplace_back("--watch[=TIME]", with_capital(watch_help));
        }
    }

    Lines options;
    Lines positionals;
    std::string usage; ///< " NAME [WORDS...]"

  private:
    void add_once(const std::string& name, const Json& member, bool array_before) {
        if (std::find(told_.begin(), told_.end(), name) == told_.end()) {
            told_.push_back(name);
            add(name, member, array_before);
        }
    }

    void add(const std::string& name, const Json& member, bool array_before) {
        const std::string type = text_at(member, "type");
        const std::string limits = schema_limits(member);
        std::string what = with_capital(text_at(member, "description"));
        what += (what.empty() || limits.empty() ? "" : " ") + limits;
        const bool needed = std::find(required_.begin(), required_.end(), name) != required_.end();
        if (type == "array" ? !array_before : needed) {
            const std::string word = positional_name(name) + (type == "array" ? "..." : "");
            positionals.emplace_back(word, what);
            usage += " " + (needed ? word : "[" + word + "]");
        } else if (type == "boolean") {
            options.emplace_back("--" + name + ", --no-" + name, what);
        } else {
            options.emplace_back("--" + name + " " + value_name(name, member), what);
        }
    }

    std::vector<std::string> required_;
    std::vector<std::string> told_;
};

std::string block(const char* title, const Lines& lines) {
    std::size_t width = 22; // as CLI11 aligns ours
    for (const auto& [word, what] : lines) {
        width = std::max(width, word.size());
    }
    std::string text = lines.empty() ? "" : "\n" + std::string(title) + ":\n";
    for (const auto& [word, what] : lines) {
        text += "  " + word +
                (what.empty() ? "" : std::string(width + 2 - word.size(), ' ') + what) + "\n";
    }
    return text;
}

std::string option_words(const std::string& name, const Json& value) {
    if (value.is_boolean()) {
        return (value == Json(true) ? " --" : " --no-") + name;
    }
    return " --" + name + " " + shell_quoted(plain(value));
}

/// An example of a schema, which are arguments, as somebody would type it.
std::string example_words(const Json& schema, const Json& example) {
    std::string text;
    std::set<std::string> told;
    for (const Json& required : value_at(schema, "required")) {
        const std::string name = plain(required);
        const Json& value = value_at(example, name.c_str());
        if (value.is_primitive() && !value.is_null()) {
            text += " " + shell_quoted(plain(value));
            told.insert(name);
        }
    }
    for (const auto& [name, value] : example.items()) {
        if (told.count(name) != 0) {
            continue;
        }
        for (const Json& each : value.is_array() ? value : Json::array({value})) {
            text += option_words(name, each);
        }
    }
    return text;
}

/// Those that the verbs' schemas have ("examples" of JSON Schema).
std::string examples_of(const std::string& command, const std::vector<Json>& verbs) {
    std::string text;
    for (const Json& verb : verbs) {
        const Json schema = schema_of(verb);
        for (const Json& example : value_at(schema, "examples")) {
            if (example.is_object()) {
                text += "  " + command + example_words(schema, example) + "\n";
            }
        }
    }
    return text.empty() ? "" : "\nExamples:\n" + text;
}

} // namespace

std::string summary_of(const std::vector<Json>& verbs) {
    std::string text;
    for (const Json& verb : verbs) {
        const std::string own = text_at(verb, "summary");
        text += text.empty() ? with_capital(own) : ", and " + without_capital(own);
    }
    return text;
}

std::string verb_help(const std::string& command, const std::vector<std::string>& plugins,
                      const std::vector<Json>& verbs) {
    Parameters parameters(verbs);
    Lines options{{"-h, --help", "Print this help"}};
    options.insert(options.end(), parameters.options.begin(), parameters.options.end());
    options.emplace_back("--json", "Print JSON");
    const std::string text = summary_of(verbs) + "\n\nUsage: " + command + " [OPTIONS]" +
                             parameters.usage + "\n" + block("Arguments", parameters.positionals) +
                             block("Options", options) + examples_of(command, verbs) +
                             "\nBrought by the plugin" + (plugins.size() == 1 ? " " : "s ") +
                             os::join(plugins) + ".\n";
    return shown_text(text, false);
}

bool wants_help(const std::vector<std::string>& words) {
    const auto end = std::find(words.begin(), words.end(), "--");
    return std::any_of(words.begin(), end,
                       [](const std::string& word) { return word == "--help" || word == "-h"; });
}

} // namespace banger::cli
