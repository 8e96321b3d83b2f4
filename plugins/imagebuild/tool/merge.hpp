#pragma once

#include "report.hpp"
#include "source_tree.hpp"

namespace image_tool {

struct Merged {
    std::uint64_t names = 0;   ///< that were looked at
    std::uint64_t removed = 0; ///< whiteouts that hid something
    std::uint64_t moved = 0;   ///< directories that stand in another place now
    std::uint64_t bytes = 0;   ///< of content
};

/// Makes of a file system what a mount of the tree over it shows, from its root on. `found` is what
/// the survey of the tree found.
[[nodiscard]] Merged merge(const SourceTree& tree, FileSystem& to, const Survey& found,
                           Report& report);

} // namespace image_tool
