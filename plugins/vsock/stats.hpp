#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace vsock {

/// Counters of a guest since its boot, in bytes and milliseconds, each within numbers.hpp's bounds.
struct Stats {
    struct Cpu {
        std::uint64_t count = 0, user_ms = 0, system_ms = 0, idle_ms = 0, iowait_ms = 0,
                      steal_ms = 0;
    };
    struct Memory {
        std::uint64_t total = 0, available = 0, cached = 0, swap_total = 0, swap_free = 0;
    };
    struct Disk {
        std::string mount, fs;
        std::uint64_t total = 0, used = 0, available = 0;
    };
    struct Card {
        std::string name;
        std::uint64_t rx_bytes = 0, tx_bytes = 0, rx_packets = 0, tx_packets = 0;
    };
    std::uint64_t uptime_ms = 0;
    std::array<double, 3> load{};
    std::uint64_t processes = 0, logins = 0;
    Cpu cpu;
    Memory memory;
    std::vector<Disk> disks;
    std::vector<Card> network;

    [[nodiscard]] const Disk* root() const; ///< the disk of "/", or null
    [[nodiscard]] std::uint64_t rx_bytes() const;
    [[nodiscard]] std::uint64_t tx_bytes() const;
};

/// Throws Refused.
[[nodiscard]] Stats parse_stats(std::string_view body);
/// As the agent gives it, of what is believed.
[[nodiscard]] nlohmann::json to_json(const Stats& stats);

/// How busy all CPUs together were between two samples, in percent; none when the counters do not
/// tell (the same sample, or another boot).
[[nodiscard]] std::optional<double> cpu_percent(const Stats& before, const Stats& after);

/// Growth of a counter per second; none as above.
[[nodiscard]] std::optional<std::uint64_t> per_second(std::uint64_t before, std::uint64_t after,
                                                      std::uint64_t elapsed_ms);

} // namespace vsock
