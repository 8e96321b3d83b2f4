#include "tree.hpp"

#include "content.hpp"
#include "new_inode.hpp"
#include "run_writer.hpp"
#include "stop.hpp"

#include <algorithm>
#include <ctime>
#include <vector>

namespace image_tool {
namespace {

constexpr std::uint32_t owner_flags = EXT2_SECRM_FL | EXT2_UNRM_FL | EXT2_SYNC_FL |
                                      EXT2_IMMUTABLE_FL | EXT2_APPEND_FL | EXT2_NODUMP_FL |
                                      EXT2_NOATIME_FL | EXT2_DIRSYNC_FL | EXT2_TOPDIR_FL;
constexpr std::uint32_t most_links = 65000;
constexpr std::uint64_t most_file_blocks = (std::uint64_t(1) << 32U) - 1;

/// Fields beyond what the inode says that it has are no fields.
bool has_field(const Inode& inode, std::size_t end) {
    return std::size_t(EXT2_GOOD_OLD_INODE_SIZE) + inode.i_extra_isize >= end;
}

void free_inode(FileSystem& fs, ext2_ino_t number, bool directory) {
    const std::string what = "remove inode " + std::to_string(number);
    fs.check(ext2fs_free_ext_attr(fs.get(), number, nullptr), what);
    Inode inode = fs.inode(number);
    if (ext2fs_inode_has_valid_blocks2(fs.get(), small(inode)) != 0) {
        fs.check(ext2fs_punch(fs.get(), number, small(inode), nullptr, 0, ~blk64_t(0)), what);
    }
    inode.i_links_count = 0;
    inode.i_dtime = static_cast<__u32>(std::time(nullptr));
    fs.write(number, inode);
    ext2fs_inode_alloc_stats2(fs.get(), number, -1, directory ? 1 : 0);
}

void drop_link(FileSystem& fs, ext2_ino_t number) {
    Inode inode = fs.inode(number);
    if (inode.i_links_count > 1) {
        --inode.i_links_count;
        fs.write(number, inode);
        return;
    }
    free_inode(fs, number, false);
}

/// Owner, mode, times and flags that the owner sets.
void take_over(const Inode& from, const OverlayMarks& marks, Inode& to) {
    to.i_mode = from.i_mode;
    to.i_uid = from.i_uid;
    to.osd2.linux2.l_i_uid_high = from.osd2.linux2.l_i_uid_high;
    to.i_gid = from.i_gid;
    to.osd2.linux2.l_i_gid_high = from.osd2.linux2.l_i_gid_high;
    to.i_atime = from.i_atime;
    to.i_ctime = from.i_ctime;
    to.i_mtime = from.i_mtime;
    to.i_flags = (to.i_flags & ~owner_flags) | (from.i_flags & owner_flags) |
                 (marks.immutable ? EXT2_IMMUTABLE_FL : 0U) |
                 (marks.append_only ? EXT2_APPEND_FL : 0U);
    if (!LINUX_S_ISREG(from.i_mode) && !LINUX_S_ISDIR(from.i_mode)) {
        to.i_flags &= ~static_cast<std::uint32_t>(EXT2_IMMUTABLE_FL | EXT2_APPEND_FL);
    }
    if (!has_field(to, offsetof(Inode, i_crtime_extra) + sizeof(to.i_crtime_extra))) {
        return;
    }
    const bool all = has_field(from, offsetof(Inode, i_crtime_extra) + sizeof(from.i_crtime_extra));
    to.i_atime_extra = all ? from.i_atime_extra : 0;
    to.i_ctime_extra = all ? from.i_ctime_extra : 0;
    to.i_mtime_extra = all ? from.i_mtime_extra : 0;
    to.i_crtime = all ? from.i_crtime : from.i_ctime;
    to.i_crtime_extra = all ? from.i_crtime_extra : 0;
}

} // namespace

void dress_directory(FileSystem& to, ext2_ino_t number, const SourceItem& source) {
    Inode inode = to.inode(number);
    take_over(source.inode, source.marks, inode);
    to.write(number, inode);
    if (source.attributes != attributes_of(to, number)) {
        set_attributes(to, number, source.attributes);
    }
}

Copied copy_inode(FileSystem& to, ext2_ino_t beside, FileSystem& from, const SourceItem& source) {
    const Inode& inode = source.inode;
    auto [copy, made] = new_inode(to, beside, inode.i_mode);
    take_over(inode, source.marks, made);
    made.i_links_count = 1;
    const std::uint64_t size = size_of(inode);
    const bool link = LINUX_S_ISLNK(inode.i_mode);
    const bool in_blocks = LINUX_S_ISREG(inode.i_mode) || (link && size >= sizeof(made.i_block));
    if (link && in_blocks && size >= to.block_size()) {
        throw Failure(FailureKind::invalid, "a symbolic link of " + std::to_string(size) +
                                                " bytes does not fit a block of " + to.name());
    }
    if (size / to.block_size() >= most_file_blocks) {
        throw Failure(FailureKind::invalid, "a file of " + std::to_string(size) +
                                                " bytes is larger than a file of " + to.name() +
                                                " can be");
    }
    if (in_blocks || link) {
        to.check(ext2fs_inode_size_set(to.get(), small(made), static_cast<ext2_off64_t>(size)),
                 "make a file");
    }
    std::uint64_t bytes = 0;
    if (in_blocks) {
        const Content content(from, source.number, inode);
        bytes = content.written_bytes();
        to.write(copy, made);
        write_content(to, copy, made, content);
    } else {
        if (link) {
            const std::string target = link_target(from, source.number, inode);
            std::copy(target.begin(), target.end(), reinterpret_cast<char*>(made.i_block));
        } else if (LINUX_S_ISCHR(inode.i_mode) || LINUX_S_ISBLK(inode.i_mode)) {
            made.i_block[0] = inode.i_block[0]; // the number of the device, in one of two forms
            made.i_block[1] = inode.i_block[1];
        }
        to.write(copy, made);
    }
    if (!source.attributes.empty()) {
        set_attributes(to, copy, source.attributes);
    }
    return {copy, bytes};
}

void add_link(FileSystem& fs, ext2_ino_t number) {
    Inode inode = fs.inode(number);
    if (inode.i_links_count >= most_links) {
        throw Failure(FailureKind::invalid, "a file has more links than ext4 can count");
    }
    ++inode.i_links_count;
    fs.write(number, inode);
}

void remove_item(FileSystem& fs, Directory::Item item) {
    if (item.type != EXT2_FT_DIR) {
        drop_link(fs, item.number);
        return;
    }
    std::vector<ext2_ino_t> left{item.number};
    while (!left.empty()) {
        check_stop();
        const ext2_ino_t number = left.back();
        left.pop_back();
        const Directory folder(fs, number);
        for (const auto& [name, below] : folder.items()) {
            if (below.type == EXT2_FT_DIR) {
                left.push_back(below.number);
            } else {
                drop_link(fs, below.number);
            }
        }
        free_inode(fs, number, true);
    }
}

} // namespace image_tool
