#include "wall_time.hpp"

#include "guest/failure.hpp"
#include "guest/wall_clock.hpp"

#include <ctime>
#include <limits>

#include <sys/epoll.h>
#include <sys/timerfd.h>

namespace agent {
namespace {

std::int64_t offset_ns() {
    return wall_time_ns() - banger::guest::since_boot_ns();
}

} // namespace

std::int64_t wall_time_ns() {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

ClockWatch::ClockWatch(Loop& loop, OnJump on_jump)
    : on_jump_(std::move(on_jump)),
      timer_(::timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK)) {
    if (!timer_) {
        banger::guest::fail_errno("make a timer");
    }
    arm();
    watch_ = loop.watch(timer_.get(), EPOLLIN, [this](std::uint32_t) { look(); });
}

void ClockWatch::arm() {
    offset_ns_ = offset_ns();
    itimerspec never{};
    never.it_value.tv_sec = std::numeric_limits<std::int32_t>::max(); // 2038, or at once after it
    if (wall_time_ns() / 1'000'000'000 >= never.it_value.tv_sec) {
        never.it_value.tv_sec *= 2;
    }
    if (::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never,
                          nullptr) != 0) {
        banger::guest::fail_errno("set a timer");
    }
}

void ClockWatch::look() {
    std::uint64_t count = 0;
    (void)!::read(timer_.get(), &count, sizeof count); // ECANCELED: the clock was set
    const std::int64_t before = offset_ns_;
    arm();
    const std::int64_t off_ms = (offset_ns_ - before) / 1'000'000;
    if (off_ms > tolerance_ms || off_ms < -tolerance_ms) {
        on_jump_(off_ms);
    }
}

} // namespace agent
