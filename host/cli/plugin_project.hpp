#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace banger::cli {

/// Writes the project of a new plugin, as the SDK's template for that language ("cpp", "c") has it,
/// into a folder that must not exist yet; its files, as they were named. Throws invalid (the name),
/// conflict (the folder is there, or the folder `installed` has a plugin of that name), not_found
/// (the SDK is not installed), and then nothing was written.
std::vector<std::string> write_plugin_project(const std::string& name, const std::string& language,
                                              const std::filesystem::path& folder,
                                              const std::filesystem::path& templates,
                                              const std::filesystem::path& installed);

} // namespace banger::cli
