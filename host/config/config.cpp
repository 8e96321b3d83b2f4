#include "config/config.hpp"

namespace banger::config {

Config default_config() {
    Config config;
    config.plugins.entries["tap-pool"] = PluginEntry{}; // without it a VM has no network
    return config;
}

} // namespace banger::config
