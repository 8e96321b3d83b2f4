#pragma once

#include "os/error.hpp"
#include "plugin/catalog.hpp"

#include <optional>

namespace banger::plugin {

/// Why no plugin of the catalog gives VMs a network card, with the next step; nothing when one
/// that says so (BANGER_PLUGIN_NETWORK) takes part. After Catalog::load() or check().
[[nodiscard]] std::optional<os::Error> no_network(const Catalog& catalog);

/// The key of config.yaml that is to be changed for it: of a plugin that is switched off, or
/// network.required.
[[nodiscard]] std::string no_network_key(const Catalog& catalog);

} // namespace banger::plugin
