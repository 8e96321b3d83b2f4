#include "loop.hpp"

#include "guest/failure.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <sys/epoll.h>

namespace agent {
namespace {

constexpr std::chrono::milliseconds for_ever{-1};

} // namespace

Loop::Registration::Registration(Registration&& other) noexcept
    : loop_(std::exchange(other.loop_, nullptr)), id_(other.id_) {}

Loop::Registration& Loop::Registration::operator=(Registration&& other) noexcept {
    if (this != &other) {
        drop();
        loop_ = std::exchange(other.loop_, nullptr);
        id_ = other.id_;
    }
    return *this;
}

void Loop::Registration::drop() noexcept {
    if (loop_ != nullptr) {
        std::exchange(loop_, nullptr)->drop(id_);
    }
}

void Loop::Registration::events(std::uint32_t wanted) const {
    if (loop_ != nullptr) {
        loop_->events(id_, wanted);
    }
}

Loop::Loop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!epoll_) {
        banger::guest::fail_errno("make an epoll");
    }
}

Loop::Registration Loop::watch(int fd, std::uint32_t events, OnReady on_ready) {
    const std::uint64_t id = next_id_++;
    epoll_event event{};
    event.events = events;
    event.data.u64 = id;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
        banger::guest::fail_errno("watch a descriptor");
    }
    watches_[id] = {fd, events, std::make_shared<OnReady>(std::move(on_ready))};
    return {this, id};
}

Loop::Registration Loop::after(std::chrono::milliseconds time, OnTime on_time) {
    const std::uint64_t id = next_id_++;
    timers_[id] = {Clock::now() + time, std::move(on_time)};
    return {this, id};
}

void Loop::drop(std::uint64_t id) noexcept {
    if (const auto it = watches_.find(id); it != watches_.end()) {
        ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, it->second.fd, nullptr);
        watches_.erase(it);
    } else {
        timers_.erase(id);
    }
}

void Loop::events(std::uint64_t id, std::uint32_t wanted) {
    const auto it = watches_.find(id);
    if (it == watches_.end() || it->second.events == wanted) {
        return;
    }
    epoll_event event{};
    event.events = wanted;
    event.data.u64 = id;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, it->second.fd, &event) != 0) {
        banger::guest::fail_errno("watch a descriptor");
    }
    it->second.events = wanted;
}

int Loop::wait_ms(std::chrono::milliseconds at_most) const {
    auto wait = at_most;
    const auto now = Clock::now();
    for (const auto& [id, timer] : timers_) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(timer.at - now);
        const auto bounded = std::max(left, std::chrono::milliseconds{0});
        wait = wait == for_ever ? bounded : std::min(wait, bounded);
    }
    return static_cast<int>(wait.count());
}

void Loop::run_timers() {
    const auto now = Clock::now();
    std::vector<std::uint64_t> due;
    for (const auto& [id, timer] : timers_) {
        if (timer.at <= now) {
            due.push_back(id);
        }
    }
    for (const std::uint64_t id : due) {
        if (const auto it = timers_.find(id); it != timers_.end()) {
            const OnTime on_time = std::move(it->second.on_time);
            timers_.erase(it);
            on_time();
        }
    }
}

void Loop::step(std::chrono::milliseconds at_most) {
    std::array<epoll_event, 16> events{};
    const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), wait_ms(at_most));
    if (count < 0 && errno != EINTR) {
        banger::guest::fail_errno("wait for events");
    }
    for (int i = 0; i < count; ++i) {
        const auto& event = events.at(static_cast<std::size_t>(i));
        if (const auto it = watches_.find(event.data.u64); it != watches_.end()) {
            const std::shared_ptr<OnReady> on_ready = it->second.on_ready;
            (*on_ready)(event.events);
        }
    }
    run_timers();
}

void Loop::run() {
    running_ = true;
    while (running_) {
        step(for_ever);
    }
}

} // namespace agent
