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

/// Plugins whose options are not known, and how to get them.
struct Silent {
    std::string text;                  ///< "nat is failed, web is disabled"
    std::vector<std::string> off, bad; ///< their names
};

Silent silent_plugins(const Session& session, bool also_off) {
    Silent silent;
    const auto api = session.running_api();
    const Json answer = api ? api->get("/v1/plugins") : Json();
    for (const Json& plugin : value_at(answer, "plugins")) {
        const std::string state = text_at(plugin, "state");
        const std::string id = text_at(plugin, "id");
        const bool off = state == "disabled" || state == "stopped" || state == "leaving";
        if (state != "active" && (also_off || !off)) {
            silent.text += (silent.text.empty() ? "" : ", ") + id + " is " + state;
            (off ? silent.off : silent.bad).push_back(id);
        }
    }
    return silent;
}

std::string way_to_get(const Session& session, const Silent& silent) {
    if (!silent.bad.empty()) {
        return "banger plugin show " + silent.bad.front() + " says why it does not run";
    }
    const bool one = silent.off.size() == 1;
    return "if it is " + (one ? silent.off.front() + "'s" : std::string("one of theirs")) +
           ": set plugins.entries." + (one ? silent.off.front() : "NAME") + ".enabled: true in " +
           session.paths().config_file().string() + ", then: banger daemon restart";
}

} // namespace

os::Error unknown_option(const Session& session, const std::string& option,
                         const std::vector<std::string>& known, const std::string& hint) {
    const std::string near = os::did_you_mean(option, known);
    const std::string text = "unknown option " + option + near;
    if (takes_options_of_plugins(session.words)) {
        try {
            const Silent silent = silent_plugins(session, near.empty());
            if (!silent.text.empty()) {
                return {os::ErrorKind::invalid,
                        text + "; options of plugins that do not run are not known (" +
                            silent.text + ")",
                        way_to_get(session, silent)};
            }
        } catch (const os::Error&) { // NOLINT(bugprone-empty-catch): the wrong option is told
        }
    }
    return {os::ErrorKind::invalid, text, hint};
}

} // namespace banger::cli
