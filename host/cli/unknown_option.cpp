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

} // namespace

os::Error unknown_option(const Session& session, const std::string& option,
                         const std::vector<std::string>& known, const std::string& hint) {
    const std::string near = os::did_you_mean(option, known);
    const std::string text = "unknown option " + option + near;
    if (takes_options_of_plugins(session.words)) {
        try {
            const SilentPlugins silent = silent_plugins(session, [&](const Json& plugin) {
                const std::string state = text_at(plugin, "state");
                return near.empty() || !(is_off(plugin) || state == "stopped");
            });
            if (!silent.text.empty()) {
                return {os::ErrorKind::invalid,
                        text + "; options of plugins that do not run are not known (" +
                            silent.text + ")",
                        silent.hint};
            }
        } catch (const os::Error&) { // NOLINT(bugprone-empty-catch): the wrong option is told
        }
    }
    return {os::ErrorKind::invalid, text, hint};
}

} // namespace banger::cli
