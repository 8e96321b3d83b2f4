#pragma once

#include "descriptor.hpp"
#include "poller.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace dns {

/// Names whose addresses another plugin wants to know before the guest that asked does: a firewall
/// by name lets an address pass first. By events (banger.events/1):
///   plugin.<watcher>.names.watched {"names":[..]}      all that it watches, in small letters
///   plugin.dns.names.found {"number":N,"name":..,"addresses":[..]}   a resolver gave these
///   plugin.<watcher>.names.learned {"number":N}        the guest may have them now
/// The guest waits for that, `patience` at most.
class WatchedNames {
  public:
    /// Tells what was found; false when nobody is told. Must not wait for anybody.
    using Publish = std::function<bool(const std::string& data_json)>;
    using Go = std::function<void()>;
    explicit WatchedNames(Publish publish,
                          std::chrono::milliseconds patience = std::chrono::seconds(1));

    /// An event of a plugin. Any thread.
    void heed(std::string_view event_json);

    // ---- on the poller's thread ----
    /// From now on answers can be held; the poller outlives their being held.
    void attach(Poller& poller);
    void detach(Poller& poller) noexcept;
    /// Calls `go` when the guest may have this answer: at once where nobody waits for it. `name` in
    /// wire form.
    void hold(Poller& poller, std::string_view name, std::string_view answer, Go go);

  private:
    struct Held {
        Go go;
        std::set<std::string> waits_for; ///< watchers
        Poller::TimerId timer;
    };
    [[nodiscard]] std::set<std::string> watchers_of(const std::string& name) const;
    void take_learned(Poller& poller);
    void release(std::uint64_t number);

    const Publish publish_;
    const std::chrono::milliseconds patience_;
    Descriptor wake_; ///< readable: somebody has learned something
    mutable std::mutex mutex_;
    std::map<std::string, std::set<std::string>> watched_; ///< by watcher
    std::vector<std::pair<std::uint64_t, std::string>> learned_;
    std::unordered_map<std::uint64_t, Held> held_; ///< the poller's thread alone
    std::uint64_t last_ = 0;
};

} // namespace dns
