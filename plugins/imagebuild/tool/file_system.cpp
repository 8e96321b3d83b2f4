#include "file_system.hpp"

#include "stop.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace image_tool {
namespace {

constexpr std::uint64_t looks_per_block = 4;
constexpr std::uint64_t least_budget = 65536;
constexpr std::uint32_t most_log_block_size = 6; ///< 64 KiB, over one of 1 KiB
constexpr const char* ask_e2fsck = "look at it with e2fsck -fn";

struct Feature {
    int (*has)(ext2_super_block*);
    const char* name;
};

constexpr Feature not_read[] = {
    {ext2fs_has_feature_inline_data, "inline_data"},    {ext2fs_has_feature_encrypt, "encrypt"},
    {ext2fs_has_feature_ea_inode, "ea_inode"},          {ext2fs_has_feature_casefold, "casefold"},
    {ext2fs_has_feature_journal_dev, "journal_dev"},    {ext2fs_has_feature_mmp, "mmp"},
    {ext2fs_has_feature_bigalloc, "bigalloc"},          {ext2fs_has_feature_verity, "verity"},
    {ext2fs_has_feature_shared_blocks, "shared_blocks"}};
constexpr Feature not_written[] = {{ext2fs_has_feature_quota, "quota"},
                                   {ext2fs_has_feature_project, "project"},
                                   {ext2fs_has_feature_readonly, "read-only"}};
constexpr Feature needed_to_write[] = {{ext2fs_has_feature_extents, "extents"},
                                       {ext2fs_has_feature_filetype, "filetype"}};

void add_error_texts() {
    static const bool added = [] {
        initialize_ext2_error_table();
        return true;
    }();
    (void)added;
}

/// Before the library sees it: what it takes memory for is no more than the file is large.
void check_size(const std::string& path, const std::string& name) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat info {};
    if (!fd || ::fstat(fd.get(), &info) != 0) {
        throw system_failure("open " + name + " " + path);
    }
    if (!S_ISREG(info.st_mode)) {
        throw Failure(FailureKind::invalid, name + " " + path + " is no regular file");
    }
    ext2_super_block super{};
    if (::pread(fd.get(), &super, sizeof(super), SUPERBLOCK_OFFSET) !=
            static_cast<ssize_t>(sizeof(super)) ||
        ext2fs_le16_to_cpu(super.s_magic) != EXT2_SUPER_MAGIC ||
        ext2fs_le32_to_cpu(super.s_log_block_size) > most_log_block_size) {
        throw Failure(FailureKind::invalid, name + ": no ext4 file system in it");
    }
    const std::uint64_t block = std::uint64_t(EXT2_MIN_BLOCK_SIZE)
                                << ext2fs_le32_to_cpu(super.s_log_block_size);
    const std::uint64_t high =
        ext2fs_has_feature_64bit(&super) != 0 ? ext2fs_le32_to_cpu(super.s_blocks_count_hi) : 0;
    const std::uint64_t blocks = high << 32U | ext2fs_le32_to_cpu(super.s_blocks_count);
    const std::uint64_t held = static_cast<std::uint64_t>(info.st_size) / block;
    if (blocks > held) {
        throw Failure(FailureKind::invalid, name + " is cut off: its file system has " +
                                                std::to_string(blocks) + " blocks, its file " +
                                                std::to_string(held));
    }
}

} // namespace

FileSystem::FileSystem(std::string path, std::string name, Access access)
    : path_(std::move(path)), name_(std::move(name)) {
    open(access);
}

FileSystem::FileSystem(UniqueFd copy, std::string name)
    : path_("/proc/self/fd/" + std::to_string(copy.get())), name_(std::move(name)),
      copy_(std::move(copy)) {
    open(Access::read);
}

FileSystem::FileSystem(FileSystem&& other) noexcept
    : path_(std::move(other.path_)), name_(std::move(other.name_)), copy_(std::move(other.copy_)),
      fs_(std::exchange(other.fs_, nullptr)), budget_(other.budget_) {}

FileSystem::~FileSystem() {
    if (fs_ != nullptr) {
        // Closed without close(): what was written is worth nothing, so its tables are not, either.
        fs_->flags &= ~(EXT2_FLAG_DIRTY | EXT2_FLAG_BB_DIRTY | EXT2_FLAG_IB_DIRTY);
        ext2fs_free(fs_);
    }
}

void FileSystem::open(Access access) {
    add_error_texts();
    check_size(path_, name_);
    const int flags = EXT2_FLAG_64BITS | (access == Access::write ? EXT2_FLAG_RW : 0);
    const errcode_t code = ext2fs_open(path_.c_str(), flags, 0, 0, unix_io_manager, &fs_);
    if (code != 0) {
        fs_ = nullptr;
        check(code, "open it");
    }
    try {
        refuse_features(access);
        budget_ = looks_per_block * blocks() + least_budget;
        if (access == Access::write) {
            check(ext2fs_read_bitmaps(fs_), "read its bitmaps");
        }
    } catch (...) {
        ext2fs_free(std::exchange(fs_, nullptr));
        throw;
    }
}

void FileSystem::refuse_features(Access access) const {
    const auto refuse = [&](const char* feature, const char* why) {
        throw Failure(FailureKind::invalid, name_ + ": the ext4 feature " + feature + " " + why,
                      "make the file system with the defaults of mke2fs -t ext4");
    };
    for (const Feature& feature : not_read) {
        if (feature.has(fs_->super) != 0) {
            refuse(feature.name, "is not supported here");
        }
    }
    if (access == Access::read) {
        return;
    }
    for (const Feature& feature : not_written) {
        if (feature.has(fs_->super) != 0) {
            refuse(feature.name, "is not supported here");
        }
    }
    for (const Feature& feature : needed_to_write) {
        if (feature.has(fs_->super) == 0) {
            refuse(feature.name, "is needed");
        }
    }
}

std::uint64_t FileSystem::free_blocks() const {
    return ext2fs_free_blocks_count(fs_->super);
}

std::uint64_t FileSystem::content_bytes() const {
    const std::uint64_t free = free_blocks();
    return free > blocks() ? 0 : (blocks() - free) * block_size();
}

bool FileSystem::needs_replay() const {
    return ext2fs_has_feature_journal_needs_recovery(fs_->super) != 0;
}

Inode FileSystem::inode(ext2_ino_t number) const {
    Inode inode{};
    if (number == 0 || number > fs_->super->s_inodes_count) {
        throw damaged("a name leads to inode " + std::to_string(number) + ", which it has not");
    }
    check(ext2fs_read_inode_full(fs_, number, small(inode), static_cast<int>(sizeof(inode))),
          "read inode " + std::to_string(number));
    return inode;
}

void FileSystem::write(ext2_ino_t number, const Inode& inode) {
    Inode copy = inode; // the library takes no const
    check(ext2fs_write_inode_full(fs_, number, small(copy), static_cast<int>(sizeof(copy))),
          "write inode " + std::to_string(number));
}

void FileSystem::spend(std::uint64_t count) {
    check_stop();
    if (count > budget_) {
        throw damaged("its files claim more blocks than it has");
    }
    budget_ -= count;
}

Failure FileSystem::damaged(const std::string& what) const {
    return {FailureKind::invalid, name_ + " is damaged: " + what, ask_e2fsck};
}

void FileSystem::check(errcode_t code, const std::string& what) const {
    if (code == 0) {
        return;
    }
    const std::string message = name_ + ": " + what + ": " + error_message(code);
    if (code == EXT2_ET_BLOCK_ALLOC_FAIL || code == EXT2_ET_INODE_ALLOC_FAIL) {
        throw Failure(FailureKind::unavailable, message, "free some space in the image");
    }
    if (code == EXT2_ET_NO_MEMORY) {
        throw system_failure(name_ + ": " + what, ENOMEM);
    }
    if (code == EXT2_ET_SHORT_WRITE) {
        throw system_failure(name_ + ": " + what, ENOSPC);
    }
    if (code == EXT2_ET_BAD_MAGIC) {
        throw Failure(FailureKind::invalid, name_ + ": no ext4 file system in it");
    }
    if (code > 0 && code < 256) { // an errno
        throw system_failure(name_ + ": " + what, static_cast<int>(code));
    }
    throw Failure(FailureKind::invalid, message, ask_e2fsck);
}

void FileSystem::close() {
    ext2_filsys fs = std::exchange(fs_, nullptr);
    check(ext2fs_close_free(&fs), "write it");
}

std::uint64_t size_of(const Inode& inode) {
    return EXT2_I_SIZE(&inode);
}

} // namespace image_tool
