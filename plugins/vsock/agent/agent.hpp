#pragma once

#include "boot_log.hpp"
#include "booted_socket.hpp"
#include "events.hpp"
#include "failed_units.hpp"
#include "loop.hpp"
#include "power.hpp"
#include "programs.hpp"
#include "ready_watch.hpp"
#include "seats.hpp"
#include "session.hpp"
#include "wall_time.hpp"

#include "guest/wall_clock.hpp"

#include <cstdint>
#include <memory>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace agent {

struct Settings {
    std::string state_folder = "/run/banger-agent";
    std::string booted_name = "banger-agent-booted"; ///< of the abstract socket
    std::uint16_t ssh_port = 22;
    /// Sets the clock of the system where it is off, and says whether it did.
    bool (*set_wall_clock)(std::int64_t unix_ns) = banger::guest::set_wall_clock;
};

/// What the endpoints share: the guest's state, its events, and what runs for clients.
class Agent {
  public:
    static constexpr std::size_t most_connections = 32;

    Agent(Loop& loop, const Settings& settings);
    Agent(const Agent&) = delete;
    Agent& operator=(const Agent&) = delete;

    [[nodiscard]] const Answerer& answerer() const noexcept { return answerer_; }
    [[nodiscard]] Loop& loop() noexcept { return loop_; }
    [[nodiscard]] const Settings& settings() const noexcept { return settings_; }
    [[nodiscard]] Events& events() noexcept { return events_; }
    [[nodiscard]] FailedUnits& failed_units() noexcept { return failed_units_; }
    [[nodiscard]] Programs& programs() noexcept { return programs_; }
    [[nodiscard]] Power& power() noexcept { return power_; }
    [[nodiscard]] Seats& connections() noexcept { return connections_; }
    [[nodiscard]] Seats& jobs() noexcept { return jobs_; }
    [[nodiscard]] Seats& configurations() noexcept { return configurations_; }
    [[nodiscard]] const BootLog& boot() const noexcept { return boot_; }
    [[nodiscard]] nlohmann::json health() const;
    /// failed_units in JSON, as of the last time that somebody asked.
    [[nodiscard]] nlohmann::json failed_unit_names() const;

  private:
    void booted();

    Loop& loop_;
    Settings settings_;
    std::int64_t started_ms_;
    std::string boot_id_;
    Events events_;
    BootLog boot_;
    FailedUnits failed_units_;
    Power power_;
    Programs programs_;
    Seats connections_;
    Seats jobs_;
    Seats configurations_;
    Answerer answerer_;
    std::shared_ptr<FailedUnits::OnKnown> when_booted_;
    ReadyWatch ready_;
    ClockWatch clock_;
    BootedSocket booted_;
};

} // namespace agent
