#include "archive_output.hpp"

#include "failure.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace image_tool::archive {
namespace {

namespace fs = std::filesystem;

constexpr mode_t output_mode = 0666; // less the umask

fs::path folder_of(const fs::path& path) {
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

[[noreturn]] void refuse_taken(const fs::path& path) {
    throw Failure(FailureKind::conflict, path.string() + " is there already",
                  "name another file, or overwrite it with --replace");
}

mode_t current_umask() {
    const mode_t mask = ::umask(0);
    ::umask(mask);
    return mask;
}

/// A name beside `path` that nobody has.
std::string part_beside(const fs::path& path, int& fd) {
    std::string part = path.string() + ".XXXXXX.part";
    fd = ::mkostemps(part.data(), 5, O_CLOEXEC);
    if (fd < 0) {
        throw system_failure("write " + path.string());
    }
    (void)::fchmod(fd, output_mode & ~current_umask());
    return part;
}

} // namespace

OutputFile::OutputFile(fs::path path, bool replace) : path_(std::move(path)), replace_(replace) {
    struct stat info {};
    if (::lstat(path_.c_str(), &info) == 0) {
        if (!replace_) {
            refuse_taken(path_);
        }
        if (!S_ISREG(info.st_mode)) {
            throw Failure(FailureKind::conflict, path_.string() + " is not a file",
                          "name another one");
        }
    }
    int fd = ::open(folder_of(path_).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, output_mode);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == EACCES || errno == EROFS)) {
        throw system_failure("write to " + folder_of(path_).string());
    }
    if (fd < 0) {
        part_ = part_beside(path_, fd);
    }
    fd_ = UniqueFd(fd);
}

OutputFile::~OutputFile() {
    if (!part_.empty()) {
        (void)::unlink(part_.c_str());
    }
}

void OutputFile::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd_.get(), bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            throw system_failure("write " + path_.string());
        }
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
}

/// Gives the file without a name this one, which must be free.
void OutputFile::name_it(const fs::path& path) const {
    const std::string self = "/proc/self/fd/" + std::to_string(fd_.get());
    if (::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) != 0) {
        if (errno == EEXIST) {
            refuse_taken(path);
        }
        throw system_failure("write " + path.string());
    }
}

void OutputFile::place() {
    if (::fsync(fd_.get()) != 0) {
        throw system_failure("write " + path_.string());
    }
    if (part_.empty() && !replace_) {
        name_it(path_);
    } else {
        if (part_.empty()) { // to replace a file it needs a name first
            const std::string part = path_.string() + "." + std::to_string(::getpid()) + ".part";
            name_it(part);
            part_ = part;
        }
        const unsigned flags = replace_ ? 0 : RENAME_NOREPLACE;
        if (::renameat2(AT_FDCWD, part_.c_str(), AT_FDCWD, path_.c_str(), flags) != 0) {
            if (errno == EEXIST) {
                refuse_taken(path_);
            }
            throw system_failure("write " + path_.string());
        }
        part_.clear();
    }
    const UniqueFd folder(::open(folder_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.get() < 0 || ::fsync(folder.get()) != 0) {
        throw system_failure("write " + folder_of(path_).string());
    }
}

} // namespace image_tool::archive
