#include "config/config.hpp"

#include "config/problems.hpp"

#include <algorithm>

namespace banger::config {

Config default_config() {
    Config config;
    config.plugins.entries["tap-pool"] = PluginEntry{}; // without it a VM has no network
    return config;
}

void check_plugin_ids(const Config& config, const std::vector<std::string>& known) {
    Problems problems(config.file.filename().string());
    for (const auto& [id, entry] : config.plugins.entries) {
        const bool found = std::find(known.begin(), known.end(), id) != known.end();
        if (found || (entry.place.empty() && !entry.required)) {
            continue; // a built-in entry does not insist: an installation may lack the plugin
        }
        problems.add_at(entry.place, "plugins.entries." + id,
                        "no plugin of this id is installed" + did_you_mean(id, known));
    }
    problems.throw_if_any();
}

} // namespace banger::config
