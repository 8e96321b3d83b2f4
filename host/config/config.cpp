#include "config/config.hpp"

namespace banger::config {

Config default_config() {
    Config config;
    // Without these a VM has no network, its network leads nowhere, and nothing has a name.
    for (const char* id : {"tap-pool", "nat", "dns"}) {
        config.plugins.entries[id] = PluginEntry{};
    }
    return config;
}

} // namespace banger::config
