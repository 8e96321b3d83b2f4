#include "os/file_lock.hpp"

#include "os/error.hpp"
#include "os/file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>

namespace banger::os {

std::optional<FileLock> FileLock::try_acquire(const std::filesystem::path& path) {
    UniqueFd fd = open_file(path, O_RDWR | O_CREAT, 0600);
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            return std::nullopt;
        }
        throw errno_error("lock " + path.string());
    }
    return FileLock(std::move(fd));
}

} // namespace banger::os
