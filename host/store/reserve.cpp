#include "store/reserve.hpp"

#include "os/free_space.hpp"
#include "os/unique_fd.hpp"

#include <cstdint>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace banger::store {

namespace {

/// Some hundred pages of the database's log; deleting a VM writes about twenty.
constexpr std::uint64_t reserved_bytes = 2U << 20U;

std::uint64_t room_beside(const std::filesystem::path& file) noexcept {
    return os::free_space(file.parent_path()).value_or(UINT64_MAX);
}

} // namespace

Reserve::Reserve(std::filesystem::path file) : file_(std::move(file)) {
    lend();
}

void Reserve::lend() noexcept {
    if (room_beside(file_) < reserved_bytes) {
        ::unlink(file_.c_str());
    }
}

void Reserve::restore() noexcept {
    struct stat info {};
    const bool there = ::stat(file_.c_str(), &info) == 0 &&
                       static_cast<std::uint64_t>(info.st_size) == reserved_bytes;
    if (there || room_beside(file_) < 2 * reserved_bytes) {
        return;
    }
    const os::UniqueFd file(
        ::open(file_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file || ::posix_fallocate(file.get(), 0, static_cast<off_t>(reserved_bytes)) != 0) {
        ::unlink(file_.c_str()); // a part of it would pass for the whole
    }
}

} // namespace banger::store
