#include "plugin/catalog.hpp"

#include "os/error.hpp"
#include "plugin/entry_check.hpp"
#include "plugin/schema.hpp"

#include <nlohmann/json.hpp>

namespace banger::plugin {

namespace {

/// "config.yaml:12:5: plugins.entries.dns.config: port: ..."; `text` begins with a key of the
/// plugin's, and the place is that of the key, of its settings or else of its entry.
std::string line_of(const std::string& id, const EntrySettings& entry, const std::string& text) {
    const std::string place = place_of(entry, text.substr(0, text.find(": ")));
    return (place.empty() ? "" : place + ": ") + "plugins.entries." + id + ".config: " + text +
           (text.ends_with('?') ? " " : "; ") + "banger plugin show " + id + " lists its settings";
}

} // namespace

std::vector<std::string> Catalog::check() {
    scan();
    std::vector<std::string> problems;
    check_unknown(problems);
    inspect();
    check_option_flags();
    static_cast<void>(sort()); // what it leaves out has failed
    for (const auto& [id, entry] : settings_.entries) {
        const auto found = candidates_.find(id);
        const bool known = found != candidates_.end() && !found->second.file.empty();
        if (!known || found->second.state == State::disabled) {
            continue; // what there is no file for is told above
        }
        const std::string off = entry.required ? "take out required: true" : "set enabled: false";
        const auto cannot_load = [&, id = id](const std::string& reason, const std::string& way) {
            problems.push_back((entry.place.empty() ? "" : entry.place + ": ") +
                               "plugins.entries." + id + ": " + reason + "; " + way);
        };
        if (found->second.state == State::failed) {
            cannot_load(found->second.reason, "repair that, or " + off);
        } else if (found->second.state == State::quarantined && entry.required) {
            cannot_load(found->second.reason, "or " + off); // the reason has the way back
        }
        if (!found->second.manifest || found->second.state != State::active) {
            continue;
        }
        try {
            for (const std::string& text : config_problems(id)) {
                problems.push_back(line_of(id, entry, text));
            }
        } catch (const os::Error& error) { // an extension that it needs is not there, say
            cannot_load(error.what(), "repair that, or " + off);
        }
    }
    return problems;
}

/// What the plugin's schema says against its settings or, when that is nothing, the plugin itself.
/// Another refusal than "invalid" is of the machine, or of services that are not there.
std::vector<std::string> Catalog::config_problems(const std::string& id) {
    const std::string& text = settings_.entries[id].config_json;
    const Schema schema(candidates_[id].manifest->config_schema);
    std::vector<std::string> problems =
        schema.problems(nlohmann::json::parse(text.empty() ? "{}" : text, nullptr, false));
    if (!problems.empty()) {
        return problems;
    }
    const Outcome outcome = create(id);
    if (outcome.status == BANGER_E_INVALID) {
        problems.push_back(outcome.message +
                           (outcome.hint.empty() ? "" : " (" + outcome.hint + ")"));
    }
    return problems;
}

} // namespace banger::plugin
