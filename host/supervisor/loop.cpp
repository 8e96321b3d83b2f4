#include "supervisor/loop.hpp"

#include "os/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <sys/epoll.h>

namespace banger::supervisor {

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
    if (Loop* loop = std::exchange(loop_, nullptr); loop != nullptr) {
        loop->drop(id_);
    }
}

void Loop::Registration::events(std::uint32_t wanted) const {
    if (loop_ != nullptr) {
        loop_->events(id_, wanted);
    }
}

Loop::Loop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!epoll_) {
        throw os::errno_error("make an event loop");
    }
}

Loop::Registration Loop::watch(int fd, std::uint32_t events, OnReady on_ready) {
    const std::uint64_t id = next_id_++;
    epoll_event entry{};
    entry.events = events;
    entry.data.u64 = id;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &entry) != 0) {
        throw os::errno_error("watch a descriptor");
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
    timers_.erase(id);
    if (const auto it = watches_.find(id); it != watches_.end()) {
        ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, it->second.fd, nullptr);
        watches_.erase(it);
    }
}

void Loop::events(std::uint64_t id, std::uint32_t wanted) {
    const auto it = watches_.find(id);
    if (it == watches_.end() || it->second.events == wanted) {
        return;
    }
    epoll_event entry{};
    entry.events = wanted;
    entry.data.u64 = id;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, it->second.fd, &entry) != 0) {
        throw os::errno_error("watch a descriptor");
    }
    it->second.events = wanted;
}

int Loop::wait_ms() const {
    if (!posted_.empty()) {
        return 0;
    }
    if (timers_.empty()) {
        return -1;
    }
    const auto first =
        std::min_element(timers_.begin(), timers_.end(),
                         [](const auto& a, const auto& b) { return a.second.at < b.second.at; });
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(first->second.at - Clock::now());
    return static_cast<int>(std::clamp<long long>(left.count(), 0, 1 << 30));
}

void Loop::run_timers() {
    const auto now = Clock::now();
    for (auto it = timers_.begin(); it != timers_.end();) {
        if (it->second.at > now) {
            ++it;
            continue;
        }
        const OnTime on_time = std::move(it->second.on_time);
        timers_.erase(it);
        on_time();
        it = timers_.begin(); // it may have changed the map
    }
}

void Loop::run_posted() {
    for (const OnTime& action : std::exchange(posted_, {})) {
        action();
    }
}

void Loop::run() {
    running_ = true;
    std::array<epoll_event, 32> ready{};
    while (running_) {
        const int count =
            ::epoll_wait(epoll_.get(), ready.data(), static_cast<int>(ready.size()), wait_ms());
        if (count < 0 && errno != EINTR) {
            throw os::errno_error("wait for events");
        }
        for (int i = 0; i < count && running_; ++i) {
            const epoll_event& event = ready.at(static_cast<std::size_t>(i));
            // One that was dropped in this round is not found, even if its number is used again.
            if (const auto it = watches_.find(event.data.u64); it != watches_.end()) {
                const auto on_ready = it->second.on_ready;
                (*on_ready)(event.events);
            }
        }
        run_timers();
        run_posted();
    }
}

} // namespace banger::supervisor
