#include "vmm/tsc.hpp"

#include <ctime>
#include <limits>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace banger::vmm {

#if defined(__x86_64__)
namespace {

struct Sample {
    std::uint64_t ticks;
    std::uint64_t ns;
};

std::uint64_t monotonic_ns() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
           static_cast<std::uint64_t>(now.tv_nsec);
}

/// Both clocks at one moment: of many readings the one with the least time around it.
Sample sample() {
    Sample best{};
    std::uint64_t narrowest = std::numeric_limits<std::uint64_t>::max();
    for (int i = 0; i < 200; ++i) {
        const std::uint64_t before = __rdtsc();
        const std::uint64_t ns = monotonic_ns();
        const std::uint64_t after = __rdtsc();
        if (after - before < narrowest) {
            narrowest = after - before;
            best = {before + (after - before) / 2, ns};
        }
    }
    return best;
}

} // namespace

std::uint64_t measure_tsc_khz() {
    const Sample from = sample();
    const timespec pause{0, 50'000'000};
    ::nanosleep(&pause, nullptr);
    const Sample to = sample();
    const std::uint64_t ns = to.ns - from.ns;
    return ((to.ticks - from.ticks) * 1'000'000U + ns / 2) / ns;
}
#else
std::uint64_t measure_tsc_khz() {
    return 0;
}
#endif

} // namespace banger::vmm
