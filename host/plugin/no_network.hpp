#pragma once

#include "os/error.hpp"
#include "plugin/catalog.hpp"

#include <optional>
#include <string>

namespace banger::plugin {

struct NoNetwork {
    os::Error why;   ///< with the next step
    std::string key; ///< of config.yaml, where that is
};

/// Why no plugin of the catalog gives VMs a network card; nothing when one that says so
/// (BANGER_PLUGIN_NETWORK) takes part. After Catalog::load() or check().
[[nodiscard]] std::optional<NoNetwork> no_network(const Catalog& catalog);

} // namespace banger::plugin
