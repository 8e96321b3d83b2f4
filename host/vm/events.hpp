#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace banger::vm {

/// What happened, for the API's event stream and for plugins. [loop]
class Events {
  public:
    using Listener = std::function<void(const nlohmann::json& event)>;

    /// Ends the subscription when it goes; it may outlive the Events.
    class Subscription {
      public:
        Subscription() = default;
        Subscription(Subscription&&) noexcept = default;
        Subscription& operator=(Subscription&& other) noexcept;
        ~Subscription();

      private:
        friend class Events;
        using Listeners = std::map<std::uint64_t, Listener>;
        Subscription(std::weak_ptr<Listeners> listeners, std::uint64_t id)
            : listeners_(std::move(listeners)), id_(id) {}
        void end() noexcept;
        std::weak_ptr<Listeners> listeners_;
        std::uint64_t id_ = 0;
    };

    [[nodiscard]] Subscription subscribe(Listener listener);
    /// `type` such as "vm.state"; the event gets "type" and "at" beside the given members.
    void publish(const std::string& type, nlohmann::json members);

  private:
    // Shared only so that a subscription can tell whether we are still there.
    std::shared_ptr<Subscription::Listeners> listeners_ =
        std::make_shared<Subscription::Listeners>();
    std::uint64_t next_ = 1;
};

} // namespace banger::vm
