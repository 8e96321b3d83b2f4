#include "cli/unknown_option.hpp"

#include "api_client/json.hpp"
#include "cli/noun.hpp"
#include "cli/session.hpp"
#include "os/nearest.hpp"

namespace banger::cli {
namespace {

bool takes_options_of_plugins(const std::vector<std::string>& words) {
    return words.size() > 1 && words[0] == "vm" && (words[1] == "create" || words[1] == "set");
}

/// "nat is failed, web is disabled".
std::string silent_plugins(const Session& session, bool also_off) {
    std::string text;
    const auto api = session.running_api();
    const Json answer = api ? api->get("/v1/plugins") : Json();
    for (const Json& plugin : value_at(answer, "plugins")) {
        const std::string state = text_at(plugin, "state");
        const bool off = state == "disabled" || state == "stopped";
        if (state != "active" && (also_off || !off)) {
            text += (text.empty() ? "" : ", ") + text_at(plugin, "id") + " is " + state;
        }
    }
    return text;
}

} // namespace

std::string unknown_option(const Session& session, const std::string& option,
                           const std::vector<std::string>& known) {
    const std::string near = os::did_you_mean(option, known);
    if (!takes_options_of_plugins(session.words)) {
        return near;
    }
    try {
        const std::string silent = silent_plugins(session, near.empty());
        return near + (silent.empty()
                           ? ""
                           : "; of plugins that do not run no option is known (" + silent + ")");
    } catch (const os::Error&) { // the wrong option is what is told
        return near;
    }
}

} // namespace banger::cli
