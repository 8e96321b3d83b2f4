#pragma once

#include "file_system.hpp"

#include <optional>
#include <string_view>

namespace image_tool {

/// The inode of a path from the root, symbolic links followed within the file system; nothing where
/// there is none.
[[nodiscard]] std::optional<ext2_ino_t> find_path(FileSystem& fs, std::string_view path);

} // namespace image_tool
