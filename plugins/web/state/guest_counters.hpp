#pragma once

#include "history.hpp"

#include <cstdint>
#include <optional>

#include <nlohmann/json.hpp>

namespace web {

/// What a guest has told last of itself: sums since its boot, and what it uses.
struct GuestCounters {
    std::uint64_t uptime_ms = 0; ///< another one: it has told anew
    std::uint64_t cpu_busy_ms = 0, cpu_all_ms = 0;
    std::optional<std::uint64_t> received, sent;         ///< bytes, by all network cards
    std::optional<std::uint64_t> memory_used, disk_used; ///< bytes
    std::optional<double> cpu_percent;                   ///< as whoever heard it has reckoned
};

/// Of a VM as GET /v1/vms has it; none: its guest is not heard at present.
[[nodiscard]] std::optional<GuestCounters> guest_counters(const nlohmann::json& vm);

/// Puts what the guest has told into its history, as of `from` to `to` (History::add). before: what
/// it told before, at `from`, if it has gone on since.
void add_told(History& history, const GuestCounters& told, const GuestCounters* before,
              std::int64_t from, std::int64_t to);

} // namespace web
