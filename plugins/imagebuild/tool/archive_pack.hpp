#pragma once

#include "archive_manifest.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace image_tool {
class Report;
}

namespace image_tool::archive {

struct PackOptions {
    Manifest about; ///< all but its files
    /// Name in the archive, and where it is: rootfs.ext4 and others, or the folder modules.
    std::vector<std::pair<std::string, std::filesystem::path>> files;
    std::filesystem::path out;
    int level = 3; ///< of zstd, 1 to 19
    bool replace = false;
};

/// Writes the archive, or throws Failure and leaves no trace. The same files give the same bytes.
/// Gives {"path","size_bytes","sha256","files":[..]}.
nlohmann::json pack(const PackOptions& options, Report& report);

} // namespace image_tool::archive
