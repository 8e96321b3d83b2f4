#pragma once

#include "io_counters.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace web {

/// What this machine has and uses; 0: not known.
struct HostFigures {
    std::optional<double> cpu_percent; ///< of all its processors, since the figures before
    double load = 0;                   ///< of the last minute
    std::uint64_t cpus = 0;
    std::uint64_t memory_total = 0, memory_used = 0; ///< bytes
    std::uint64_t disk_total = 0, disk_used = 0;     ///< of the file system that VMs are on
    std::optional<IoCounters> disk_io, network_io;
};

/// Reads them from /proc and the file system. Waits for nothing but a file system that hangs.
class HostUsage {
  public:
    explicit HostUsage(std::filesystem::path proc = "/proc") : proc_(std::move(proc)) {}
    /// folder: where VMs' disks are.
    [[nodiscard]] HostFigures read(const std::string& folder);

  private:
    std::filesystem::path proc_;
    std::uint64_t busy_ = 0, all_ = 0; ///< ticks of all processors at the last time
};

} // namespace web
