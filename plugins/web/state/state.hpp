#pragma once

#include "daemon.hpp"
#include "snapshot.hpp"

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

namespace web {

/// Keeps the snapshot. It is taken anew when an event has told of a change, by whoever needs it
/// next; with nobody there nothing is done.
class State {
  public:
    explicit State(banger::Host host);

    /// From on_start on. heard: each event of the daemon, as it is told, on a thread of the host's.
    using Heard = std::function<void(const nlohmann::json& event)>;
    void follow(banger::Host host, Heard heard);
    void stop() { events_.reset(); }

    /// As of now: what was told until this call is in it. Throws Problem.
    [[nodiscard]] SnapshotPtr now(banger::Call& call);
    /// The operations, newest first, as many as the daemon tells at a time; as now().
    [[nodiscard]] std::shared_ptr<const nlohmann::json> operations(banger::Call& call);
    /// Grows, also from one start of the daemon to the next one.
    [[nodiscard]] std::uint64_t revision() const { return changes_.load(); }
    /// Something has changed that no event has told of; the revision that it is.
    std::uint64_t touch() { return changes_.fetch_add(1) + 1; }

  private:
    template <class Kept>
    [[nodiscard]] bool is_good(const Kept& kept) const;
    SnapshotPtr take(banger::Call& call, std::uint64_t revision) const;

    Daemon daemon_;
    std::mutex mutex_; ///< one takes it, others wait for that one
    SnapshotPtr last_; ///< under mutex_, as the next
    struct Operations {
        std::uint64_t revision = 0;
        std::chrono::system_clock::time_point taken_at;
        std::shared_ptr<const nlohmann::json> list;
    } operations_;
    std::atomic<std::uint64_t> changes_;
    std::optional<banger::Subscription> events_; ///< last: its function uses the others
};

} // namespace web
