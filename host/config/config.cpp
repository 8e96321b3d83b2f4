#include "config/config.hpp"

namespace banger::config {

Config default_config() {
    Config config;
    // Without these a VM has no network, its network leads nowhere, nothing has a name, and nobody
    // hears what its guest says.
    for (const char* id : {"tap-pool", "nat", "dns", "vsock"}) {
        config.plugins.entries[id] = PluginEntry{};
    }
    return config;
}

} // namespace banger::config
