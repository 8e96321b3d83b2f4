#pragma once

#include <string>
#include <vector>

namespace banger::plugin {

struct Manifest;

/// The hooks that a plugin has, as its author calls them: "before_start", "undo". In the order of
/// the tables; what is not here is never called.
[[nodiscard]] std::vector<std::string> hook_names(const Manifest& manifest);

} // namespace banger::plugin
