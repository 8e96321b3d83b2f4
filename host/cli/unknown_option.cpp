#include "cli/unknown_option.hpp"

#include "api_client/json.hpp"
#include "cli/noun.hpp"
#include "cli/plugin_verb.hpp"
#include "cli/session.hpp"
#include "cli/silent_plugins.hpp"
#include "os/nearest.hpp"

namespace banger::cli {
namespace {

bool takes_options_of_plugins(const std::vector<std::string>& words) {
    return words.size() > 1 && words[0] == "vm" && (words[1] == "create" || words[1] == "set");
}

/// Throws when a plugin that does not run has it.
void require_its_plugin(const Session& session, const std::string& option) {
    const auto api = session.running_api();
    const Json answer = api ? api->get("/v1/plugins") : Json();
    const std::string plain = option.starts_with("--no-") ? "--" + option.substr(5) : option;
    for (const Json& plugin : value_at(answer, "plugins")) {
        for (const Json& flag : value_at(plugin, "flags")) {
            if (flag == Json(option) || flag == Json(plain)) {
                require_active(text_at(plugin, "id"), plugin);
            }
        }
    }
}

} // namespace

os::Error unknown_option(const Session& session, const std::string& option,
                         const std::vector<std::string>& known, const std::string& hint) {
    const std::string near = os::did_you_mean(option, known);
    const std::string text = "unknown option " + option + near;
    if (takes_options_of_plugins(session.words)) {
        try {
            require_its_plugin(session, option);
            const SilentPlugins silent = silent_plugins(session, [&](const Json& plugin) {
                const std::string state = text_at(plugin, "state");
                return value_at(plugin, "flags").is_null() &&
                       (near.empty() || !(is_off(plugin) || state == "stopped"));
            });
            if (!silent.text.empty()) {
                return {os::ErrorKind::invalid,
                        text + "; options of plugins that do not run are not known (" +
                            silent.text + ")",
                        silent.hint};
            }
        } catch (const os::Error& error) { // else the wrong option is told
            if (error.kind() == os::ErrorKind::unavailable) {
                return {os::ErrorKind::invalid, "no option " + option + " now: " + error.what(),
                        error.hint()};
            }
        }
    }
    return {os::ErrorKind::invalid, text, hint};
}

} // namespace banger::cli
