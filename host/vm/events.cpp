#include "vm/events.hpp"

#include "os/clock.hpp"

#include <vector>

#include <nlohmann/json.hpp>

namespace banger::vm {

Events::Subscription& Events::Subscription::operator=(Subscription&& other) noexcept {
    if (this != &other) {
        end();
        listeners_ = std::move(other.listeners_);
        id_ = other.id_;
    }
    return *this;
}

Events::Subscription::~Subscription() {
    end();
}

void Events::Subscription::end() noexcept {
    if (const auto listeners = listeners_.lock()) {
        listeners->erase(id_);
    }
    listeners_.reset();
}

Events::Subscription Events::subscribe(Listener listener) {
    const std::uint64_t id = next_++;
    listeners_->emplace(id, std::move(listener));
    return {listeners_, id};
}

void Events::publish(const std::string& type, nlohmann::json members) {
    members["type"] = type;
    members["at"] = os::to_rfc3339(os::now_ms());
    // A listener may end its own or another subscription.
    std::vector<std::uint64_t> ids;
    for (const auto& [id, listener] : *listeners_) {
        ids.push_back(id);
    }
    for (const std::uint64_t id : ids) {
        if (const auto at = listeners_->find(id); at != listeners_->end()) {
            const Listener listener = at->second;
            listener(members);
        }
    }
}

} // namespace banger::vm
