#include "redirect.hpp"

#include "path.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace image_tool {
namespace {

using Way = std::vector<ext2_ino_t>; ///< from a directory of the base on downwards

/// The names of a redirect, which begins with a slash where they count from the root. Throws for
/// one that a mount answers with an error.
std::vector<std::string> names_of(const FileSystem& fs, const std::string& redirect,
                                  const std::string& path) {
    const bool absolute = !redirect.empty() && redirect.front() == '/';
    std::vector<std::string> names;
    std::string_view left = std::string_view(redirect).substr(absolute ? 1 : 0);
    for (bool more = true; more;) {
        const std::size_t end = std::min(left.find('/'), left.size());
        names.emplace_back(left.substr(0, end));
        more = end < left.size();
        left.remove_prefix(std::min(end + 1, left.size()));
        const std::string& name = names.back();
        if (name.empty() || name == "." || name == ".." || name.find('\0') != std::string::npos ||
            (more && !absolute)) {
            throw fs.damaged("/" + shown_path(path) + " was moved from '" + shown_path(redirect) +
                             "', which no path can be");
        }
    }
    return names;
}

/// A directory of the overlay, and that of the base which it is merged with, or 0.
struct Couple {
    ext2_ino_t upper, lower;
    std::string path;
    std::size_t depth;
};

class Resolver {
  public:
    Resolver(const SourceTree& tree, FileSystem& base) : tree_(tree), base_(base) {}

    Moves run() {
        merge_with(EXT2_ROOT_INO, "");
        left_.push_back({tree_.root, EXT2_ROOT_INO, "", 0});
        while (!left_.empty()) {
            const Couple next = std::move(left_.back());
            left_.pop_back();
            look_into(next);
        }
        for (const auto& [lower, way] : ways_) {
            refuse_visible(lower, way);
        }
        return std::move(moves_);
    }

  private:
    struct Child {
        ext2_ino_t number;
        bool directory;
    };
    using Children = std::map<std::string, Child>;

    /// Many redirects lead through the same ones: each is read once.
    const Children& children(ext2_ino_t folder) {
        const auto [known, first] = children_.try_emplace(folder);
        if (first) {
            for (Entry& entry : entries_of(base_, folder, base_.inode(folder))) {
                const bool directory = is_directory(base_.inode(entry.number));
                known->second.emplace(std::move(entry.name), Child{entry.number, directory});
            }
        }
        return known->second;
    }

    /// The number of a directory in one of the base, 0 where there is none.
    ext2_ino_t folder_in(ext2_ino_t parent, const std::string& name) {
        const Children& all = children(parent);
        const auto found = all.find(name);
        return found != all.end() && found->second.directory ? found->second.number : 0;
    }

    void look_into(const Couple& pair) {
        seen_.enter(tree_.fs, pair.upper, pair.depth);
        for (const Entry& entry : entries_of(tree_.fs, pair.upper, tree_.fs.inode(pair.upper))) {
            const ext2_ino_t there = pair.lower != 0 ? folder_in(pair.lower, entry.name) : 0;
            if (there != 0) {
                covered_.insert(there);
            }
            std::string path = join_path(pair.path, entry.name);
            if (tree_.drops.count(path) == 0 && is_directory(tree_.fs.inode(entry.number))) {
                look_at(pair, entry.number, there, std::move(path));
            }
        }
    }

    void look_at(const Couple& parent, ext2_ino_t number, ext2_ino_t there, std::string path) {
        const SourceItem item = source_item(tree_, number);
        ext2_ino_t lower = there;
        if (item.marks.opaque) {
            lower = 0;
        } else if (item.marks.redirect) {
            lower = follow(parent.lower, number, *item.marks.redirect, path);
        }
        if (lower != 0) {
            merge_with(lower, path);
        }
        left_.push_back({number, lower, std::move(path), parent.depth + 1});
    }

    /// Links are not followed, and neither is what another overlay wrote to the base.
    ext2_ino_t follow(ext2_ino_t beside, ext2_ino_t number, const std::string& redirect,
                      const std::string& path) {
        const std::vector<std::string> names = names_of(tree_.fs, redirect, path);
        Way way{redirect.front() == '/' ? EXT2_ROOT_INO : beside};
        for (const std::string& name : names) {
            way.push_back(way.back() != 0 ? folder_in(way.back(), name) : 0);
        }
        const ext2_ino_t lower = way.back();
        Move& move = moves_[number];
        if (lower != 0) {
            move = {lower, way[way.size() - 2], names.back()};
            ways_.emplace(lower, std::move(way));
        }
        return lower;
    }

    void merge_with(ext2_ino_t lower, const std::string& path) {
        const auto [other, first] = merged_.emplace(lower, path);
        if (!first) {
            throw tree_.fs.damaged("/" + shown_path(path) + " and /" + shown_path(other->second) +
                                   " are one directory of the base");
        }
    }

    /// It was moved: its old place, or that of a directory above it, has to be covered.
    void refuse_visible(ext2_ino_t lower, const Way& way) const {
        for (std::size_t at = way.size() - 1; at > 0 && covered_.count(way[at]) == 0; --at) {
            if (merged_.count(way[at - 1]) > 0) {
                throw tree_.fs.damaged("/" + shown_path(merged_.at(lower)) +
                                       " was moved, and is still in its old place, too");
            }
        }
    }

    const SourceTree& tree_;
    FileSystem& base_;
    Moves moves_;
    std::vector<Couple> left_;
    SeenDirectories seen_;
    std::unordered_map<ext2_ino_t, Children> children_;  ///< of directories of the base
    std::unordered_map<ext2_ino_t, Way> ways_;           ///< to those that were moved
    std::unordered_map<ext2_ino_t, std::string> merged_; ///< with which of the overlay
    std::unordered_set<ext2_ino_t> covered_; ///< of which the overlay has the name in their place
};

} // namespace

Moves moves_of(const SourceTree& tree, FileSystem& base) {
    return tree.overlay ? Resolver(tree, base).run() : Moves{};
}

} // namespace image_tool
