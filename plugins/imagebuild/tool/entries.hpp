#pragma once

#include "file_system.hpp"

#include <string>
#include <vector>

namespace image_tool {

struct Entry {
    std::string name;
    ext2_ino_t number;
};

/// What a directory has, without "." and "..", in the order of the bytes of the names. Names that
/// no name can be, and the same name twice, are damage.
[[nodiscard]] std::vector<Entry> entries_of(FileSystem& fs, ext2_ino_t number, const Inode& inode);

[[nodiscard]] bool is_directory(const Inode& inode);
/// "file", "dir", "link", "device", "fifo", "socket".
[[nodiscard]] const char* type_name(const Inode& inode);
/// Throws for a type that there is not.
void check_type(const FileSystem& fs, ext2_ino_t number, const Inode& inode);

} // namespace image_tool
