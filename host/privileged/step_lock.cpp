#include "privileged/step_lock.hpp"

#include "os/error.hpp"
#include "os/file.hpp"

#include <cerrno>
#include <chrono>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>

namespace banger::privileged {

using os::Error;
using os::ErrorKind;
using namespace std::chrono_literals;

StepLock StepLock::take() {
    os::UniqueFd file = os::open_file("/run/banger-priv.lock", O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            throw os::errno_error("lock /run/banger-priv.lock");
        }
        if (std::chrono::steady_clock::now() > deadline) {
            throw Error(ErrorKind::timeout, "another privileged step of banger does not end",
                        "look for a hanging banger-priv process");
        }
        std::this_thread::sleep_for(2ms);
    }
    return StepLock(std::move(file));
}

void StepLock::release() noexcept {
    if (file_) {
        ::flock(file_.get(), LOCK_UN);
        file_.reset();
    }
}

} // namespace banger::privileged
