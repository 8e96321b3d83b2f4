#include "guest/wall_clock.hpp"

#include <ctime>

#include "guest/failure.hpp"

namespace banger::guest {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t tolerance_ns = 100'000'000;

std::int64_t read_clock(clockid_t clock) {
    timespec now{};
    if (::clock_gettime(clock, &now) != 0)
        fail_errno("read the clock");
    return now.tv_sec * second_ns + now.tv_nsec;
}

} // namespace

bool set_wall_clock(std::int64_t unix_ns) {
    auto off = unix_ns - read_clock(CLOCK_REALTIME);
    if (off <= tolerance_ns && off >= -tolerance_ns)
        return false;
    timespec time{.tv_sec = unix_ns / second_ns, .tv_nsec = unix_ns % second_ns};
    if (::clock_settime(CLOCK_REALTIME, &time) != 0)
        fail_errno("set the clock");
    return true;
}

std::int64_t since_boot_ns() {
    return read_clock(CLOCK_BOOTTIME);
}

} // namespace banger::guest
