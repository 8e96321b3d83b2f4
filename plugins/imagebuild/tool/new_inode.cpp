#include "new_inode.hpp"

#include <algorithm>
#include <vector>

namespace image_tool {

NewInode new_inode(FileSystem& fs, ext2_ino_t beside, std::uint16_t mode) {
    NewInode made{};
    fs.check(ext2fs_new_inode(fs.get(), beside, mode, nullptr, &made.number), "make an inode");
    ext2fs_inode_alloc_stats2(fs.get(), made.number, +1, LINUX_S_ISDIR(mode) ? 1 : 0);
    // Zeros in all of its place: nothing stays of an inode that was there before.
    const auto size = static_cast<std::size_t>(EXT2_INODE_SIZE(fs.get()->super));
    std::vector<std::uint64_t> zeros((std::max(size, sizeof(Inode)) + 7) / 8);
    fs.check(ext2fs_write_inode_full(fs.get(), made.number,
                                     reinterpret_cast<ext2_inode*>(zeros.data()),
                                     static_cast<int>(size)),
             "write inode " + std::to_string(made.number));
    made.inode.i_mode = mode;
    if (size >= sizeof(Inode)) {
        made.inode.i_extra_isize = static_cast<__u16>(sizeof(Inode) - EXT2_GOOD_OLD_INODE_SIZE);
    }
    return made;
}

} // namespace image_tool
