#include "plugin/no_network.hpp"

#include "os/join.hpp"

#include <string>
#include <vector>

namespace banger::plugin {

using os::Error;
using os::ErrorKind;

namespace {

/// One whose file was never read may do anything.
bool may_give(const PluginInfo& plugin) {
    if (plugin.manifest) { // also where nothing is kept: `config check`
        return plugin.manifest->gives_network;
    }
    return !plugin.known || plugin.known->gives_network;
}

/// Listed in config.yaml (or on by itself), and off.
bool switched_off(const Catalog& catalog, const PluginInfo& plugin) {
    const auto entry = catalog.settings().entries.find(plugin.id);
    return entry != catalog.settings().entries.end() && !entry->second.enabled &&
           !plugin.path.empty();
}

} // namespace

std::optional<NoNetwork> no_network(const Catalog& catalog) {
    std::vector<std::string> why;
    std::vector<std::string> off;
    std::vector<std::string> broken;
    for (const PluginInfo& plugin : catalog.list()) {
        const bool takes_part = plugin.state == State::active || plugin.state == State::stuck;
        if (takes_part && plugin.manifest && plugin.manifest->gives_network) {
            return std::nullopt;
        }
        const bool wanted = catalog.settings().entries.contains(plugin.id);
        if (takes_part || !may_give(plugin) ||
            (!wanted && plugin.state != State::failed && plugin.state != State::quarantined)) {
            continue; // it does something else, or nobody asked for it
        }
        why.push_back("plugin " + plugin.id + ": " + plugin.reason);
        (switched_off(catalog, plugin) ? off : broken).push_back(plugin.id);
    }
    std::vector<std::string> steps;
    if (broken.size() > 1) { // the first of them may do something else
        steps.push_back("repair the one of " + os::join(broken) +
                        " that gives VMs a network, as tap-pool does (banger plugin show NAME)");
    } else if (!broken.empty()) {
        steps.push_back("repair that (banger plugin show " + broken.front() + ")");
    }
    if (off.size() == 1) {
        steps.push_back("set plugins.entries." + off.front() + ".enabled: true in config.yaml");
    } else if (!off.empty()) {
        steps.push_back("set enabled: true in config.yaml for the one of " + os::join(off) +
                        " that gives VMs a network");
    }
    if (steps.empty()) {
        steps.emplace_back(
            "install a plugin that does, and name it in plugins.entries of config.yaml");
    }
    steps.emplace_back("set network.required: false in config.yaml for VMs without one");
    const bool one = off.size() == 1 && broken.empty(); // nothing else it can be
    return NoNetwork{
        Error(ErrorKind::unavailable,
              "no plugin gives VMs a network" + (why.empty() ? "" : ": " + os::join(why, "; ")),
              os::join(steps, ", or ") + "; then: banger daemon restart"),
        one ? "plugins.entries." + off.front() + ".enabled" : "network.required"};
}

} // namespace banger::plugin
