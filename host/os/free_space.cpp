#include "os/free_space.hpp"

#include <sys/statvfs.h>

namespace banger::os {

std::optional<std::uint64_t> free_space(const std::filesystem::path& path) noexcept {
    struct statvfs disk {};
    if (::statvfs(path.c_str(), &disk) != 0) {
        return std::nullopt;
    }
    return disk.f_bavail * disk.f_frsize;
}

} // namespace banger::os
