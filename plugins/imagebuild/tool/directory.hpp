#pragma once

#include "file_system.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace image_tool {

/// A directory that is written: its names are changed in memory, then its blocks are made anew.
class Directory {
  public:
    struct Item {
        ext2_ino_t number;
        std::uint8_t type; ///< EXT2_FT_*
    };

    /// One that is there.
    Directory(FileSystem& fs, ext2_ino_t number);
    /// One that is made: an inode of its own, without blocks yet.
    static Directory make(FileSystem& fs, ext2_ino_t beside);

    [[nodiscard]] ext2_ino_t number() const { return number_; }
    [[nodiscard]] const std::map<std::string, Item>& items() const { return items_; }
    [[nodiscard]] const Item* find(const std::string& name) const;
    void put(const std::string& name, Item item);
    void drop(const std::string& name);
    /// It has another parent: flush() writes it even when no name changes.
    void move() { changed_ = true; }
    /// Writes the names and the count of links, which a directory has of its subdirectories.
    void flush(FileSystem& fs, ext2_ino_t parent);

  private:
    explicit Directory(ext2_ino_t number) : number_(number), changed_(true) {}

    ext2_ino_t number_;
    std::map<std::string, Item> items_;
    bool changed_ = false;
};

/// EXT2_FT_* of a mode.
[[nodiscard]] std::uint8_t file_type(std::uint16_t mode);

} // namespace image_tool
