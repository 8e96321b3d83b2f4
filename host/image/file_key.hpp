#pragma once

#include <filesystem>
#include <string>

namespace banger::image {

/// Names what a file is now; another file, or this one with other content, has another key. Throws
/// not_found when there is none.
[[nodiscard]] std::string file_key(const std::filesystem::path& path);

} // namespace banger::image
