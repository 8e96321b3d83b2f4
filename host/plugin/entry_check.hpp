#pragma once

#include "plugin/settings.hpp"

#include <string>
#include <vector>

namespace banger::plugin {

/// What contradicts itself or can have no effect in the entries of plugins, without looking at a
/// plugin: `known` are the ids there are. Each is "config.yaml:7:12: key: what is wrong".
[[nodiscard]] std::vector<std::string> entry_problems(const Settings& settings,
                                                      const std::vector<std::string>& known);

/// Where `path` ("server.ports[1]") of the plugin's own settings stands, or what is around it;
/// empty when that is not known. Names of members may hold any character.
[[nodiscard]] std::string place_of(const EntrySettings& entry, const std::string& path);

} // namespace banger::plugin
