#include "content.hpp"

#include "stop.hpp"

#include <algorithm>
#include <exception>
#include <memory>

namespace image_tool {
namespace {

constexpr int deepest_extents = 6; // the kernel makes five levels
constexpr std::uint64_t most_logical = std::uint64_t(1) << 32U;

void check_run(const FileSystem& fs, ext2_ino_t number, std::uint64_t after, const Run& run) {
    const std::uint64_t first = fs.get()->super->s_first_data_block;
    if (run.count == 0 || run.logical < after || run.logical + run.count > most_logical ||
        run.physical < first || run.physical >= fs.blocks() ||
        run.count > fs.blocks() - run.physical) {
        throw fs.damaged("blocks of inode " + std::to_string(number) +
                         " are not where blocks can be");
    }
}

void add_run(std::vector<Run>& runs, const Run& run) {
    if (!runs.empty()) {
        Run& last = runs.back();
        if (last.logical + last.count == run.logical &&
            last.physical + last.count == run.physical && last.unwritten == run.unwritten) {
            last.count += run.count;
            return;
        }
    }
    runs.push_back(run);
}

std::uint64_t end_of(const std::vector<Run>& runs) {
    return runs.empty() ? 0 : runs.back().logical + runs.back().count;
}

std::vector<Run> runs_of_extents(FileSystem& fs, ext2_ino_t number, const Inode& inode) {
    Inode copy = inode;
    ext2_extent_handle_t opened = nullptr;
    const std::string what = "read the extents of inode " + std::to_string(number);
    fs.check(ext2fs_extent_open2(fs.get(), number, small(copy), &opened), what);
    const std::unique_ptr<ext2_extent_handle, void (*)(ext2_extent_handle_t)> handle(
        opened, ext2fs_extent_free);
    ext2_extent_info info{};
    fs.check(ext2fs_extent_get_info(opened, &info), what);
    if (info.max_depth > deepest_extents) {
        throw fs.damaged("the extents of inode " + std::to_string(number) + " are too deep");
    }
    std::vector<Run> runs;
    ext2fs_extent extent{};
    errcode_t code = ext2fs_extent_get(opened, EXT2_EXTENT_ROOT, &extent);
    while (code == 0) {
        if ((extent.e_flags & EXT2_EXTENT_FLAGS_LEAF) == 0) {
            fs.spend(1);
        } else {
            const Run run{extent.e_lblk, extent.e_pblk, extent.e_len,
                          (extent.e_flags & EXT2_EXTENT_FLAGS_UNINIT) != 0};
            check_run(fs, number, end_of(runs), run);
            fs.spend(run.count);
            add_run(runs, run);
        }
        code = ext2fs_extent_get(opened, EXT2_EXTENT_NEXT, &extent);
    }
    if (code != EXT2_ET_EXTENT_NO_NEXT) {
        fs.check(code, what);
    }
    return runs;
}

struct BlockWalk {
    FileSystem* fs;
    ext2_ino_t number;
    std::vector<Run> runs;
    std::exception_ptr failure;
};

int note_block(ext2_filsys /*fs*/, blk64_t* block, e2_blkcnt_t logical, blk64_t /*in*/, int /*at*/,
               void* data) {
    auto& walk = *static_cast<BlockWalk*>(data);
    try {
        walk.fs->spend(1);
        if (logical >= 0) {
            const Run run{static_cast<std::uint64_t>(logical), *block, 1, false};
            check_run(*walk.fs, walk.number, end_of(walk.runs), run);
            add_run(walk.runs, run);
        }
        return 0;
    } catch (...) {
        walk.failure = std::current_exception();
        return BLOCK_ABORT;
    }
}

/// The map of ext2 and ext3.
std::vector<Run> runs_of_map(FileSystem& fs, ext2_ino_t number) {
    BlockWalk walk{&fs, number, {}, nullptr};
    const errcode_t code =
        ext2fs_block_iterate3(fs.get(), number, BLOCK_FLAG_READ_ONLY, nullptr, note_block, &walk);
    if (walk.failure) {
        std::rethrow_exception(walk.failure);
    }
    fs.check(code, "read the blocks of inode " + std::to_string(number));
    return std::move(walk.runs);
}

} // namespace

std::vector<Run> runs_of(FileSystem& fs, ext2_ino_t number, const Inode& inode) {
    if ((inode.i_flags & EXT4_INLINE_DATA_FL) != 0) {
        throw fs.damaged("inode " + std::to_string(number) + " has data without that feature");
    }
    return (inode.i_flags & EXT4_EXTENTS_FL) != 0 ? runs_of_extents(fs, number, inode)
                                                  : runs_of_map(fs, number);
}

Content::Content(FileSystem& fs, ext2_ino_t number, const Inode& inode)
    : fs_(fs), runs_(runs_of(fs, number, inode)), size_(size_of(inode)) {
    if (size_ > most_logical * fs.block_size()) {
        throw fs.damaged("inode " + std::to_string(number) + " is larger than a file can be");
    }
    // What lies behind the end is not content.
    const std::uint64_t end = (size_ + fs.block_size() - 1) / fs.block_size();
    while (!runs_.empty() && (runs_.back().logical >= end || runs_.back().unwritten)) {
        runs_.pop_back();
    }
    if (!runs_.empty()) {
        runs_.back().count = std::min(runs_.back().count, end - runs_.back().logical);
    }
}

std::uint64_t Content::written_bytes() const {
    std::uint64_t blocks = 0;
    for (const Run& run : runs_) {
        blocks += run.unwritten ? 0 : run.count;
    }
    return blocks * fs_.block_size();
}

std::uint64_t Content::most_blocks(std::uint32_t block_size) const {
    constexpr std::uint64_t extents_per_block = 40; // fewer than there are in one of 1 KiB
    constexpr std::uint64_t longest_extent = 1U << 15U;
    std::uint64_t blocks = 1, extents = runs_.size();
    for (const Run& run : runs_) {
        const std::uint64_t count = run.count * fs_.block_size() / block_size + 2;
        blocks += run.unwritten ? 0 : count;
        extents += run.unwritten ? 0 : count / longest_extent;
    }
    return blocks + extents / extents_per_block;
}

std::uint64_t Content::next_written(std::uint64_t offset) const {
    const std::uint64_t block = offset / fs_.block_size();
    auto run =
        std::upper_bound(runs_.begin(), runs_.end(), block, [](std::uint64_t at, const Run& one) {
            return at < one.logical + one.count;
        });
    while (run != runs_.end() && run->unwritten) {
        ++run;
    }
    if (run == runs_.end()) {
        return size_;
    }
    return std::min(size_, std::max(offset, run->logical * fs_.block_size()));
}

void Content::read(std::uint64_t offset, std::vector<char>& buffer) const {
    std::fill(buffer.begin(), buffer.end(), '\0');
    const std::uint64_t first = offset / fs_.block_size();
    const std::uint64_t end = first + buffer.size() / fs_.block_size();
    auto run =
        std::upper_bound(runs_.begin(), runs_.end(), first, [](std::uint64_t at, const Run& one) {
            return at < one.logical + one.count;
        });
    for (; run != runs_.end() && run->logical < end; ++run) {
        if (run->unwritten) {
            continue;
        }
        const std::uint64_t from = std::max(first, run->logical);
        const std::uint64_t count = std::min(end, run->logical + run->count) - from;
        char* place = buffer.data() + (from - first) * fs_.block_size();
        fs_.check(io_channel_read_blk64(fs_.get()->io, run->physical + (from - run->logical),
                                        static_cast<int>(count), place),
                  "read a file");
    }
    if (offset + buffer.size() > size_) { // the rest of the last block is not content
        const std::uint64_t inside = size_ > offset ? size_ - offset : 0;
        std::fill(buffer.begin() + static_cast<std::ptrdiff_t>(inside), buffer.end(), '\0');
    }
}

std::vector<char> window_buffer(std::uint64_t size) {
    constexpr std::uint64_t largest_block = 64U << 10U;
    const std::uint64_t rounded = (size + largest_block - 1) / largest_block * largest_block;
    // In brackets: newer ext2fs.h has a macro of that name.
    return std::vector<char>((std::clamp)(rounded, largest_block, window));
}

std::string read_file(FileSystem& fs, ext2_ino_t number, std::uint64_t most) {
    const Inode inode = fs.inode(number);
    const Content content(fs, number, inode);
    if (!LINUX_S_ISREG(inode.i_mode) || content.size() > most) {
        throw Failure(FailureKind::invalid, fs.name() +
                                                ": a file of it is no regular one of at most " +
                                                std::to_string(most) + " bytes");
    }
    std::string text;
    std::vector<char> buffer = window_buffer(content.size());
    for (std::uint64_t at = 0; at < content.size(); at += window) {
        check_stop();
        content.read(at, buffer);
        text.append(buffer.data(), std::min(window, content.size() - at));
    }
    return text;
}

std::string link_target(FileSystem& fs, ext2_ino_t number, const Inode& inode) {
    const std::uint64_t size = size_of(inode);
    if (size < sizeof(inode.i_block)) {
        return {reinterpret_cast<const char*>(inode.i_block), static_cast<std::size_t>(size)};
    }
    if (size >= fs.block_size()) {
        throw fs.damaged("the symbolic link of inode " + std::to_string(number) +
                         " is longer than a block");
    }
    std::vector<char> buffer = window_buffer(size);
    Content(fs, number, inode).read(0, buffer);
    return {buffer.data(), static_cast<std::size_t>(size)};
}

bool same_content(const Content& one, const Content& other) {
    if (one.size() != other.size()) {
        return false;
    }
    std::vector<char> left = window_buffer(one.size()), right = left;
    for (std::uint64_t at = 0; at < one.size(); at += window) {
        at = std::min(one.next_written(at), other.next_written(at)) / window * window;
        check_stop();
        one.read(at, left);
        other.read(at, right);
        if (left != right) {
            return false;
        }
    }
    return true;
}

} // namespace image_tool
