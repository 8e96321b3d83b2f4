#include "poller.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include <sys/epoll.h>

namespace vsock {
namespace {

void control(int epoll, int operation, int fd, std::uint32_t events, std::uint64_t number) {
    epoll_event event{};
    event.events = events;
    event.data.u64 = number;
    if (::epoll_ctl(epoll, operation, fd, &event) != 0) {
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
}

} // namespace

Poller::Poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!epoll_) {
        throw std::system_error(errno, std::generic_category(), "epoll_create1");
    }
}

void Poller::add(int fd, std::uint32_t events, Ready ready) {
    const std::uint64_t number = ++last_number_;
    control(epoll_.fd(), EPOLL_CTL_ADD, fd, events, number);
    ready_[number] = std::make_shared<Ready>(std::move(ready));
    numbers_[fd] = number;
}

void Poller::change(int fd, std::uint32_t events) {
    control(epoll_.fd(), EPOLL_CTL_MOD, fd, events, numbers_.at(fd));
}

void Poller::remove(int fd) noexcept {
    if (const auto found = numbers_.find(fd); found != numbers_.end()) {
        ready_.erase(found->second);
        numbers_.erase(found);
        epoll_event unused{};
        (void)::epoll_ctl(epoll_.fd(), EPOLL_CTL_DEL, fd, &unused); // closing it would do the same
    }
}

Poller::TimerId Poller::after(std::chrono::milliseconds delay, std::function<void()> due) {
    const TimerId id = ++last_timer_;
    const auto when = Clock::now() + delay;
    timers_[{when, id}] = std::move(due);
    when_[id] = when;
    return id;
}

void Poller::cancel(TimerId id) noexcept {
    if (const auto found = when_.find(id); found != when_.end()) {
        timers_.erase({found->second, id});
        when_.erase(found);
    }
}

int Poller::wait_ms() const {
    if (timers_.empty()) {
        return -1;
    }
    const auto left = timers_.begin()->first.first - Clock::now();
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    return static_cast<int>(std::clamp<std::int64_t>(ms, 0, 60000));
}

void Poller::run_due() {
    const auto now = Clock::now();
    while (!timers_.empty() && timers_.begin()->first.first <= now) {
        auto first = timers_.extract(timers_.begin());
        when_.erase(first.key().second);
        first.mapped()();
    }
}

void Poller::turn() {
    std::array<epoll_event, 64> events{};
    const int count =
        ::epoll_wait(epoll_.fd(), events.data(), static_cast<int>(events.size()), wait_ms());
    if (count < 0 && errno != EINTR) {
        throw std::system_error(errno, std::generic_category(), "epoll_wait");
    }
    for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        const auto found = ready_.find(event.data.u64);
        if (found != ready_.end()) { // else an earlier one of this turn has removed it
            const std::shared_ptr<Ready> kept = found->second;
            (*kept)(event.events);
        }
    }
    if (!timers_.empty()) {
        run_due();
    }
}

} // namespace vsock
