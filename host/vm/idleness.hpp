#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace banger::vm {

/// Whether anything happens in a guest, by the figures that it gives (`stats` of
/// docs/guest-agent.md) and by what this host does in it. It is idle while nobody is logged in, no
/// program of ours runs in it, and load, processors and network are at rest. [loop]
class Idleness {
  public:
    using Time = std::chrono::steady_clock::time_point;

    /// What a plugin knows of the guest. Figures that were seen already change nothing; those of a
    /// guest that is not heard any more make it unknown. Where somebody is logged in, `kept_logins`
    /// tells how many of these are connections that this host keeps and does not use.
    void take(const nlohmann::json& facts, const std::function<std::uint64_t()>& kept_logins,
              Time now);
    void forget(); ///< the guest has ended, or is another one
    /// A console or a program of ours, from begin to end.
    void begin_session() noexcept { ++sessions_; }
    void end_session(Time now) noexcept;

    /// Since when nothing happens; nothing while something does, or nobody knows.
    [[nodiscard]] std::optional<Time> since() const noexcept;
    /// When the latest figures came; nothing when there are none to go by.
    [[nodiscard]] std::optional<Time> seen() const noexcept { return seen_; }
    /// "2 logins", "load 0.85": what happens; empty when nothing does, or nobody knows.
    [[nodiscard]] std::string activity() const;

  private:
    struct Counters {
        std::uint64_t uptime_ms = 0, busy_ms = 0, bytes = 0;
    };
    [[nodiscard]] static std::string activity_since(const Counters& last, const Counters& now);

    std::uint64_t seen_uptime_ms_ = 0;
    std::optional<Counters> base_; ///< what figures are compared with
    std::optional<Time> seen_, since_;
    std::string activity_;
    int sessions_ = 0;
};

} // namespace banger::vm
