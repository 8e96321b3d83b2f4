#include "merge.hpp"

#include "directory.hpp"
#include "path.hpp"
#include "redirect.hpp"
#include "tree.hpp"

#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

namespace image_tool {
namespace {

/// A directory that is being merged.
struct Level {
    SourceItem source;
    std::string path;
    std::vector<Entry> entries;
    std::size_t next;
    Directory target;
};

class Merger {
  public:
    Merger(const SourceTree& tree, FileSystem& to, const Survey& found, Report& report)
        : tree_(tree), to_(to), found_(found), report_(report) {}

    Merged run() {
        if (found_.redirects) {
            moves_ = moves_of(tree_, to_);
            detach();
        }
        enter(source_item(tree_, tree_.root), "", Directory(to_, EXT2_ROOT_INO));
        while (!levels_.empty()) {
            Level& level = levels_.back();
            if (level.next < level.entries.size()) {
                const Entry entry = level.entries[level.next++];
                take(level, entry);
            } else {
                leave();
            }
        }
        return done_;
    }

  private:
    /// Takes the directories that were moved out of their old places, so that nothing that happens
    /// there, or to each other, reaches them. Each is linked again where the overlay has it.
    void detach() {
        std::map<ext2_ino_t, std::vector<std::string>> names;
        for (const auto& [upper, move] : moves_) {
            if (move.lower != 0) {
                names[move.parent].push_back(move.name);
            }
        }
        for (const auto& [number, gone] : names) {
            Directory folder(to_, number);
            for (const std::string& name : gone) {
                folder.drop(name);
            }
            ext2_ino_t parent = 0;
            to_.check(ext2fs_lookup(to_.get(), number, "..", 2, nullptr, &parent),
                      "find the parent of directory " + std::to_string(number));
            folder.flush(to_, parent);
        }
    }

    void enter(SourceItem source, std::string path, Directory target) {
        seen_.enter(tree_.fs, source.number, levels_.size());
        std::vector<Entry> entries = entries_of(tree_.fs, source.number, source.inode);
        levels_.push_back(
            {std::move(source), std::move(path), std::move(entries), 0, std::move(target)});
    }

    void leave() {
        Level& level = levels_.back();
        const ext2_ino_t parent =
            levels_.size() > 1 ? levels_[levels_.size() - 2].target.number() : EXT2_ROOT_INO;
        level.target.flush(to_, parent);
        dress_directory(to_, level.target.number(), level.source);
        levels_.pop_back();
    }

    void clear(Directory& folder, const std::string& name) {
        if (const Directory::Item* item = folder.find(name)) {
            remove_item(to_, *item);
            folder.drop(name);
        }
    }

    void take(Level& level, const Entry& entry) {
        std::string path = join_path(level.path, entry.name);
        if (tree_.drops.count(path) > 0) {
            return;
        }
        report_.progress(done_.bytes, found_.bytes, "bytes");
        ++done_.names;
        SourceItem source = source_item(tree_, entry.number);
        const auto moved = moves_.find(entry.number);
        const Directory::Item* there = level.target.find(entry.name);
        if (source.marks.whiteout) {
            done_.removed += there != nullptr ? 1 : 0;
            clear(level.target, entry.name);
        } else if (!is_directory(source.inode)) {
            clear(level.target, entry.name);
            put_file(level.target, entry.name, source);
        } else if (moved != moves_.end() && moved->second.lower != 0) {
            ++done_.moved;
            clear(level.target, entry.name);
            Directory folder(to_, moved->second.lower);
            folder.move();
            level.target.put(entry.name, {folder.number(), EXT2_FT_DIR});
            enter(std::move(source), std::move(path), std::move(folder));
        } else if (there != nullptr && there->type == EXT2_FT_DIR && !source.marks.opaque &&
                   !source.marks.redirect) {
            enter(std::move(source), std::move(path), Directory(to_, there->number));
        } else {
            clear(level.target, entry.name);
            Directory made = Directory::make(to_, level.target.number());
            level.target.put(entry.name, {made.number(), EXT2_FT_DIR});
            enter(std::move(source), std::move(path), std::move(made));
        }
    }

    void put_file(Directory& folder, const std::string& name, const SourceItem& source) {
        const std::uint8_t type = file_type(source.inode.i_mode);
        const bool links = source.inode.i_links_count > 1;
        const auto known = links ? copies_.find(source.number) : copies_.end();
        if (known != copies_.end()) {
            add_link(to_, known->second);
            folder.put(name, {known->second, type});
            return;
        }
        const auto [copy, bytes] = copy_inode(to_, folder.number(), tree_.fs, source);
        if (links) {
            copies_.emplace(source.number, copy);
        }
        folder.put(name, {copy, type});
        done_.bytes += bytes;
    }

    const SourceTree& tree_;
    FileSystem& to_;
    const Survey& found_;
    Report& report_;
    Moves moves_;
    std::vector<Level> levels_;
    SeenDirectories seen_;
    std::unordered_map<ext2_ino_t, ext2_ino_t> copies_; ///< of files with more than one name
    Merged done_;
};

} // namespace

Merged merge(const SourceTree& tree, FileSystem& to, const Survey& found, Report& report) {
    return Merger(tree, to, found, report).run();
}

} // namespace image_tool
