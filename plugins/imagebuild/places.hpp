#pragma once

#include "config.hpp"

#include <filesystem>

namespace imagebuild {

/// What came with this plugin, as it is installed or in a build tree; paths of what is not there
/// are empty.
struct Places {
    std::filesystem::path tool;       ///< banger-image
    std::filesystem::path recipes;    ///< folder with default.yaml and docker.yaml
    std::filesystem::path agent;      ///< the guest's agent
    std::filesystem::path agent_unit; ///< its service
};

/// Looked for from the plugin's own file on; what the configuration names goes before.
[[nodiscard]] Places find_places(const Config& config);
/// The same from any folder.
[[nodiscard]] Places find_places(const Config& config, const std::filesystem::path& folder);

} // namespace imagebuild
