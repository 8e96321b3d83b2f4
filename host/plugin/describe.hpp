#pragma once

#include "plugin/catalog.hpp"

#include <nlohmann/json_fwd.hpp>

namespace banger::plugin {

/// A plugin as GET /v1/plugins shows it.
[[nodiscard]] nlohmann::json to_json(const PluginInfo& plugin);

} // namespace banger::plugin
