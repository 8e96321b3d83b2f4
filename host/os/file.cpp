#include "os/file.hpp"

#include "os/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

namespace banger::os {
namespace fs = std::filesystem;

UniqueFd open_file(const fs::path& path, int flags, mode_t mode) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
    if (fd < 0) {
        throw errno_error("open " + path.string());
    }
    return UniqueFd(fd);
}

namespace {

/// To read from the file alone: a pipe in its place, say, would hang whoever opens it.
UniqueFd open_regular(const fs::path& path) {
    UniqueFd fd = open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    struct stat info {};
    if (::fstat(fd.get(), &info) != 0) {
        throw errno_error("look at " + path.string());
    }
    if (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode)) {
        throw Error(ErrorKind::invalid, path.string() + " is a pipe, not a file");
    }
    return fd;
}

} // namespace

std::string read_file(const fs::path& path, std::uint64_t limit) {
    const UniqueFd fd = open_regular(path);
    std::string text;
    std::array<char, 65536> buffer{};
    for (;;) {
        const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
        if (n < 0) {
            if (errno == EINTR) {
                continue;
            }
            throw errno_error("read " + path.string());
        }
        if (n == 0) {
            return text;
        }
        text.append(buffer.data(), static_cast<std::size_t>(n));
        if (text.size() > limit) {
            throw Error(ErrorKind::exhausted, "read " + path.string() + ": larger than " +
                                                  std::to_string(limit) + " bytes");
        }
    }
}

std::optional<std::string> find_file(const fs::path& path, std::uint64_t limit) {
    try {
        return read_file(path, limit);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::not_found) {
            return std::nullopt;
        }
        throw;
    }
}

void write_all(int fd, std::string_view bytes, std::string_view what) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0) {
            if (errno == EINTR) {
                continue;
            }
            throw errno_error(what);
        }
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
}

void write_file_atomic(const fs::path& path, std::string_view content, mode_t mode,
                       Durability durability) {
    std::string temporary = path.string() + ".XXXXXX";
    UniqueFd fd(::mkostemp(temporary.data(), O_CLOEXEC));
    if (!fd) {
        throw errno_error("create a file beside " + path.string());
    }
    try {
        if (::fchmod(fd.get(), mode) != 0) {
            throw errno_error("chmod " + temporary);
        }
        write_all(fd.get(), content, "write " + path.string());
        if (durability == Durability::synced && ::fdatasync(fd.get()) != 0) {
            throw errno_error("sync " + path.string());
        }
        if (::rename(temporary.c_str(), path.c_str()) != 0) {
            throw errno_error("rename to " + path.string());
        }
    } catch (...) {
        ::unlink(temporary.c_str());
        throw;
    }
}

void make_private_dir(const fs::path& path, mode_t mode) {
    std::error_code code;
    fs::create_directories(path.parent_path(), code);
    if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST) {
        throw errno_error("create folder " + path.string());
    }
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) {
        throw errno_error("look at " + path.string());
    }
    if (!S_ISDIR(info.st_mode)) {
        throw Error(ErrorKind::conflict, path.string() + " is not a folder",
                    "move it away and try again");
    }
    if (info.st_uid != ::geteuid()) {
        throw Error(ErrorKind::permission, path.string() + " belongs to another user",
                    "choose another folder, or give it to yourself with chown");
    }
    if ((info.st_mode & 0777U & ~mode) != 0 && ::chmod(path.c_str(), mode) != 0) {
        throw errno_error("chmod " + path.string());
    }
}

std::vector<std::string> tail_lines(const fs::path& path, std::size_t count) {
    constexpr off_t window = off_t{256} << 10U;
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd) {
        return {};
    }
    const off_t size = ::lseek(fd.get(), 0, SEEK_END);
    const off_t start = size > window ? size - window : 0;
    std::string text(static_cast<std::size_t>(std::max<off_t>(size - start, 0)), '\0');
    const ssize_t n = ::pread(fd.get(), text.data(), text.size(), start);
    text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    std::vector<std::string> lines;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::string line = text.substr(at, end - at);
        while (!line.empty() && line.back() == '\r') {
            line.pop_back();
        }
        lines.push_back(std::move(line));
        at = end + 1;
    }
    if (lines.size() > count) {
        lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
    }
    return lines;
}

namespace {

/// Reads and writes at the same offset; how many bytes, 0 at the end of the file.
ssize_t copy_some(int from, int to, off_t at, off_t most, const std::string& what) {
    std::string buffer(static_cast<std::size_t>(std::min<off_t>(most, 1 << 20)), '\0');
    const ssize_t n = ::pread(from, buffer.data(), buffer.size(), at);
    if (n < 0) {
        throw errno_error(what);
    }
    for (ssize_t written = 0; written < n;) {
        const ssize_t w = ::pwrite(to, buffer.data() + written,
                                   static_cast<std::size_t>(n - written), at + written);
        if (w < 0) {
            throw errno_error(what);
        }
        written += w;
    }
    return n;
}

void copy_data(int from, int to, off_t size, const std::string& what) {
    off_t at = 0;
    while (at < size) {
        const off_t data = ::lseek(from, at, SEEK_DATA);
        if (data < 0) {
            if (errno == ENXIO) {
                break; // only a hole is left
            }
            throw errno_error(what);
        }
        const off_t hole = ::lseek(from, data, SEEK_HOLE);
        if (hole < 0) {
            throw errno_error(what);
        }
        off_t in = data;
        off_t out = data;
        while (in < hole) {
            ssize_t n =
                ::copy_file_range(from, &in, to, &out, static_cast<std::size_t>(hole - in), 0);
            if (n < 0 && (errno == EXDEV || errno == EOPNOTSUPP || errno == EINVAL)) {
                n = copy_some(from, to, in, hole - in, what); // across two file systems
                in += n;
                out += n;
            }
            if (n < 0) {
                throw errno_error(what);
            }
            if (n == 0) {
                break; // the file shrank under us; the size check of the caller decides
            }
        }
        at = hole;
    }
}

} // namespace

void clone_file(const fs::path& from, const fs::path& to, mode_t mode) {
    const std::string what = "copy " + from.string() + " to " + to.string();
    const UniqueFd source = open_file(from, O_RDONLY);
    struct stat info {};
    if (::fstat(source.get(), &info) != 0) {
        throw errno_error(what);
    }
    const UniqueFd target = open_file(to, O_WRONLY | O_CREAT | O_EXCL, mode);
    try {
        if (::ioctl(target.get(), FICLONE, source.get()) != 0) {
            if (::ftruncate(target.get(), info.st_size) != 0) {
                throw errno_error(what);
            }
            copy_data(source.get(), target.get(), info.st_size, what);
        }
    } catch (...) {
        ::unlink(to.c_str());
        throw;
    }
}

std::uint64_t allocated_bytes(const fs::path& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) {
        throw errno_error("look at " + path.string());
    }
    return static_cast<std::uint64_t>(info.st_blocks) * 512U;
}

namespace {

/// What may keep entries of a folder from being removed, its mode, is ours to change.
UniqueFd open_to_empty(int parent, const char* name) {
    constexpr int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    UniqueFd fd(::openat(parent, name, flags));
    if (!fd && errno == EACCES && ::fchmodat(parent, name, 0700, 0) == 0) {
        fd = UniqueFd(::openat(parent, name, flags));
    }
    struct stat info {};
    if (fd && ::fstat(fd.get(), &info) == 0 && (info.st_mode & 0700U) != 0700U) {
        (void)::fchmod(fd.get(), 0700); // without it the entries say what is wrong
    }
    return fd;
}

/// Keeps what went wrong first; `what` could not be done for the reason in errno.
void note(std::optional<Error>& first, const std::string& what, const fs::path& path) {
    if (!first) {
        first = errno_error(what + path.string());
    }
}

std::vector<std::string> names_in(int folder, std::optional<Error>& first, const fs::path& path) {
    std::vector<std::string> names;
    UniqueFd copy(::fcntl(folder, F_DUPFD_CLOEXEC, 0));
    DIR* const entries = copy ? ::fdopendir(copy.get()) : nullptr;
    if (entries == nullptr) {
        note(first, "list ", path);
        return names;
    }
    (void)copy.release(); // it is the stream's
    errno = 0;
    while (const dirent* const entry = ::readdir(entries)) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") {
            names.emplace_back(name);
        }
    }
    if (errno != 0) {
        note(first, "list ", path);
    }
    ::closedir(entries);
    return names;
}

void remove_entry(int parent, const char* name, const fs::path& path, std::optional<Error>& first) {
    struct stat info {};
    if (::fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno != ENOENT && errno != ENOTDIR) {
            note(first, "remove ", path);
        }
        return;
    }
    const bool folder = S_ISDIR(info.st_mode);
    if (folder) {
        const UniqueFd fd = open_to_empty(parent, name);
        if (!fd && errno == ENOENT) {
            return; // somebody else removes it, too
        }
        if (!fd) {
            note(first, "open ", path);
        } else {
            for (const std::string& each : names_in(fd.get(), first, path)) {
                remove_entry(fd.get(), each.c_str(), path / each, first);
            }
        }
    }
    if (::unlinkat(parent, name, folder ? AT_REMOVEDIR : 0) != 0 && errno != ENOENT) {
        note(first, "remove ", path);
    }
}

} // namespace

void remove_tree(const fs::path& path) {
    std::optional<Error> first;
    remove_entry(AT_FDCWD, path.c_str(), path, first);
    if (first) {
        throw *first;
    }
}

std::optional<Error> try_remove_tree(const fs::path& path) {
    try {
        remove_tree(path);
        return std::nullopt;
    } catch (const Error& error) {
        return error;
    }
}

UniqueFd watch_removals(const fs::path& folder) {
    UniqueFd fd(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    const std::uint32_t events = IN_DELETE | IN_MOVED_FROM | IN_DELETE_SELF | IN_MOVE_SELF;
    if (!fd || ::inotify_add_watch(fd.get(), folder.c_str(), events) < 0) {
        throw errno_error("watch " + folder.string());
    }
    return fd;
}

} // namespace banger::os
