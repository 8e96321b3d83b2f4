#pragma once

#include "failure.hpp"
#include "unique_fd.hpp"

#include <cstdint>
#include <string>

#include <ext2fs/ext2fs.h>

namespace image_tool {

using Inode = ext2_inode_large;

/// An ext4 file system in a file, of whatever a guest made of it: what is read of it is checked,
/// and what is done to read it is bounded by its size (`spend`). `name` is for messages ("the
/// base").
class FileSystem {
  public:
    enum class Access { read, write };

    FileSystem(std::string path, std::string name, Access access);
    /// Of a private copy, which lives as long as this.
    FileSystem(UniqueFd copy, std::string name);
    FileSystem(FileSystem&& other) noexcept;
    FileSystem& operator=(FileSystem&&) = delete;
    ~FileSystem();

    [[nodiscard]] ext2_filsys get() const { return fs_; }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::uint32_t block_size() const { return fs_->blocksize; }
    [[nodiscard]] std::uint64_t blocks() const { return ext2fs_blocks_count(fs_->super); }
    [[nodiscard]] std::uint64_t free_blocks() const;
    [[nodiscard]] std::uint64_t size_bytes() const { return blocks() * block_size(); }
    /// Of all that it holds, its own tables included.
    [[nodiscard]] std::uint64_t content_bytes() const;
    /// Its journal holds what its blocks do not have yet.
    [[nodiscard]] bool needs_replay() const;

    [[nodiscard]] Inode inode(ext2_ino_t number) const;
    void write(ext2_ino_t number, const Inode& inode);

    /// Counts blocks that are looked at; throws when they are far more than there are, which only a
    /// file system can be that was made to keep its reader busy.
    void spend(std::uint64_t count);
    /// Throws Failure where a call of the library failed.
    void check(errcode_t code, const std::string& what) const;
    [[nodiscard]] Failure damaged(const std::string& what) const;

    /// Writes everything and closes.
    void close();

  private:
    void open(Access access);
    void refuse_features(Access access) const;

    std::string path_, name_;
    UniqueFd copy_;
    ext2_filsys fs_ = nullptr;
    std::uint64_t budget_ = 0;
};

[[nodiscard]] inline ext2_inode* small(Inode& inode) {
    return ext2fs_inode(&inode);
}
[[nodiscard]] inline const ext2_inode* small(const Inode& inode) {
    return ext2fs_const_inode(&inode);
}
[[nodiscard]] std::uint64_t size_of(const Inode& inode);

} // namespace image_tool
