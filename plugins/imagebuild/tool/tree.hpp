#pragma once

#include "directory.hpp"
#include "file_system.hpp"
#include "source_tree.hpp"

namespace image_tool {

/// A directory, made or there, gets the attributes of another one.
void dress_directory(FileSystem& to, ext2_ino_t number, const SourceItem& source);

struct Copied {
    ext2_ino_t number;
    std::uint64_t bytes; ///< of content that was in blocks
};
/// A new inode that is a copy of another file system's, not a directory, with one link.
[[nodiscard]] Copied copy_inode(FileSystem& to, ext2_ino_t beside, FileSystem& from,
                                const SourceItem& source);

void add_link(FileSystem& fs, ext2_ino_t number);

/// Takes back what a name that is gone led to: a link, and with the last one the inode; a directory
/// with all below it.
void remove_item(FileSystem& fs, Directory::Item item);

} // namespace image_tool
