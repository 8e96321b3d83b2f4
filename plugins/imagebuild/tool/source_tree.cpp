#include "source_tree.hpp"

#include "content.hpp"
#include "path.hpp"
#include "stop.hpp"

#include <utility>
#include <vector>

namespace image_tool {
namespace {

constexpr std::size_t deepest = 4096;    ///< a path has no room for more
constexpr std::uint64_t entry_head = 12; ///< of a name in a directory, with its padding

void refuse_unmergeable(const SourceItem& item, const std::string& path) {
    if (item.marks.metacopy) {
        throw Failure(FailureKind::invalid,
                      "/" + shown_path(path) +
                          ": only its attributes are in the overlay (metacopy)",
                      "write the file once in the VM, for example: cp -p it and mv it back");
    }
}

/// A directory that the survey still has to look into.
struct Left {
    ext2_ino_t number;
    std::string path;
    std::size_t depth;
};

class Surveyor {
  public:
    Surveyor(const SourceTree& tree, std::uint32_t block_size)
        : tree_(tree), block_size_(block_size) {}

    Survey walk() {
        left_.push_back({tree_.root, "", 0});
        while (!left_.empty()) {
            const Left next = std::move(left_.back());
            left_.pop_back();
            look_into(next);
        }
        return found_;
    }

  private:
    std::uint64_t blocks_for(std::uint64_t bytes) const {
        return (bytes + block_size_ - 1) / block_size_;
    }

    void look_into(const Left& folder) {
        seen_.enter(tree_.fs, folder.number, folder.depth);
        const SourceItem directory = source_item(tree_, folder.number);
        std::uint64_t bytes = 0;
        for (const Entry& entry : entries_of(tree_.fs, folder.number, directory.inode)) {
            std::string path = join_path(folder.path, entry.name);
            bytes += entry.name.size() + entry_head;
            if (tree_.drops.count(path) == 0) {
                look_at({entry.number, std::move(path), folder.depth + 1});
            }
        }
        found_.blocks += 2 * blocks_for(bytes) + 3; // as what is below comes to it, too
        ++found_.inodes;
    }

    void look_at(Left item) {
        check_stop();
        ++found_.names;
        const SourceItem source = source_item(tree_, item.number);
        if (source.marks.whiteout) {
            return;
        }
        refuse_unmergeable(source, item.path);
        if (is_directory(source.inode)) {
            found_.redirects = found_.redirects || source.marks.redirect.has_value();
            left_.push_back(std::move(item));
            return;
        }
        if (source.inode.i_links_count > 1 && !links_.insert(item.number).second) {
            return;
        }
        ++found_.inodes;
        found_.blocks += source.attributes.empty() ? 0 : 1;
        const bool slow_link = LINUX_S_ISLNK(source.inode.i_mode) &&
                               size_of(source.inode) >= sizeof(source.inode.i_block);
        if (LINUX_S_ISREG(source.inode.i_mode) || slow_link) {
            const Content content(tree_.fs, item.number, source.inode);
            found_.bytes += content.written_bytes();
            found_.blocks += content.most_blocks(block_size_);
        }
    }

    const SourceTree& tree_;
    std::uint32_t block_size_;
    std::vector<Left> left_;
    SeenDirectories seen_;
    std::unordered_set<ext2_ino_t> links_;
    Survey found_;
};

} // namespace

SourceItem source_item(const SourceTree& tree, ext2_ino_t number) {
    SourceItem item{number, tree.fs.inode(number), attributes_of(tree.fs, number), {}};
    check_type(tree.fs, number, item.inode);
    const OverlayMarks marks = take_overlay_marks(item.attributes);
    if (!tree.overlay) {
        return item;
    }
    item.marks = marks;
    item.marks.whiteout =
        marks.whiteout || (LINUX_S_ISCHR(item.inode.i_mode) && item.inode.i_block[0] == 0 &&
                           item.inode.i_block[1] == 0);
    return item;
}

void SeenDirectories::enter(const FileSystem& fs, ext2_ino_t number, std::size_t depth) {
    check_stop();
    if (depth > deepest) {
        throw fs.damaged("its directories are more than " + std::to_string(deepest) + " deep");
    }
    if (!numbers_.insert(number).second) {
        throw fs.damaged("directory " + std::to_string(number) + " is in two places");
    }
}

Survey survey(const SourceTree& tree, std::uint32_t block_size) {
    return Surveyor(tree, block_size).walk();
}

} // namespace image_tool
