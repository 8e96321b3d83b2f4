#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace web {

/// Bytes since the begin of what is counted. proc is where /proc is. Each of these is none where
/// the kernel does not say it, and waits for nothing but a file system that hangs.
struct IoCounters {
    std::uint64_t in = 0, out = 0;
};

/// What a process has read from disks and written to them. The kernel tells it to its user alone.
[[nodiscard]] std::optional<IoCounters> process_io(const std::filesystem::path& proc,
                                                   std::uint64_t pid);
/// Of the disk, or the part of one, that this folder is on.
[[nodiscard]] std::optional<IoCounters> disk_io(const std::filesystem::path& proc,
                                                const std::string& folder);
/// Of the network cards that a default route leads by: what this machine has received and sent.
[[nodiscard]] std::optional<IoCounters> network_io(const std::filesystem::path& proc);

} // namespace web
