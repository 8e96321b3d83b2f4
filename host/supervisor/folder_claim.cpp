#include "supervisor/folder_claim.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/unix_socket.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace banger::supervisor {
using os::Error;
using os::ErrorKind;

os::UniqueFd listen(const std::filesystem::path& path) {
    os::UniqueFd fd = os::listen_unix(path);
    ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
    return fd;
}

std::optional<os::UniqueFd> listen_again(const std::filesystem::path& path) {
    try {
        return listen(path);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::conflict) {
            return std::nullopt;
        }
        throw;
    }
}

os::UniqueFd lock_folder(const std::filesystem::path& path) {
    os::UniqueFd lock = os::open_file(path, O_RDONLY | O_DIRECTORY);
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        throw Error(ErrorKind::conflict, path.string() + ": a supervisor runs there already");
    }
    return lock;
}

bool is_at(const os::UniqueFd& folder, const std::filesystem::path& path) {
    struct stat ours {};
    struct stat there {};
    return ::fstat(folder.get(), &ours) == 0 && ::stat(path.c_str(), &there) == 0 &&
           ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

} // namespace banger::supervisor
