#include "cli/silent_plugins.hpp"

#include "api_client/json.hpp"
#include "cli/noun.hpp"
#include "cli/plugin_verb.hpp"
#include "cli/session.hpp"

#include <vector>

namespace banger::cli {
namespace {

std::string way_to_get(const Session& session, const std::vector<std::string>& off,
                       const std::vector<std::string>& bad) {
    if (!bad.empty()) {
        return "banger plugin show " + bad.front() + " says why it does not run";
    }
    const bool one = off.size() == 1;
    return "if it is " + (one ? off.front() + "'s" : std::string("one of theirs")) +
           ": set plugins.entries." + (one ? off.front() : "NAME") + ".enabled: true in " +
           session.paths().config_file().string() + ", then: banger daemon restart";
}

} // namespace

void require_active(const std::string& id, const Json& plugin) {
    const std::string state = text_at(plugin, "state");
    if (state == "active" || state.empty()) {
        return;
    }
    const bool off = is_off(plugin);
    throw os::Error(os::ErrorKind::unavailable,
                    "plugin " + id + " is " + (off ? "off: " : state + ": ") +
                        text_at(plugin, "reason"),
                    off ? "plugins.entries." + id +
                              ".enabled: true in config.yaml (banger config path), then: banger "
                              "daemon restart"
                        : "banger plugin show " + id);
}

SilentPlugins silent_plugins(const Session& session,
                             const std::function<bool(const Json& plugin)>& meant) {
    const auto api = session.running_api();
    const Json answer = api ? api->get("/v1/plugins") : Json();
    SilentPlugins silent;
    std::vector<std::string> off;
    std::vector<std::string> bad;
    for (const Json& plugin : value_at(answer, "plugins")) {
        const std::string state = text_at(plugin, "state");
        const std::string id = text_at(plugin, "id");
        if (state != "active" && !state.empty() && meant(plugin)) {
            silent.text += (silent.text.empty() ? "" : ", ") + id + " is " + state;
            (is_off(plugin) || state == "stopped" ? off : bad).push_back(id);
        }
    }
    silent.hint = silent.text.empty() ? "" : way_to_get(session, off, bad);
    return silent;
}

} // namespace banger::cli
