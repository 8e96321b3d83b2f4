#include "arguments.hpp"
#include "change.hpp"
#include "content.hpp"
#include "forgetting.hpp"
#include "lookup.hpp"
#include "path.hpp"
#include "programs.hpp"
#include "verbs.hpp"

#include <optional>
#include <set>

namespace image_tool {
namespace {

nlohmann::json line_of(const Change& change) {
    nlohmann::json line{{"change", to_string(change.kind)},
                        {"path", shown_path("/" + change.path)},
                        {"type", change.type},
                        {"size", change.size}};
    if (!change.from.empty()) {
        line["from"] = shown_path(change.from);
    }
    return line;
}

constexpr std::uint64_t longest_shared = 1U << 20U;

/// Nothing of what is no file, or too long for one that people write.
std::optional<std::string> text_of(FileSystem& fs, ext2_ino_t number) {
    const Inode inode = fs.inode(number);
    if (!LINUX_S_ISREG(inode.i_mode) || size_of(inode) > longest_shared) {
        return std::nullopt;
    }
    return read_file(fs, number, longest_shared);
}

/// Of a file that the guest's init and its user share: nothing of it is the user's.
bool is_of_init(const Change& change, FileSystem& base, FileSystem& upper,
                const std::string& tree) {
    if (change.kind != ChangeKind::added && change.kind != ChangeKind::changed) {
        return false;
    }
    const auto there = find_path(upper, join_path(tree, change.path));
    const auto below = find_path(base, change.path);
    const auto now = there ? text_of(upper, *there) : std::nullopt;
    const auto before = below ? text_of(base, *below) : std::optional(std::string());
    return now && before && only_init_wrote(*now, *before);
}

} // namespace

nlohmann::json diff(const std::vector<std::string>& words, Report& report) {
    const Arguments arguments(words, {"base", "overlay", "root", "block"});
    if (arguments.has("overlay") == arguments.has("root")) {
        throw Failure(FailureKind::invalid, "diff takes either --overlay or --root");
    }
    const bool overlay = arguments.has("overlay");
    report.stage("reading");
    FileSystem base = open_replayed(arguments.one("base"), "the base");
    FileSystem upper = overlay ? open_replayed(arguments.one("overlay"), "the overlay")
                               : open_replayed(arguments.one("root"), "the root disk");
    const std::optional<ext2_ino_t> root =
        overlay ? find_path(upper, "upper") : std::optional<ext2_ino_t>(EXT2_ROOT_INO);
    std::set<std::string> shared;
    for (const std::string& path : arguments.all("block")) {
        shared.insert(plain_path(path));
    }
    nlohmann::json counts{
        {"added", 0}, {"changed", 0}, {"removed", 0}, {"replaced", 0}, {"attributes", 0}};
    if (root) {
        report.stage("comparing");
        for (const Change& change : changes(base, {upper, *root, overlay, {}})) {
            if (shared.count(change.path) > 0 &&
                is_of_init(change, base, upper, overlay ? "upper" : "")) {
                continue;
            }
            report.line(line_of(change));
            counts[to_string(change.kind)] = counts[to_string(change.kind)].get<int>() + 1;
        }
    }
    return counts;
}

} // namespace image_tool
