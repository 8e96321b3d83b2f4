#include "supervisor/pace.hpp"

#include <algorithm>
#include <utility>

namespace banger::supervisor {
namespace {

using std::chrono::milliseconds;

/// A boot's worth of output goes through at once; after it a flood gets this much a second.
constexpr double burst = 1U << 20U;
constexpr double bytes_per_ms = 512;
constexpr milliseconds longest_pause{200};

} // namespace

milliseconds Pace::pause_after(std::size_t bytes, milliseconds least) {
    const auto now = Clock::now();
    const double ms =
        std::chrono::duration<double, std::milli>(now - std::exchange(paid_, now)).count();
    debt_ = std::max(0.0, debt_ - ms * bytes_per_ms) + static_cast<double>(bytes);
    const auto wait = static_cast<long>(std::max(0.0, debt_ - burst) / bytes_per_ms);
    return std::clamp(milliseconds(wait), least, longest_pause);
}

} // namespace banger::supervisor
