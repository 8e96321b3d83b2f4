#include "arguments.hpp"
#include "entries.hpp"
#include "growth.hpp"
#include "lookup.hpp"
#include "merge.hpp"
#include "part_file.hpp"
#include "programs.hpp"
#include "sparse_copy.hpp"
#include "verbs.hpp"

#include <optional>

namespace image_tool {
namespace {

constexpr std::uint64_t usual_mib = 256;
constexpr std::uint64_t most_mib = 1U << 20U;

/// A rootfs without /root: what it would have.
void close_root(FileSystem& fs) {
    Inode inode = fs.inode(EXT2_ROOT_INO);
    inode.i_mode = LINUX_S_IFDIR | 0700;
    fs.write(EXT2_ROOT_INO, inode);
}

} // namespace

nlohmann::json seed(const std::vector<std::string>& words, Report& report) {
    const Arguments arguments(words, {"rootfs", "out", "size-mib"});
    const std::uint64_t size_mib = arguments.number("size-mib", usual_mib, most_mib);
    report.stage("reading");
    FileSystem rootfs = open_replayed(arguments.one("rootfs"), "the rootfs");
    const std::optional<ext2_ino_t> home = find_path(rootfs, "root");
    if (home && !is_directory(rootfs.inode(*home))) {
        throw Failure(FailureKind::invalid, "the rootfs: /root is no directory");
    }
    constexpr std::uint32_t block_size = 4096;
    const SourceTree tree{rootfs, home.value_or(0), false, {}};
    const Survey found = home ? survey(tree, block_size) : Survey{};
    PartFile out(arguments.one("out"));
    report.stage("making");
    make_work_file_system(out.path(), size_mib);
    grow_for(out.path(), "the work seed", found);
    FileSystem to(out.path(), "the work seed", FileSystem::Access::write);
    Merged merged;
    if (home) {
        merged = merge(tree, to, found, report);
    } else {
        close_root(to);
    }
    const nlohmann::json result{{"entries", merged.names},
                                {"content_bytes", to.content_bytes()},
                                {"size_bytes", to.size_bytes()}};
    to.close();
    dig_holes(out.fd(), "the work seed");
    out.keep();
    return result;
}

} // namespace image_tool
