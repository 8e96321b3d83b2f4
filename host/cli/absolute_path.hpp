#pragma once

#include <filesystem>
#include <string>

namespace banger::cli {

/// A path of the user's for the daemon, which has another working folder. An empty one stays so.
[[nodiscard]] inline std::string absolute_path(const std::string& path) {
    return path.empty() ? path : std::filesystem::absolute(path).lexically_normal().string();
}

} // namespace banger::cli
