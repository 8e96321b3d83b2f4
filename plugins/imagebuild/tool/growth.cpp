#include "growth.hpp"

#include "programs.hpp"

#include <algorithm>
#include <cstdint>

#include <unistd.h>

namespace image_tool {
namespace {

constexpr std::uint64_t spare_blocks = 1024;
constexpr std::uint64_t spare_inodes = 64;
constexpr std::uint64_t most_tables = 64; ///< blocks of a group beside its inodes

std::uint64_t divide_up(std::uint64_t value, std::uint64_t by) {
    return (value + by - 1) / by;
}

/// The size that it needs, in blocks.
std::uint64_t needed_blocks(const FileSystem& fs, const Survey& found) {
    const ext2_super_block& super = *fs.get()->super;
    const std::uint64_t blocks = found.blocks + found.blocks / 50 + spare_blocks;
    const std::uint64_t inodes = found.inodes + spare_inodes;
    const std::uint64_t missing_blocks = blocks - std::min(blocks, fs.free_blocks());
    const std::uint64_t missing_inodes =
        inodes - std::min<std::uint64_t>(inodes, super.s_free_inodes_count);
    if (missing_blocks == 0 && missing_inodes == 0) {
        return fs.blocks();
    }
    const std::uint64_t tables = fs.get()->inode_blocks_per_group + most_tables;
    const std::uint64_t group = super.s_blocks_per_group;
    if (group <= tables || super.s_inodes_per_group == 0) {
        throw fs.damaged("its block groups have no room for blocks");
    }
    const std::uint64_t groups =
        std::max(divide_up(missing_blocks, group - tables),
                 divide_up(missing_inodes, std::uint64_t(super.s_inodes_per_group)));
    // Whole groups: the last one may be a part of one, too small for tables.
    return (divide_up(fs.blocks(), group) + groups) * group;
}

} // namespace

void grow_for(const std::string& path, const std::string& name, const Survey& found) {
    std::uint64_t blocks = 0;
    {
        const FileSystem fs(path, name, FileSystem::Access::read);
        blocks = needed_blocks(fs, found);
        if (blocks == fs.blocks()) {
            return;
        }
        if (::truncate(path.c_str(), static_cast<off_t>(blocks * fs.block_size())) != 0) {
            throw system_failure("grow " + name);
        }
    }
    resize(path, name, blocks);
}

} // namespace image_tool
