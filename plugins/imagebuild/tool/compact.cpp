#include "arguments.hpp"
#include "content.hpp"
#include "forgetting.hpp"
#include "programs.hpp"
#include "sparse_copy.hpp"
#include "stop.hpp"
#include "verbs.hpp"

#include <algorithm>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>

namespace image_tool {
namespace {

constexpr std::uint64_t usual_margin_mib = 64;
constexpr std::uint64_t most_margin_mib = 1U << 20U;

/// What belongs to one VM and not to its image.
void forget_own(const std::string& path, const std::string& name, const Arguments& arguments) {
    const std::vector<std::string> drops = arguments.all("drop"), blocks = arguments.all("block");
    if (drops.empty() && blocks.empty()) {
        return;
    }
    FileSystem fs(path, name, FileSystem::Access::write);
    for (const std::string& drop : drops) {
        forget(fs, drop);
    }
    for (const std::string& block : blocks) {
        forget_block(fs, block);
    }
    fs.close();
}

/// Down to what it holds and the margin; one that is smaller already grows to have it.
void fit(const std::string& path, const std::string& name, std::uint64_t margin_bytes) {
    std::uint64_t wanted = 0;
    {
        const FileSystem fs(path, name, FileSystem::Access::read);
        wanted = least_blocks(path, name) + margin_bytes / fs.block_size();
        if (wanted == fs.blocks()) {
            return;
        }
        const auto size = static_cast<off_t>(wanted * fs.block_size());
        if (wanted > fs.blocks() && ::truncate(path.c_str(), size) != 0) {
            throw system_failure("grow " + path);
        }
    }
    resize(path, name, wanted);
}

void set_label(FileSystem& fs, const std::string& label) {
    ext2_super_block& super = *fs.get()->super;
    if (label.size() > sizeof(super.s_volume_name)) {
        throw Failure(FailureKind::invalid, "the label '" + label + "' is longer than 16 bytes");
    }
    std::memset(super.s_volume_name, 0, sizeof(super.s_volume_name));
    std::memcpy(super.s_volume_name, label.data(), label.size());
    ext2fs_mark_super_dirty(fs.get());
}

/// Free blocks hold what was deleted, and so does the journal of a clean file system behind its
/// first block: all of it becomes holes.
void punch_free(FileSystem& fs, int fd) {
    const std::uint64_t block = fs.block_size();
    const ext2fs_block_bitmap map = fs.get()->block_map;
    for (std::uint64_t at = fs.get()->super->s_first_data_block; at < fs.blocks();) {
        check_stop();
        blk64_t first = 0, end = 0;
        if (ext2fs_find_first_zero_block_bitmap2(map, at, fs.blocks() - 1, &first) != 0) {
            break;
        }
        if (ext2fs_find_first_set_block_bitmap2(map, first, fs.blocks() - 1, &end) != 0) {
            end = fs.blocks();
        }
        if (!punch(fd, first * block, (end - first) * block)) {
            return; // holes are not for this file system
        }
        at = end;
    }
    const ext2_ino_t journal = fs.get()->super->s_journal_inum;
    if (journal == 0 || fs.needs_replay()) {
        return;
    }
    for (const Run& run : runs_of(fs, journal, fs.inode(journal))) {
        const std::uint64_t kept = run.logical == 0 ? 1 : 0;
        if (run.count > kept) {
            (void)punch(fd, (run.physical + kept) * block, (run.count - kept) * block);
        }
    }
}

} // namespace

nlohmann::json compact(const std::vector<std::string>& words, Report& report) {
    const Arguments arguments(words, {"fs", "margin-mib", "label", "drop", "block"});
    const std::string& path = arguments.one("fs");
    const std::uint64_t margin = arguments.number("margin-mib", usual_margin_mib, most_margin_mib)
                                 << 20U;
    const UniqueFd file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (!file) {
        throw system_failure("open the image " + path);
    }
    report.stage("checking");
    const std::string name = "the image " + path;
    repair_and_pack(path, name);
    forget_own(path, name, arguments);
    report.stage("shrinking");
    fit(path, name, margin);
    report.stage("punching");
    FileSystem fs(path, name, FileSystem::Access::write);
    if (arguments.has("label")) {
        set_label(fs, arguments.one("label"));
    }
    punch_free(fs, file.get());
    const std::uint64_t size = fs.size_bytes(), content = fs.content_bytes();
    fs.close();
    if (::ftruncate(file.get(), static_cast<off_t>(size)) != 0) {
        throw system_failure("cut off " + path);
    }
    dig_holes(file.get(), name);
    struct stat info {};
    if (::fsync(file.get()) != 0 || ::fstat(file.get(), &info) != 0) {
        throw system_failure("write " + path);
    }
    return {{"size_bytes", size},
            {"content_bytes", content},
            {"disk_bytes", static_cast<std::uint64_t>(info.st_blocks) * 512U}};
}

} // namespace image_tool
