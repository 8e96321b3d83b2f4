#include "run_writer.hpp"

#include "file_bytes.hpp"
#include "stop.hpp"

#include <algorithm>
#include <memory>

namespace image_tool {
namespace {

constexpr std::uint64_t longest_extent = 1U << 15U;

} // namespace

RunWriter::RunWriter(FileSystem& fs, ext2_ino_t number, Inode& inode)
    : fs_(fs), number_(number), inode_(inode),
      goal_(ext2fs_find_inode_goal(fs.get(), number, small(inode), 0)) {}

void RunWriter::write(std::uint64_t logical, const char* bytes, std::uint64_t count) {
    while (count > 0) {
        blk64_t first = 0, got = 0;
        fs_.check(ext2fs_new_range(fs_.get(), 0, goal_, count, nullptr, &first, &got),
                  "find room for a file");
        got = std::min<blk64_t>(got, count);
        if (got == 0) {
            fs_.check(EXT2_ET_BLOCK_ALLOC_FAIL, "find room for a file");
        }
        ext2fs_block_alloc_stats_range(fs_.get(), first, static_cast<blk_t>(got), +1);
        fs_.check(io_channel_write_blk64(fs_.get()->io, first, static_cast<int>(got), bytes),
                  "write a file");
        Run* last = runs_.empty() ? nullptr : &runs_.back();
        if (last != nullptr && last->logical + last->count == logical &&
            last->physical + last->count == first && last->count + got <= longest_extent) {
            last->count += got;
        } else {
            runs_.push_back({logical, first, got, false});
        }
        goal_ = first + got;
        logical += got;
        bytes += got * fs_.block_size();
        count -= got;
    }
}

void RunWriter::finish() {
    const std::string what = "write the extents of inode " + std::to_string(number_);
    std::fill(std::begin(inode_.i_block), std::end(inode_.i_block), 0U);
    inode_.i_flags |= EXT4_EXTENTS_FL;
    ext2_extent_handle_t opened = nullptr;
    fs_.check(ext2fs_extent_open2(fs_.get(), number_, small(inode_), &opened), what);
    const std::unique_ptr<ext2_extent_handle, void (*)(ext2_extent_handle_t)> handle(
        opened, ext2fs_extent_free);
    for (const Run& run : runs_) {
        check_stop();
        ext2fs_extent extent{run.physical, run.logical, static_cast<__u32>(run.count), 0};
        fs_.check(ext2fs_extent_insert(opened, EXT2_EXTENT_INSERT_AFTER, &extent), what);
        fs_.check(ext2fs_extent_fix_parents(opened), what);
        fs_.check(ext2fs_iblk_add_blocks(fs_.get(), small(inode_), run.count), what);
    }
    fs_.write(number_, inode_);
}

void write_content(FileSystem& to, ext2_ino_t number, Inode& inode, const Content& content) {
    RunWriter writer(to, number, inode);
    const std::uint64_t block = to.block_size();
    std::vector<char> buffer = window_buffer(content.size());
    const auto zero = [&](std::uint64_t at) {
        return all_zeros({buffer.data() + at * block, static_cast<std::size_t>(block)});
    };
    for (std::uint64_t at = content.next_written(0) / window * window; at < content.size();
         at = content.next_written(at + window) / window * window) {
        check_stop();
        content.read(at, buffer);
        const std::uint64_t left = content.size() - at;
        const std::uint64_t count = (std::min(window, left) + block - 1) / block;
        for (std::uint64_t first = 0; first < count;) {
            std::uint64_t end = first;
            while (end < count && !zero(end)) {
                ++end;
            }
            writer.write(at / block + first, buffer.data() + first * block, end - first);
            first = end + 1;
        }
        if (left <= window) {
            break;
        }
    }
    writer.finish();
}

} // namespace image_tool
