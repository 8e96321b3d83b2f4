#include "os/deadline.hpp"

#include <algorithm>
#include <cstdint>

namespace banger::os {

int poll_time(Deadline deadline) noexcept {
    constexpr std::int64_t longest = 1 << 30; // twelve days; fits poll's int
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, longest));
}

} // namespace banger::os
