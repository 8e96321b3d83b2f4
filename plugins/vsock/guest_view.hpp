#pragma once

#include "ports.hpp"
#include "stats.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vsock {

using Steady = std::chrono::steady_clock;

enum class GuestState { booting, ready, silent };
[[nodiscard]] std::string_view to_string(GuestState state);

/// A VM that runs, and where its agent is reached.
struct GuestVm {
    std::string id, name;
    std::string address; ///< of its network card, may be empty
    std::string fqdn;    ///< "web.vm"
    std::string socket;  ///< guest.sock of its run folder
    int pid = 0;         ///< of its VMM: another one is another run
    bool fresh = false;  ///< it has just been started, and its agent is due
};

/// What is known of a guest. Values only: what was seen stays as it was.
struct GuestView {
    GuestVm vm;
    Steady::time_point since; ///< when it began to be watched
    GuestState state = GuestState::booting;
    bool connected = false; ///< the agent has said hello on a stream that lasts
    bool ready = false;     ///< it has been ready in this run
    std::string problem;    ///< why the agent is not connected
    std::optional<Steady::time_point> heard;
    std::chrono::system_clock::time_point heard_at; ///< the same
    std::string version;                            ///< of the agent; empty before its hello
    std::vector<std::string> features;
    std::string boot_id;
    std::uint64_t uptime_ms = 0; ///< when it was heard
    std::optional<std::vector<std::string>> failed_units;
    std::optional<Stats> stats;
    std::optional<double> cpu_percent;
    std::optional<std::uint64_t> rx_per_s, tx_per_s;
    std::optional<std::vector<Port>> ports;
};

/// The agent was heard, and is not connected now.
[[nodiscard]] bool is_away(const GuestView& view);
/// What is told of it: its state, or "away" while its agent is, unless it is silent for long.
[[nodiscard]] std::string_view state_text(const GuestView& view);

/// As ext/guest_facts.h has it. Lists are cut where it would be too long.
[[nodiscard]] std::string facts_json(const GuestView& view);

} // namespace vsock
