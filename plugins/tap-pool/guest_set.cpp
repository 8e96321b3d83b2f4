#include "guest_set.hpp"

#include <utility>

namespace tap_pool {

void GuestSet::put(const std::string& vm, Guest guest) {
    const std::lock_guard lock(settler_.mutex());
    const auto found = guests_.find(vm);
    if (found == guests_.end() || !(found->second == guest)) {
        guests_[vm] = std::move(guest);
        settler_.changed();
    }
}

void GuestSet::erase(const std::string& vm) {
    const std::lock_guard lock(settler_.mutex());
    if (guests_.erase(vm) != 0) {
        settler_.changed();
    }
}

GuestSet::Guests GuestSet::all() const {
    const std::lock_guard lock(settler_.mutex());
    return guests_;
}

void GuestSet::touch() {
    const std::lock_guard lock(settler_.mutex());
    settler_.changed();
}

void GuestSet::settle(const Apply& apply) {
    settler_.settle([this] { return guests_; }, apply);
}

} // namespace tap_pool
