#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace banger::privileged {

class Arguments;

/// What the processes of a jail may take; 0 is no limit.
struct JailLimits {
    std::uint64_t memory_mib = 0;
    std::uint64_t cpus = 0;
    std::uint64_t tasks = 0; ///< threads
};

/// The arguments of jail-run.
struct JailRequest {
    std::string id; ///< the VM's
    std::filesystem::path firecracker;
    std::vector<std::string> taps; ///< which it opens by name
    std::size_t files = 0;         ///< how many the caller passes
    uid_t first_uid = 0;           ///< of jail_uids from which the jail gets one
    JailLimits limits;
};

constexpr std::size_t max_jail_files = 64;
constexpr std::size_t jail_streams = 3; ///< before the files: the VMM's standard streams
constexpr uid_t jail_uids = 1000;

/// Throws invalid.
[[nodiscard]] JailRequest parse_jail_request(Arguments& arguments);

} // namespace banger::privileged
