#include "plugin/no_network.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace banger::plugin {

using os::Error;
using os::ErrorKind;

namespace {

/// Of a plugin that is switched off nothing is known: its file is not opened.
bool may_give(const PluginInfo& plugin) {
    return !plugin.manifest || plugin.manifest->gives_network;
}

/// Listed in config.yaml (or on by itself), and off.
bool switched_off(const Catalog& catalog, const PluginInfo& plugin) {
    const auto entry = catalog.settings().entries.find(plugin.id);
    return entry != catalog.settings().entries.end() && !entry->second.enabled &&
           !plugin.path.empty();
}

std::string join(const std::vector<std::string>& words, const std::string& between) {
    std::string text;
    for (const std::string& word : words) {
        text += (text.empty() ? "" : between) + word;
    }
    return text;
}

} // namespace

std::optional<Error> no_network(const Catalog& catalog) {
    std::vector<std::string> why;
    std::vector<std::string> off;
    std::vector<std::string> broken;
    for (const PluginInfo& plugin : catalog.list()) {
        const bool takes_part = plugin.state == State::active || plugin.state == State::stuck;
        if (takes_part && plugin.manifest && plugin.manifest->gives_network) {
            return std::nullopt;
        }
        const bool wanted = catalog.settings().entries.contains(plugin.id);
        if (takes_part || !may_give(plugin) || (!wanted && plugin.state != State::failed)) {
            continue; // it does something else, or nobody asked for it
        }
        why.push_back("plugin " + plugin.id + ": " + plugin.reason);
        (switched_off(catalog, plugin) ? off : broken).push_back(plugin.id);
    }
    std::string step;
    if (off.size() == 1) {
        step = "set plugins.entries." + off.front() + ".enabled: true in config.yaml";
    } else if (!off.empty()) {
        step = "set enabled: true in config.yaml for the one of " + join(off, ", ") +
               " that gives VMs a network";
    } else if (!broken.empty()) {
        step = "repair that (banger plugin show " + broken.front() + ")";
    } else {
        step = "install a plugin that does, and name it in plugins.entries of config.yaml";
    }
    return Error(ErrorKind::unavailable,
                 "no plugin gives VMs a network" + (why.empty() ? "" : ": " + join(why, "; ")),
                 step + ", or set network.required: false there for VMs without one; then: banger "
                        "daemon restart");
}

std::string no_network_key(const Catalog& catalog) {
    for (const PluginInfo& plugin : catalog.list()) {
        if (switched_off(catalog, plugin) && may_give(plugin)) {
            return "plugins.entries." + plugin.id + ".enabled";
        }
    }
    return "network.required";
}

} // namespace banger::plugin
