#pragma once

#include "file_system.hpp"

#include <map>
#include <optional>
#include <string>

namespace image_tool {

/// Extended attributes by their whole names, values as they are on the disk.
using Attributes = std::map<std::string, std::string>;

[[nodiscard]] Attributes attributes_of(const FileSystem& fs, ext2_ino_t number);
/// All that the inode has afterwards. It may change the inode: read it anew.
void set_attributes(FileSystem& fs, ext2_ino_t number, const Attributes& attributes);

/// What overlayfs wrote beside the content of its upper directory.
struct OverlayMarks {
    bool whiteout = false; ///< an empty file that hides a name, as some kernels make it
    bool opaque = false;   ///< nothing of the directory below is seen
    std::optional<std::string> redirect;         ///< where the directory below is instead
    bool metacopy = false;                       ///< the content is still that of the file below
    bool immutable = false, append_only = false; ///< kept here as the upper file cannot have them
};

/// Takes all "trusted.overlay." out of the attributes.
[[nodiscard]] OverlayMarks take_overlay_marks(Attributes& attributes);

} // namespace image_tool
