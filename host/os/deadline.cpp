#include "os/deadline.hpp"

#include "os/error.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include <poll.h>

namespace banger::os {

int poll_time(Deadline deadline) noexcept {
    constexpr std::int64_t longest = 1 << 30; // twelve days; fits poll's int
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, longest));
}

bool wait_ready(int fd, short events, Deadline deadline) {
    pollfd entry{fd, events, 0};
    for (;;) {
        const int ready = ::poll(&entry, 1, poll_time(deadline));
        if (ready >= 0) {
            return ready > 0;
        }
        if (errno != EINTR) {
            throw errno_error("poll");
        }
    }
}

} // namespace banger::os
