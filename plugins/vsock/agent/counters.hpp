#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace agent {

/// Times since the boot in clock ticks, over all CPUs.
struct CpuTimes {
    std::size_t count = 0;
    std::uint64_t user = 0;
    std::uint64_t system = 0;
    std::uint64_t idle = 0;
    std::uint64_t iowait = 0;
    std::uint64_t steal = 0;
};
[[nodiscard]] CpuTimes parse_stat(std::string_view text); ///< /proc/stat

/// Bytes.
struct MemoryUse {
    std::uint64_t total = 0;
    std::uint64_t available = 0;
    std::uint64_t cached = 0;
    std::uint64_t swap_total = 0;
    std::uint64_t swap_free = 0;
};
[[nodiscard]] MemoryUse parse_meminfo(std::string_view text); ///< /proc/meminfo

struct Interface {
    std::string name;
    std::uint64_t rx_bytes = 0;
    std::uint64_t rx_packets = 0;
    std::uint64_t tx_bytes = 0;
    std::uint64_t tx_packets = 0;
};
/// /proc/net/dev without the loopback, at most 256.
[[nodiscard]] std::vector<Interface> parse_net_dev(std::string_view text);

struct Mount {
    std::string path;
    std::string fs;
    std::string device;
    bool on_disk = false; ///< a block device behind it, not an overlay
};
/// What of /proc/self/mountinfo lies on a block device or is an overlay, each device once, at its
/// first place; at most 256.
[[nodiscard]] std::vector<Mount> parse_mounts(std::string_view text);

[[nodiscard]] std::vector<double> parse_loadavg(std::string_view text); ///< three

} // namespace agent
