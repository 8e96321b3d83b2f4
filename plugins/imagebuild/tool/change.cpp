#include "change.hpp"

#include "content.hpp"
#include "path.hpp"
#include "redirect.hpp"
#include "stop.hpp"

#include <algorithm>
#include <map>
#include <unordered_set>
#include <utility>

namespace image_tool {
namespace {

constexpr std::uint16_t access_bits = 07777;

/// Two directories to compare.
struct Pair {
    ext2_ino_t upper, lower; ///< lower 0: there is none
    std::string path;
    std::size_t depth;
    bool whole; ///< nothing of the lower one is seen: names that only it has are gone
};

bool same_type(const Inode& one, const Inode& other) {
    return (one.i_mode & LINUX_S_IFMT) == (other.i_mode & LINUX_S_IFMT);
}

/// Of one inode of a disk and its copy: any change of a file moves its ctime.
bool untouched(const Inode& one, const Inode& other) {
    return one.i_ctime == other.i_ctime && one.i_ctime_extra == other.i_ctime_extra &&
           one.i_mtime == other.i_mtime && one.i_mtime_extra == other.i_mtime_extra &&
           size_of(one) == size_of(other) && one.i_mode == other.i_mode;
}

std::uint32_t uid_of(const Inode& inode) {
    return inode.i_uid | std::uint32_t(inode.osd2.linux2.l_i_uid_high) << 16U;
}

std::uint32_t gid_of(const Inode& inode) {
    return inode.i_gid | std::uint32_t(inode.osd2.linux2.l_i_gid_high) << 16U;
}

class Comparer {
  public:
    Comparer(FileSystem& base, const SourceTree& tree)
        : base_(base), tree_(tree), moves_(moves_of(tree, base)) {
        for (const auto& [upper, move] : moves_) {
            away_.insert(move.lower);
        }
    }

    std::vector<Change> run() {
        const SourceItem root = source_item(tree_, tree_.root);
        compare_attributes(root, EXT2_ROOT_INO, base_.inode(EXT2_ROOT_INO), "");
        left_.push_back({tree_.root, EXT2_ROOT_INO, "", 0, is_whole(root)});
        while (!left_.empty()) {
            const Pair next = std::move(left_.back());
            left_.pop_back();
            compare_folders(next);
        }
        std::sort(found_.begin(), found_.end(),
                  [](const Change& one, const Change& other) { return one.path < other.path; });
        return std::move(found_);
    }

  private:
    bool is_whole(const SourceItem& item) const { return !tree_.overlay || item.marks.opaque; }

    void note(ChangeKind kind, const std::string& path, const Inode& inode, std::string from = {}) {
        const bool sized = LINUX_S_ISREG(inode.i_mode) || LINUX_S_ISLNK(inode.i_mode);
        found_.push_back(
            {kind, path, type_name(inode), sized ? size_of(inode) : 0, std::move(from)});
    }

    std::vector<Entry> lower_entries(const Pair& pair) {
        if (pair.lower == 0) {
            return {};
        }
        seen_below_.enter(base_, pair.lower, pair.depth);
        return entries_of(base_, pair.lower, base_.inode(pair.lower));
    }

    void compare_folders(const Pair& pair) {
        seen_.enter(tree_.fs, pair.upper, pair.depth);
        const std::vector<Entry> below = lower_entries(pair);
        auto lower = below.begin();
        const auto gone = [&] {
            if (pair.whole) {
                note(ChangeKind::removed, join_path(pair.path, lower->name),
                     base_.inode(lower->number));
            }
            ++lower;
        };
        for (const Entry& upper : entries_of(tree_.fs, pair.upper, tree_.fs.inode(pair.upper))) {
            while (lower != below.end() && lower->name < upper.name) {
                gone();
            }
            const bool both = lower != below.end() && lower->name == upper.name;
            compare(pair, upper, both ? lower->number : 0);
            lower += both ? 1 : 0;
        }
        while (lower != below.end()) {
            gone();
        }
    }

    void compare(const Pair& folder, const Entry& entry, ext2_ino_t lower) {
        check_stop();
        const SourceItem item = source_item(tree_, entry.number);
        std::string path = join_path(folder.path, entry.name);
        if (item.marks.whiteout) {
            if (lower != 0) {
                note(ChangeKind::removed, path, base_.inode(lower));
            }
            return;
        }
        const bool directory = is_directory(item.inode);
        const auto moved = moves_.find(entry.number);
        if (moved != moves_.end() && moved->second.lower != lower) {
            note(lower == 0 ? ChangeKind::added : ChangeKind::replaced, path, item.inode,
                 moved->second.lower != 0 ? *item.marks.redirect : "");
            left_.push_back(
                {item.number, moved->second.lower, std::move(path), folder.depth + 1, false});
            return;
        }
        ext2_ino_t into = 0;
        if (lower == 0) {
            note(ChangeKind::added, path, item.inode);
        } else if (const Inode before = base_.inode(lower);
                   !same_type(item.inode, before) ||
                   (moved == moves_.end() && away_.count(lower) > 0)) {
            note(ChangeKind::replaced, path, item.inode);
        } else if (directory) {
            into = lower;
            compare_attributes(item, lower, before, path);
        } else if (!same_data(item, lower, before)) {
            note(ChangeKind::changed, path, item.inode);
        } else {
            compare_attributes(item, lower, before, path);
        }
        if (directory) {
            left_.push_back({item.number, into, std::move(path), folder.depth + 1,
                             is_whole(item) || (folder.whole && moved == moves_.end())});
        }
    }

    void compare_attributes(const SourceItem& item, ext2_ino_t lower, const Inode& before,
                            const std::string& path) {
        const Inode& now = item.inode;
        Attributes attributes = attributes_of(base_, lower);
        (void)take_overlay_marks(attributes);
        if ((now.i_mode & access_bits) != (before.i_mode & access_bits) ||
            uid_of(now) != uid_of(before) || gid_of(now) != gid_of(before) ||
            item.attributes != attributes) {
            note(ChangeKind::attributes, path, now);
        }
    }

    /// Of two of one type, no directories.
    bool same_data(const SourceItem& item, ext2_ino_t lower, const Inode& before) {
        const Inode& now = item.inode;
        if (LINUX_S_ISCHR(now.i_mode) || LINUX_S_ISBLK(now.i_mode)) {
            return now.i_block[0] == before.i_block[0] && now.i_block[1] == before.i_block[1];
        }
        if (LINUX_S_ISLNK(now.i_mode)) {
            return link_target(tree_.fs, item.number, now) == link_target(base_, lower, before);
        }
        if (!LINUX_S_ISREG(now.i_mode) || item.marks.metacopy) {
            return true;
        }
        if (!tree_.overlay && item.number == lower && untouched(now, before)) {
            return true;
        }
        const auto [known, first] = compared_.try_emplace({item.number, lower}, false);
        if (first && size_of(now) == size_of(before)) {
            known->second =
                same_content(Content(tree_.fs, item.number, now), Content(base_, lower, before));
        }
        return known->second;
    }

    FileSystem& base_;
    const SourceTree& tree_;
    Moves moves_;
    std::unordered_set<ext2_ino_t> away_; ///< directories of the base that stand elsewhere
    std::vector<Pair> left_;
    SeenDirectories seen_, seen_below_;
    std::map<std::pair<ext2_ino_t, ext2_ino_t>, bool> compared_; ///< files with many names once
    std::vector<Change> found_;
};

} // namespace

const char* to_string(ChangeKind kind) {
    switch (kind) {
    case ChangeKind::added:
        return "added";
    case ChangeKind::changed:
        return "changed";
    case ChangeKind::removed:
        return "removed";
    case ChangeKind::replaced:
        return "replaced";
    case ChangeKind::attributes:
        break;
    }
    return "attributes";
}

std::vector<Change> changes(FileSystem& base, const SourceTree& tree) {
    return Comparer(base, tree).run();
}

} // namespace image_tool
