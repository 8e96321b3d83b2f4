#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

namespace banger::plugin {

/// Threads that hand work to each other stay awake for a moment before they sleep: to be woken
/// takes longer than most hooks do.
constexpr std::chrono::microseconds awake_time{250};

inline void relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

/// Awake until f says so, for a moment and not beyond `until`. What f said.
template <class F>
bool wait_awake(F&& f, std::chrono::steady_clock::time_point until =
                           std::chrono::steady_clock::time_point::max()) {
    using Clock = std::chrono::steady_clock;
    static const bool alone = std::thread::hardware_concurrency() < 2; // it would wait for itself
    constexpr int looks = 64; // between two looks at the clock
    for (const auto end = std::min(until, Clock::now() + awake_time);;) {
        for (int i = 0; i < looks; ++i) {
            if (f()) {
                return true;
            }
            relax();
        }
        if (alone || Clock::now() >= end) {
            return false;
        }
        std::this_thread::yield();
    }
}

} // namespace banger::plugin
