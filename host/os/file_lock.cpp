#include "os/file_lock.hpp"

#include "os/error.hpp"
#include "os/file.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <pthread.h>
#include <sys/file.h>
#include <unistd.h>

namespace banger::os {
namespace {

constexpr int none = 0; ///< no lock of ours is on standard input

/// The descriptors of the locks of this process. A child by fork shares them, and with them the
/// locks (flock(2)).
std::array<std::atomic<int>, 16> held{};

void replace(int from, int to) noexcept {
    for (std::atomic<int>& entry : held) {
        int expected = from;
        if (entry.compare_exchange_strong(expected, to)) {
            return;
        }
    }
}

void in_child() {
    for (const std::atomic<int>& entry : held) {
        if (entry != none) {
            ::close(entry);
        }
    }
}

} // namespace

FileLock::FileLock(UniqueFd fd) noexcept : fd_(std::move(fd)) {
    static const int registered = ::pthread_atfork(nullptr, nullptr, in_child);
    static_cast<void>(registered);
    replace(none, fd_.get());
}

FileLock::~FileLock() {
    if (fd_) {
        replace(fd_.get(), none);
    }
}

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
