#pragma once

#include "attributes.hpp"
#include "entries.hpp"
#include "file_system.hpp"

#include <set>
#include <string>
#include <unordered_set>

namespace image_tool {

/// A tree that is read to be merged into another one: the upper directory of an overlay, or a
/// folder of a plain file system.
struct SourceTree {
    FileSystem& fs;
    ext2_ino_t root;
    bool overlay;                ///< whiteouts and opaque directories mean something
    std::set<std::string> drops; ///< "etc/hostname": not looked at, with all below
};

/// One thing of a tree. What overlayfs wrote to it is told apart, or just left out where the tree
/// is no overlay.
struct SourceItem {
    ext2_ino_t number;
    Inode inode;
    Attributes attributes;
    OverlayMarks marks;
};

[[nodiscard]] SourceItem source_item(const SourceTree& tree, ext2_ino_t number);

/// The directories that a walk has been in: one twice is damage, and so is a tree that is deeper
/// than a path can be long.
class SeenDirectories {
  public:
    void enter(const FileSystem& fs, ext2_ino_t number, std::size_t depth);

  private:
    std::unordered_set<ext2_ino_t> numbers_;
};

/// What a tree needs where it is merged into, found by a walk that also refuses what cannot be.
struct Survey {
    std::uint64_t bytes = 0;  ///< of content
    std::uint64_t blocks = 0; ///< of `block_size`, at most
    std::uint64_t inodes = 0;
    std::uint64_t names = 0;
    bool redirects = false; ///< of directories of the base that were moved
};
[[nodiscard]] Survey survey(const SourceTree& tree, std::uint32_t block_size);

} // namespace image_tool
