#pragma once

#include "source_tree.hpp"

#include <string>
#include <unordered_map>

namespace image_tool {

/// Where a directory of an overlay takes what is below it from, when it was moved: not from the
/// place of the base where it stands.
struct Move {
    ext2_ino_t lower = 0;  ///< the directory of the base; 0: the base has none there
    ext2_ino_t parent = 0; ///< where it is in the base,
    std::string name;      ///< and by which name
};

/// By the directory of the overlay.
using Moves = std::unordered_map<ext2_ino_t, Move>;

/// The redirects of an overlay, as the kernel follows them in a base. No directory of the base is
/// seen in two places then: an overlay of which a mount would show that is refused, for only who
/// writes to the disk itself makes one.
[[nodiscard]] Moves moves_of(const SourceTree& tree, FileSystem& base);

} // namespace image_tool
