#pragma once

#include "os/unique_fd.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <sys/types.h>

namespace banger::os {

/// Names one process for good: a pid alone may be somebody else's tomorrow. All that looks for such
/// a process throws when it cannot tell (no descriptor is left, say): that is no proof of death.
struct ProcessId {
    pid_t pid = 0;
    std::uint64_t start_time = 0; ///< field 22 of /proc/PID/stat, clock ticks since boot (proc(5))
    std::string boot_id;          ///< /proc/sys/kernel/random/boot_id of the boot it runs in

    bool operator==(const ProcessId&) const = default;
    [[nodiscard]] bool alive() const; ///< same boot, same start time, not a zombie
};

[[nodiscard]] std::string current_boot_id();
/// How long ago it was started, of a process of this boot; the host's sleep counts.
[[nodiscard]] std::chrono::milliseconds age_of(const ProcessId& id);
/// nullopt when there is no such process now.
[[nodiscard]] std::optional<ProcessId> identify(pid_t pid);
/// A pidfd for exactly that process, or nothing when it is gone (checked after the open).
[[nodiscard]] std::optional<UniqueFd> open_pidfd(const ProcessId& id);
/// To that very process; false when it is gone.
bool send_signal(const ProcessId& id, int signal);
/// SIGTERM, then SIGKILL after `grace`; returns when it is dead. True when it was alive.
bool end_process(const ProcessId& id, std::chrono::milliseconds grace);

} // namespace banger::os
