#pragma once

#include "file_system.hpp"

namespace image_tool {

/// An inode that nothing leads to yet, near another one: empty on the disk and here but for what
/// every inode has.
struct NewInode {
    ext2_ino_t number;
    Inode inode;
};
[[nodiscard]] NewInode new_inode(FileSystem& fs, ext2_ino_t beside, std::uint16_t mode);

} // namespace image_tool
