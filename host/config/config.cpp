#include "config/config.hpp"

namespace banger::config {

Config default_config() {
    Config config;
    // Without these a VM has no network, its network leads nowhere, nothing has a name, nobody
    // hears what its guest says, no image is made, and no browser shows any of it.
    for (const char* id : {"tap-pool", "nat", "dns", "vsock", "imagebuild", "web"}) {
        config.plugins.entries[id] = PluginEntry{};
    }
    return config;
}

} // namespace banger::config
