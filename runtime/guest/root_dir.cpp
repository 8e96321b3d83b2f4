#include "guest/root_dir.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <stdexcept>

#include "guest/failure.hpp"

namespace banger::guest {
namespace {

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

std::string parent_of(const std::string& path) {
    auto slash = path.rfind('/');
    return slash == std::string::npos || slash == 0 ? "/" : path.substr(0, slash);
}

std::string name_of(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

std::string read_all(int fd, const std::string& path, std::size_t limit) {
    std::string out;
    char buffer[16384];
    while (true) {
        ssize_t n = ::read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            fail_errno("read " + path);
        if (n == 0)
            return out;
        out.append(buffer, static_cast<std::size_t>(n));
        if (out.size() > limit)
            throw std::length_error(path + " is longer than " + std::to_string(limit) + " bytes");
    }
}

void write_all(int fd, std::string_view data, const std::string& path) {
    while (!data.empty()) {
        ssize_t n = ::write(fd, data.data(), data.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            fail_errno("write " + path);
        data.remove_prefix(static_cast<std::size_t>(n));
    }
}

void own(int fd, Ownership ownership, const std::string& path) {
    if (::fchown(fd, ownership.uid, ownership.gid) != 0)
        fail_errno("set the owner of " + path);
    if (::fchmod(fd, ownership.mode) != 0)
        fail_errno("set the mode of " + path);
}

} // namespace

RootDir::RootDir(const std::string& path)
    : fd_(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
    if (!fd_)
        fail_errno("open " + path);
}

Fd RootDir::open(const std::string& path, int flags) const {
    return Fd(open_inside(fd_.get(), path, flags));
}

Fd RootDir::open_parent(const std::string& path) const {
    auto parent = parent_of(path);
    Fd dir = open(parent, O_PATH | O_DIRECTORY);
    if (!dir && errno == ENOENT) {
        make_dir(parent, {.mode = 0755});
        dir = open(parent, O_PATH | O_DIRECTORY);
    }
    if (!dir)
        fail_errno("open " + parent);
    return dir;
}

std::optional<std::string> RootDir::read(const std::string& path, std::size_t limit) const {
    Fd file = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (!file && errno == ENOENT)
        return std::nullopt;
    if (!file)
        fail_errno("open " + path);
    return read_all(file.get(), path, limit);
}

bool RootDir::write(const std::string& path, std::string_view data, Ownership ownership) const {
    Fd dir = open_parent(path);
    auto name = name_of(path);

    struct stat now {};
    if (::fstatat(dir.get(), name.c_str(), &now, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISREG(now.st_mode) && (now.st_mode & 07777) == ownership.mode &&
        now.st_uid == ownership.uid && now.st_gid == ownership.gid &&
        static_cast<std::size_t>(now.st_size) == data.size()) {
        Fd file(::openat(dir.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
        if (file && read_all(file.get(), path, data.size()) == data)
            return false;
    }

    // No fsync: the file system's journal orders the data before the rename, and the host sends it
    // again at each start.
    auto temporary = ".banger-new." + std::to_string(::getpid());
    ::unlinkat(dir.get(), temporary.c_str(), 0);
    Fd file(::openat(dir.get(), temporary.c_str(),
                     O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file)
        fail_errno("create " + path);
    try {
        write_all(file.get(), data, path);
        own(file.get(), ownership, path);
        if (::renameat(dir.get(), temporary.c_str(), dir.get(), name.c_str()) != 0)
            fail_errno("replace " + path);
    } catch (...) {
        ::unlinkat(dir.get(), temporary.c_str(), 0);
        throw;
    }
    return true;
}

void RootDir::make_dir(const std::string& path, Ownership ownership) const {
    if (path == "/" || open(path, O_PATH | O_DIRECTORY))
        return;
    Fd parent = open_parent(path);
    auto name = name_of(path);
    if (::mkdirat(parent.get(), name.c_str(), 0700) != 0)
        fail_errno("make directory " + path);
    Fd made(::openat(parent.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!made)
        fail_errno("open " + path);
    own(made.get(), ownership, path);
}

} // namespace banger::guest
