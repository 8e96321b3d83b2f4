#include "copy/folder.hpp"

#include "cli/console_text.hpp"
#include "os/error.hpp"

#include <array>
#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

namespace banger::copy {
namespace {

std::string temporary_name() {
    std::uint64_t number = 0;
    if (::getrandom(&number, sizeof number, 0) != static_cast<ssize_t>(sizeof number)) {
        throw os::errno_error("take a random number");
    }
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(number));
    return std::string(".banger-cp.") + text.data();
}

} // namespace

void set_mode(int fd, mode_t mode, const std::string& shown) {
    if (::fchmod(fd, mode) != 0) {
        throw os::errno_error("set the mode of " + shown);
    }
}

std::string Folder::shown(std::string_view name) const {
    return shown_ + (shown_.ends_with('/') ? "" : "/") + cli::plain_line(name);
}

Folder Folder::again() const {
    os::UniqueFd fd(::fcntl(fd_.get(), F_DUPFD_CLOEXEC, 0));
    if (!fd) {
        throw os::errno_error("open folder " + shown_);
    }
    return {std::move(fd), shown_};
}

Folder Folder::open(const std::string& name) const {
    os::UniqueFd fd(
        ::openat(fd_.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) {
        throw os::errno_error("open folder " + shown(name));
    }
    return {std::move(fd), shown(name)};
}

bool Folder::make(const std::string& name) const {
    if (::mkdirat(fd_.get(), name.c_str(), 0700) == 0) {
        return true;
    }
    if (errno != EEXIST) {
        throw os::errno_error("make folder " + shown(name));
    }
    return false;
}

std::optional<mode_t> Folder::replaced_mode(const std::string& name) const {
    struct stat status {};
    if (::fstatat(fd_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        S_ISLNK(status.st_mode)) {
        return std::nullopt;
    }
    if (!S_ISREG(status.st_mode)) {
        throw os::Error(os::ErrorKind::conflict,
                        shown(name) + (S_ISDIR(status.st_mode) ? " is a folder" : " is no file"));
    }
    return status.st_mode & 0777U;
}

NewFile::NewFile(const Folder& folder, std::string name)
    : folder_(folder), name_(std::move(name)), temporary_(temporary_name()),
      replaced_(folder_.replaced_mode(name_)) {
    fd_ = os::UniqueFd(
        ::openat(folder_.fd(), temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd_) {
        throw os::errno_error("make " + folder_.shown(name_));
    }
}

NewFile::~NewFile() {
    if (fd_) {
        ::unlinkat(folder_.fd(), temporary_.c_str(), 0);
    }
}

void NewFile::write(std::string_view bytes, std::uint64_t offset) {
    while (!bytes.empty()) {
        const ssize_t n =
            ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            throw os::errno_error("write " + folder_.shown(name_));
        }
        bytes.remove_prefix(static_cast<std::size_t>(n));
        offset += static_cast<std::uint64_t>(n);
    }
}

FileId NewFile::finish(std::uint64_t size, mode_t mode) {
    const std::string shown = folder_.shown(name_);
    struct stat status {};
    if (::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0 || ::fstat(fd_.get(), &status) != 0) {
        throw os::errno_error("write " + shown);
    }
    set_mode(fd_.get(), replaced_.value_or(mode), shown);
    if (::renameat(folder_.fd(), temporary_.c_str(), folder_.fd(), name_.c_str()) != 0) {
        throw os::errno_error("rename what is to be " + shown);
    }
    fd_.reset();
    return {status.st_dev, status.st_ino};
}

} // namespace banger::copy
