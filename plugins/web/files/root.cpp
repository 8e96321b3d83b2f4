#include "root.hpp"

#include "state/daemon.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace web {
namespace {

constexpr int rounds = 8; ///< the kernel says EAGAIN while something is renamed on the way

Problem no_folder(const std::string& shown, int error, const std::string& root) {
    switch (error) {
    case ENOENT:
        return {404, "not_found", shown + " is not there", "it may have been moved or deleted"};
    case EACCES:
    case EPERM:
        return {403, "permission", shown + " may not be read by the user of the daemon",
                "ls -ld shows whose it is; a path in it can be typed in"};
    case EXDEV:
        return {403, "permission", shown + " leads out of " + root,
                "only what is below " + root + " is shown; another path can be typed in"};
    case ELOOP:
        return {400, "invalid", shown + " goes in circles, or by a link that is not followed", ""};
    case ENAMETOOLONG:
        return {400, "invalid", "that path is too long", ""};
    case ENOSYS:
        return {501, "unsupported", "this kernel cannot keep the picker inside of a folder",
                "type the path in; Linux 5.6 has openat2(2)"};
    default:
        return {500, "internal", shown + ": " + std::strerror(error), "type the path in"};
    }
}

} // namespace

void Handle::reset(int fd) noexcept {
    if (fd_ >= 0) {
        ::close(fd_);
    }
    fd_ = fd;
}

bool is_below(const std::string& path) {
    if (path.find('\0') != std::string::npos) {
        return false;
    }
    for (std::size_t begin = 0; begin <= path.size() && !path.empty();) {
        const std::size_t end = std::min(path.find('/', begin), path.size());
        const std::string part = path.substr(begin, end - begin);
        if (part.empty() || part == "." || part == "..") {
            return false;
        }
        begin = end + 1;
    }
    return true;
}

std::string kind_text(mode_t mode) {
    switch (mode & S_IFMT) {
    case S_IFREG:
        return "file";
    case S_IFDIR:
        return "folder";
    case S_IFIFO:
        return "FIFO";
    case S_IFSOCK:
        return "socket";
    case S_IFLNK:
        return "link";
    default:
        return "device";
    }
}

Root::Root(std::string path) : path_(std::move(path)) {
    folder_ = Handle(::open(path_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (folder_.get() < 0) {
        throw no_folder(path_, errno, path_);
    }
}

/// errno says why where it holds nothing.
Handle Root::open_at(const std::string& below, int flags) const {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    const std::string path = below.empty() ? "." : below;
    for (int round = 0; round < rounds; ++round) {
        const auto fd =
            static_cast<int>(::syscall(SYS_openat2, folder_.get(), path.c_str(), &how, sizeof how));
        if (fd >= 0 || errno != EAGAIN) {
            return Handle(fd);
        }
    }
    return Handle();
}

Handle Root::open_folder(const std::string& below) const {
    const std::string shown = below.empty() ? path_ : (path_ == "/" ? "" : path_) + "/" + below;
    if (!is_below(below)) {
        throw Problem(400, "invalid", "that is no path below " + path_,
                      "no part of it may be '..'");
    }
    // By O_PATH first: opening a FIFO or a device would do something to it.
    const Handle there = open_at(below, O_PATH);
    struct stat about {};
    if (there.get() < 0 || ::fstat(there.get(), &about) != 0) {
        throw no_folder(shown, errno, path_);
    }
    if (!S_ISDIR(about.st_mode)) {
        throw Problem(400, "invalid", shown + " is a " + kind_text(about.st_mode) + ", no folder",
                      "");
    }
    Handle folder = open_at(below, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
    if (folder.get() < 0) {
        throw no_folder(shown, errno, path_);
    }
    return folder;
}

std::optional<struct stat> Root::look(const std::string& below) const {
    struct stat about {};
    const Handle there = is_below(below) ? open_at(below, O_PATH) : Handle();
    return there.get() >= 0 && ::fstat(there.get(), &about) == 0 ? std::optional(about)
                                                                 : std::nullopt;
}

} // namespace web
