#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json_fwd.hpp>

namespace agent {

/// Carries what happens in the guest to who listens, as lines of the protocol.
class Events {
  public:
    using Listener = std::function<void(std::string_view line)>; ///< subscribes and drops nothing

    /// Dropping it ends the subscription.
    class Subscription {
      public:
        Subscription() = default;
        Subscription(Events& events, std::uint64_t id) noexcept : events_(&events), id_(id) {}
        Subscription(Subscription&& other) noexcept
            : events_(std::exchange(other.events_, nullptr)), id_(other.id_) {}
        Subscription& operator=(Subscription&& other) noexcept {
            std::swap(events_, other.events_);
            std::swap(id_, other.id_);
            return *this;
        }
        ~Subscription() {
            if (events_ != nullptr) {
                events_->listeners_.erase(id_);
            }
        }

      private:
        Events* events_ = nullptr;
        std::uint64_t id_ = 0;
    };

    [[nodiscard]] Subscription subscribe(Listener listener);
    void publish(std::string_view name);
    void publish(std::string_view name, const nlohmann::json& members);
    [[nodiscard]] static std::string line(std::string_view name, const nlohmann::json& members);

  private:
    std::uint64_t next_id_ = 1;
    std::map<std::uint64_t, Listener> listeners_;
};

} // namespace agent
