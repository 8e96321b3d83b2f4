#include "cli/absent_verb.hpp"

#include "api_client/json.hpp"
#include "cli/noun.hpp"
#include "cli/session.hpp"
#include "cli/silent_plugins.hpp"

#include <algorithm>

namespace banger::cli {
namespace {

/// Throws when a plugin that does not run places a verb there.
void require_its_plugin(const Session& session, const std::string& command) {
    const auto api = session.running_api();
    const Json answer = api ? api->get("/v1/plugins") : Json();
    for (const Json& plugin : value_at(answer, "plugins")) {
        const Json& places = value_at(plugin, "places");
        if (std::find(places.begin(), places.end(), Json(command)) != places.end()) {
            require_active(text_at(plugin, "id"), plugin);
        }
    }
}

} // namespace

os::Error absent_verb(const Session& session, const std::string& command, const std::string& near,
                      const std::string& hint) {
    const std::string text = "no command '" + command + "'" + near;
    try {
        if (near.empty() && !session.running_api()) { // for --help alone none is started
            return {os::ErrorKind::invalid, text,
                    "commands of plugins are known while bangerd runs: banger daemon start"};
        }
        require_its_plugin(session, command);
        const SilentPlugins silent = silent_plugins(session, [&](const Json& plugin) {
            return near.empty() && value_at(plugin, "places").is_null();
        });
        if (!silent.text.empty()) {
            return {os::ErrorKind::invalid,
                    text + "; commands of plugins that have not run yet are not known (" +
                        silent.text + ")",
                    silent.hint};
        }
    } catch (const os::Error& error) {
        if (error.kind() == os::ErrorKind::unavailable) {
            return error;
        }
    }
    return {os::ErrorKind::invalid, text, hint};
}

} // namespace banger::cli
