#include "xbps/tree.hpp"

#include "os/error.hpp"
#include "os/file.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace banger::xbps {
namespace {

namespace fs = std::filesystem;

int open_inside(int root, const std::string& path, int flags) {
    open_how how{};
    how.flags = static_cast<__u64>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    long fd = -1;
    // EAGAIN: a rename elsewhere raced with the walk (openat2(2)).
    do {
        fd = ::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how);
    } while (fd < 0 && (errno == EAGAIN || errno == EINTR));
    return static_cast<int>(fd);
}

std::string link_target(int parent, const std::string& name) {
    std::array<char, 4096> buffer{};
    const ssize_t n = ::readlinkat(parent, name.c_str(), buffer.data(), buffer.size());
    return n <= 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(n));
}

std::string parent_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos || slash == 0 ? "/" : path.substr(0, slash);
}

std::string name_of(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

[[noreturn]] void refuse_folder(const std::string& path) {
    throw os::Error(os::ErrorKind::conflict,
                    "a package has a file or link where there is a folder with files: " + path,
                    "leave that package out");
}

bool may_own() {
    static const bool root = ::geteuid() == 0;
    return root;
}

} // namespace

Tree::Tree(const fs::path& folder)
    : folder_(fs::absolute(folder)), root_(os::open_file(folder, O_PATH | O_DIRECTORY)) {}

/// The folder, made when it is missing; so is the one that a dangling symlink names (/bin before
/// /usr/bin).
os::UniqueFd Tree::folder_at(const std::string& path, int depth) const {
    os::UniqueFd found(open_inside(root_.get(), path, O_PATH | O_DIRECTORY));
    if (found) {
        return found;
    }
    if (errno != ENOENT || depth > 40) {
        throw os::errno_error("open " + path + " in " + folder_.string());
    }
    const std::string parent = parent_of(path);
    const os::UniqueFd above = folder_at(parent, depth + 1);
    if (::mkdirat(above.get(), name_of(path).c_str(), 0755) != 0) {
        if (errno != EEXIST) {
            throw os::errno_error("make " + path + " in " + folder_.string());
        }
        const std::string target = link_target(above.get(), name_of(path));
        if (target.empty()) {
            throw os::errno_error("make " + path + " in " + folder_.string(), ENOTDIR);
        }
        const fs::path whole = target[0] == '/' ? fs::path(target) : fs::path(parent) / target;
        return folder_at(whole.lexically_normal().string(), depth + 1);
    }
    os::UniqueFd made(open_inside(root_.get(), path, O_PATH | O_DIRECTORY));
    if (!made) {
        throw os::errno_error("open " + path + " in " + folder_.string());
    }
    return made;
}

Tree::Place Tree::place(const std::string& path) const {
    const std::string whole = "/" + path;
    return {.parent = folder_at(parent_of(whole), 0), .name = name_of(whole)};
}

/// The place of a file, with what was there gone. A folder is not traded for a file.
Tree::Place Tree::cleared(const std::string& path) const {
    Place at = place(path);
    if (::unlinkat(at.parent.get(), at.name.c_str(), 0) != 0 && errno != ENOENT) {
        if (errno == EISDIR || errno == EPERM || errno == EBUSY) {
            refuse_folder(path);
        }
        throw os::errno_error("replace " + path + " in " + folder_.string());
    }
    return at;
}

os::UniqueFd Tree::create(const std::string& path) const {
    const Place at = cleared(path);
    os::UniqueFd file(::openat(at.parent.get(), at.name.c_str(),
                               O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file) {
        throw os::errno_error("write " + path + " in " + folder_.string());
    }
    return file;
}

void Tree::finish(int fd, const std::string& path, const Attributes& attributes) const {
    const timespec time{.tv_sec = attributes.mtime, .tv_nsec = 0};
    const std::array<timespec, 2> times{time, time};
    // The owner before the mode: a change of owner takes set-id bits away.
    if ((may_own() && ::fchown(fd, attributes.uid, attributes.gid) != 0) ||
        ::fchmod(fd, attributes.mode & 07777U) != 0 || ::futimens(fd, times.data()) != 0) {
        throw os::errno_error("set owner and mode of " + path + " in " + folder_.string());
    }
}

void Tree::write(const std::string& path, std::string_view content, mode_t mode) const {
    const os::UniqueFd file = create(path);
    os::write_all(file.get(), content, path);
    finish(file.get(), path, {.mode = mode});
}

void Tree::link(const std::string& path, const std::string& target,
                const Attributes& attributes) const {
    const Place at = place(path);
    struct stat info {};
    if (::fstatat(at.parent.get(), at.name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISDIR(info.st_mode)) {
        // A folder that is empty was only made for a file below the link that comes later.
        if (::unlinkat(at.parent.get(), at.name.c_str(), AT_REMOVEDIR) != 0) {
            if (errno == ENOTEMPTY || errno == EEXIST || errno == EBUSY) {
                refuse_folder(path);
            }
            throw os::errno_error("make the link " + path + " in " + folder_.string());
        }
    }
    const Place free = cleared(path);
    if (::symlinkat(target.c_str(), free.parent.get(), free.name.c_str()) != 0 ||
        (may_own() && ::fchownat(free.parent.get(), free.name.c_str(), attributes.uid,
                                 attributes.gid, AT_SYMLINK_NOFOLLOW) != 0)) {
        throw os::errno_error("make the link " + path + " in " + folder_.string());
    }
}

void Tree::hard_link(const std::string& path, const std::string& existing) const {
    const Place from = place(existing);
    const Place to = cleared(path);
    if (::linkat(from.parent.get(), from.name.c_str(), to.parent.get(), to.name.c_str(), 0) != 0) {
        throw os::errno_error("link " + path + " to " + existing + " in " + folder_.string());
    }
}

void Tree::make_folder(const std::string& path) const {
    const os::UniqueFd folder = folder_at("/" + path, 0);
}

void Tree::remove(const std::string& path) const {
    const Place at = cleared(path);
}

bool Tree::exists(const std::string& path) const {
    return static_cast<bool>(os::UniqueFd(open_inside(root_.get(), path, O_PATH)));
}

} // namespace banger::xbps
