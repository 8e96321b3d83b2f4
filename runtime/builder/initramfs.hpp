#pragma once

#include "builder/archive.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace banger::bundle {

struct InitramfsSources {
    std::filesystem::path modules_folder; ///< a lib/modules/VERSION
    std::filesystem::path init;           ///< the static init program
    /// In load order; one with a '?' behind it may be missing. What the kernel has built in is left
    /// out.
    std::vector<std::string> modules;
    Compression compression = Compression::none;
};

/// Writes an initramfs whose init loads the modules in that order, each after what it needs.
void write_initramfs(const InitramfsSources& sources, const std::filesystem::path& target);

} // namespace banger::bundle
