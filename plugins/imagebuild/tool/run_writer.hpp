#pragma once

#include "content.hpp"
#include "file_system.hpp"

#include <vector>

namespace image_tool {

/// Gives an inode without blocks its content: blocks are written where there is room, the map comes
/// at the end.
class RunWriter {
  public:
    RunWriter(FileSystem& fs, ext2_ino_t number, Inode& inode);

    /// Blocks in the order of the file; each at most once.
    void write(std::uint64_t logical, const char* bytes, std::uint64_t count);
    /// Makes the map and writes the inode, whose size is the caller's.
    void finish();
    [[nodiscard]] const std::vector<Run>& runs() const { return runs_; }

  private:
    FileSystem& fs_;
    ext2_ino_t number_;
    Inode& inode_;
    std::uint64_t goal_;
    std::vector<Run> runs_;
};

/// All of a content, blocks of zeros left out.
void write_content(FileSystem& to, ext2_ino_t number, Inode& inode, const Content& content);

} // namespace image_tool
