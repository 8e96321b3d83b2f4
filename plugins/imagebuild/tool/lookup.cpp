#include "lookup.hpp"

#include "content.hpp"
#include "entries.hpp"

#include <deque>
#include <string>
#include <vector>

namespace image_tool {
namespace {

constexpr int most_followed = 20;
constexpr std::size_t most_parts = 4096;

void put_first(std::deque<std::string>& parts, std::string_view path) {
    std::vector<std::string> words;
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/'), path.size());
        if (end > 0) {
            words.emplace_back(path.substr(0, end));
        }
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    parts.insert(parts.begin(), words.begin(), words.end());
}

std::optional<ext2_ino_t> child_of(FileSystem& fs, ext2_ino_t directory, const std::string& name) {
    for (const Entry& entry : entries_of(fs, directory, fs.inode(directory))) {
        if (entry.name == name) {
            return entry.number;
        }
    }
    return std::nullopt;
}

} // namespace

std::optional<ext2_ino_t> find_path(FileSystem& fs, std::string_view path) {
    std::deque<std::string> parts;
    put_first(parts, path);
    std::vector<ext2_ino_t> way{EXT2_ROOT_INO};
    int links = 0;
    while (!parts.empty()) {
        const std::string part = parts.front();
        parts.pop_front();
        if (part == "." || part == "..") {
            if (part == ".." && way.size() > 1) {
                way.pop_back();
            }
            continue;
        }
        if (!is_directory(fs.inode(way.back()))) {
            return std::nullopt;
        }
        const std::optional<ext2_ino_t> child = child_of(fs, way.back(), part);
        if (!child) {
            return std::nullopt;
        }
        const Inode inode = fs.inode(*child);
        if (!LINUX_S_ISLNK(inode.i_mode)) {
            way.push_back(*child);
            continue;
        }
        if (++links > most_followed || parts.size() > most_parts) {
            return std::nullopt;
        }
        const std::string target = link_target(fs, *child, inode);
        if (!target.empty() && target.front() == '/') {
            way.resize(1);
        }
        put_first(parts, target);
    }
    return way.back();
}

} // namespace image_tool
