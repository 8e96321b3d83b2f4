#include "config/config.hpp"

namespace banger::config {

Config default_config() {
    Config config;
    // Without these a VM has no network, and its network leads nowhere.
    for (const char* id : {"tap-pool", "nat"}) {
        config.plugins.entries[id] = PluginEntry{};
    }
    return config;
}

} // namespace banger::config
