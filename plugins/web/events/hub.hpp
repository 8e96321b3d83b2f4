#pragma once

#include "fact_log.hpp"
#include "http/feed.hpp"
#include "pace.hpp"
#include "state/daemon.hpp"
#include "state/state.hpp"

#include <banger/plugin.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>

namespace web {

/// Tells pages what happens: facts with rising revisions, to those who have a stream open (GET
/// /events) as they come, to others when they ask (GET /api/v1/state). Its thread runs once
/// somebody has opened a stream, and sleeps without a timer while nobody has. Any thread.
class Hub {
  public:
    struct Times {
        std::chrono::milliseconds beat{15000}; ///< between two signs of life
        std::chrono::milliseconds ask{2000};   ///< whether root's steps can be done, if not so far
    };
    /// What of a stream's text is not yet read must fit into its pipe (Limits::stream_bytes).
    static constexpr std::size_t longest_replay = 32U << 10U;

    Hub(banger::Host host, State& state, const Daemon& daemon)
        : Hub(host, state, daemon, Times()) {}
    Hub(banger::Host host, State& state, const Daemon& daemon, Times times);
    ~Hub() { stop(); }
    Hub(const Hub&) = delete;
    Hub& operator=(const Hub&) = delete;

    void heard(const nlohmann::json& event); ///< of the daemon's
    /// Of what happens from now on, behind what happened since that revision. Topics: none are all.
    [[nodiscard]] std::shared_ptr<Feed> feed(Topics topics, std::optional<std::uint64_t> since);
    /// {"rev", "facts"}, or {"rev", "resync"} where some are known no more; null: there is nothing
    /// new. Whether root's steps can be done is asked for first.
    [[nodiscard]] nlohmann::json since(banger::Call& call, std::uint64_t revision,
                                       const Topics& topics);
    void stop() noexcept; ///< streams that are open still are told nothing more

  private:
    using Clock = Pace::Clock;
    struct Reader {
        Feed::Write write;
        Topics topics;
    };
    using Readers = std::list<Reader>;
    class Stream;

    Readers::iterator join(Feed::Write write, const Topics& topics,
                           std::optional<std::uint64_t> since);
    void leave(Readers::iterator reader) noexcept;
    void add(Fact fact);
    void publish(const Fact& fact);       ///< under mutex_
    void tell_all(std::string_view text); ///< under mutex_
    [[nodiscard]] std::string greeting(const Topics& topics,
                                       std::optional<std::uint64_t> since) const;
    [[nodiscard]] std::string beat_text() const;
    void take_turns();
    void tell_due(std::unique_lock<std::mutex>& lock, banger::Call& call);
    void look_at_privilege(std::unique_lock<std::mutex>& lock, banger::Call& call);
    [[nodiscard]] Fact completed(banger::Call& call, Fact fact) const;

    banger::Host host_;
    State& state_;
    const Daemon& daemon_;
    const Times times_;
    std::mutex mutex_;
    std::condition_variable changed_;
    FactLog log_; ///< under mutex_, as all that follows
    Pace pace_;   ///< what waits, while somebody reads
    Readers readers_;
    std::optional<bool> ready_; ///< root's steps can be done, as was told last
    Clock::time_point next_beat_, next_look_;
    bool stopping_ = false;
    std::optional<banger::Thread> thread_; ///< last: it uses the others
};

} // namespace web
