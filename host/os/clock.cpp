#include "os/clock.hpp"

#include <array>
#include <cstdio>
#include <ctime>
#include <utility>

namespace banger::os {

std::int64_t now_ms() {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

std::string to_rfc3339(std::int64_t unix_ms) {
    const std::time_t seconds = unix_ms / 1000;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> date{};
    std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    std::array<char, 8> fraction{};
    std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(unix_ms % 1000));
    return std::string(date.data()) + fraction.data();
}

std::string period_text(std::chrono::seconds time) {
    std::int64_t left = time.count();
    std::string text;
    for (const auto& [unit, name] : {std::pair{86'400, "d"}, {3600, "h"}, {60, "m"}, {1, "s"}}) {
        if (left >= unit) {
            text += std::to_string(left / unit) + name;
            left %= unit;
        }
    }
    return text.empty() ? "0s" : text;
}

} // namespace banger::os
