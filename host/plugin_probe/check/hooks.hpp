#pragma once

#include "plugin/manifest.hpp"
#include "plugin_probe/check/report.hpp"

#include <string>
#include <vector>

namespace banger::plugin_probe {

/// The functions that the plugin gave in its tables, by their names: what its author finds missing
/// here is misspelt, private, or not in its table.
[[nodiscard]] std::vector<std::string> hooks_of(const plugin::Manifest& manifest);

/// What the tables say that is allowed, and yet hardly what was meant.
[[nodiscard]] std::vector<Finding> notes_on(const plugin::Manifest& manifest);

} // namespace banger::plugin_probe
