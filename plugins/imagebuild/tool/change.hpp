#pragma once

#include "source_tree.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace image_tool {

enum class ChangeKind { added, changed, removed, replaced, attributes };
[[nodiscard]] const char* to_string(ChangeKind kind);

struct Change {
    ChangeKind kind;
    std::string path;
    const char* type;   ///< of what is there now, or was
    std::uint64_t size; ///< of a file or a link
    std::string from;   ///< of a directory that was moved
};

/// What a tree changes of a file system, in the order of the paths. Times alone are no change, and
/// neither is a file that was written with what it had.
[[nodiscard]] std::vector<Change> changes(FileSystem& base, const SourceTree& tree);

} // namespace image_tool
