#include "guest_set.hpp"

#include <utility>

namespace tap_pool {

void GuestSet::put(const std::string& vm, Guest guest) {
    const std::lock_guard lock(mutex_);
    const auto found = guests_.find(vm);
    if (found == guests_.end() || !(found->second == guest)) {
        guests_[vm] = std::move(guest);
        ++wanted_;
    }
}

void GuestSet::erase(const std::string& vm) {
    const std::lock_guard lock(mutex_);
    if (guests_.erase(vm) != 0) {
        ++wanted_;
    }
}

GuestSet::Guests GuestSet::all() const {
    const std::lock_guard lock(mutex_);
    return guests_;
}

void GuestSet::touch() {
    const std::lock_guard lock(mutex_);
    ++wanted_;
}

void GuestSet::settle(const Apply& apply) {
    std::unique_lock lock(mutex_);
    const std::uint64_t mine = wanted_;
    while (applied_ < mine) {
        if (applying_) {
            turned_.wait(lock);
            continue;
        }
        applying_ = true;
        const std::uint64_t number = wanted_;
        const Guests snapshot = guests_;
        lock.unlock();
        const auto over = [&](bool done) {
            lock.lock();
            applying_ = false;
            applied_ = done ? number : 0; // after a failure nobody knows what the host has
            turned_.notify_all();
        };
        try {
            apply(snapshot);
        } catch (...) {
            over(false);
            throw;
        }
        over(true);
    }
}

} // namespace tap_pool
