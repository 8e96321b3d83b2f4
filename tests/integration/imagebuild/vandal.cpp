#include "vandal.hpp"

#include <algorithm>
#include <fstream>
#include <system_error>

#include <fcntl.h>
#include <stdio.h> // NOLINT: renameat2 is of the system's
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace banger::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* names[] = {"a", "b", "c", "d", "e", "f", "g", "a long name with spaces"};

} // namespace

void Vandal::furnish(const fs::path& root) {
    for (int i = 0; i < 300; ++i) {
        make(root);
        alter(pick(root, below(2) == 0));
    }
}

void Vandal::act(const fs::path& root) {
    const unsigned what = below(20);
    if (what < 9) {
        move(root);
    } else if (what < 12) {
        std::error_code ignored;
        const fs::path victim = pick(root, below(3) == 0);
        if (victim != root) {
            fs::remove_all(victim, ignored);
        }
    } else if (what < 16) {
        make(root);
    } else {
        alter(pick(root, below(2) == 0));
    }
}

/// One of all things below a folder, or the folder itself.
fs::path Vandal::pick(const fs::path& root, bool folder) {
    std::vector<fs::path> all{root};
    for (auto at = fs::recursive_directory_iterator(root); at != fs::end(at); ++at) {
        if (at->path().filename() == "lost+found") {
            at.disable_recursion_pending();
        } else if (!folder || (at->is_directory() && !at->is_symlink())) {
            all.push_back(at->path());
        }
    }
    std::sort(all.begin(), all.end());
    return all[below(static_cast<unsigned>(all.size()))];
}

fs::path Vandal::place(const fs::path& root) {
    return pick(root, true) / names[below(static_cast<unsigned>(std::size(names)))];
}

void Vandal::move(const fs::path& root) {
    const fs::path from = pick(root, below(4) != 0);
    fs::path to = below(4) == 0 ? pick(root, below(2) == 0) : place(root);
    if (below(3) == 0) {
        to = from.parent_path() / to.filename(); // a name in the same folder is another redirect
    }
    if (from == root || to == root) {
        return;
    }
    const unsigned flags = below(5) == 0 ? RENAME_EXCHANGE : 0U;
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) != 0 && below(2) == 0) {
        std::error_code ignored;
        const fs::path way = to.lexically_relative(from); // the one that is in the way goes first
        if (!way.empty() && *way.begin() == "..") {
            const fs::path above = from.lexically_relative(to);
            if (!above.empty() && *above.begin() == "..") {
                fs::remove_all(to, ignored);
                fs::rename(from, to, ignored);
            }
        }
    }
}

void Vandal::make(const fs::path& root) {
    const fs::path path = place(root);
    std::error_code ignored;
    switch (below(9)) {
    case 0:
        fs::create_symlink("target" + std::to_string(below(100)), path, ignored);
        break;
    case 1:
        fs::create_hard_link(pick(root, false), path, ignored);
        break;
    case 2:
        (void)::mknod(path.c_str(), S_IFIFO | 0600, 0);
        break;
    case 3:
    case 4:
        if (const fs::file_status there = fs::symlink_status(path);
            !fs::exists(there) || fs::is_regular_file(there)) {
            write(path);
        }
        break;
    default:
        fs::create_directory(path, ignored);
    }
}

void Vandal::alter(const fs::path& path) {
    const fs::file_status status = fs::symlink_status(path);
    if (fs::is_symlink(status) || fs::is_fifo(status)) {
        (void)!::lchown(path.c_str(), below(70000), below(70000));
        return;
    }
    const std::string value = std::to_string(below(1000));
    switch (below(5)) {
    case 0:
        (void)::chmod(path.c_str(), 0700U | below(0100));
        break;
    case 1:
        (void)!::chown(path.c_str(), below(70000), below(70000));
        break;
    case 2:
        (void)::setxattr(path.c_str(), "user.words", value.data(), value.size(), 0);
        break;
    case 3:
        (void)::setxattr(path.c_str(), "trusted.words", value.data(), value.size(), 0);
        break;
    default:
        if (fs::is_regular_file(status)) {
            write(path);
        }
    }
}

void Vandal::write(const fs::path& path) {
    std::string text(below(9000), '\0');
    for (char& byte : text) {
        byte = static_cast<char>('a' + below(26));
    }
    std::ofstream(path, below(2) == 0 ? std::ios::app : std::ios::trunc) << text;
}

} // namespace banger::test
