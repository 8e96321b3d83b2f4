#include "plugin/given_socket.hpp"

#include "os/error.hpp"

#include <cstdlib>
#include <optional>
#include <string>

#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>

namespace banger::plugin {
namespace {

/// The inode, when it is a socket.
std::optional<ino_t> socket_of(int fd) {
    struct stat facts {};
    if (::fstat(fd, &facts) != 0 || !S_ISSOCK(facts.st_mode)) {
        return std::nullopt;
    }
    return facts.st_ino;
}

[[noreturn]] void refuse(int fd, const char* why) {
    throw os::Error(os::ErrorKind::invalid, "gave descriptor " + std::to_string(fd) + ", " + why,
                    "the plugin has to open a socket in this call, with SOCK_CLOEXEC");
}

} // namespace

GivenSocket::GivenSocket() {
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        const int fd = std::atoi(entry.path().filename().c_str());
        if (const auto inode = socket_of(fd)) {
            before_.emplace(fd, *inode);
        }
    }
}

os::UniqueFd GivenSocket::take(int fd) const {
    const auto inode = socket_of(fd);
    if (!inode) {
        refuse(fd, "which is no socket");
    }
    const auto old = before_.find(fd);
    if (old != before_.end() && old->second == *inode) {
        refuse(fd, "which was open before");
    }
    os::UniqueFd mine(fd);
    const int flags = ::fcntl(fd, F_GETFD);
    if (flags < 0 || (flags & FD_CLOEXEC) == 0) {
        refuse(fd, "which programs would inherit");
    }
    return mine;
}

} // namespace banger::plugin
