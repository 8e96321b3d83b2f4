#pragma once

#include "file_system.hpp"

#include <vector>

namespace image_tool {

/// Blocks of a file that follow each other in it and on the disk. Unwritten ones read as zeros.
struct Run {
    std::uint64_t logical, physical, count;
    bool unwritten;
};

/// Where the blocks of an inode are, in the order of the file, checked against the file system.
[[nodiscard]] std::vector<Run> runs_of(FileSystem& fs, ext2_ino_t number, const Inode& inode);

/// The content of a file, holes and unwritten blocks as zeros.
class Content {
  public:
    Content(FileSystem& fs, ext2_ino_t number, const Inode& inode);

    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] std::uint64_t written_bytes() const; ///< at most, of what is in blocks
    /// What a copy takes in a file system of another block size, its map included.
    [[nodiscard]] std::uint64_t most_blocks(std::uint32_t block_size) const;
    /// Fills the buffer from an offset, both multiples of 64 KiB: with zeros behind the end.
    void read(std::uint64_t offset, std::vector<char>& buffer) const;
    /// The first offset at or behind `offset` that may not be zero; size() where there is none.
    [[nodiscard]] std::uint64_t next_written(std::uint64_t offset) const;

  private:
    FileSystem& fs_;
    std::vector<Run> runs_;
    std::uint64_t size_;
};

constexpr std::uint64_t window = 1U << 20U; ///< of content at a time
/// For content of this size in windows: all of it where it is less than one.
[[nodiscard]] std::vector<char> window_buffer(std::uint64_t size);

/// A whole file of at most so many bytes.
[[nodiscard]] std::string read_file(FileSystem& fs, ext2_ino_t number, std::uint64_t most);
[[nodiscard]] std::string link_target(FileSystem& fs, ext2_ino_t number, const Inode& inode);
[[nodiscard]] bool same_content(const Content& one, const Content& other);

} // namespace image_tool
