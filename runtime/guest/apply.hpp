#pragma once

#include <string>
#include <vector>

namespace banger::guest {

struct Config;

/// Where a configuration goes and when it was made.
struct Target {
    std::string root = "/";     ///< the directory that is the guest's "/"
    bool running_system = true; ///< also the kernel: random generator, clock, host name, network
    bool made_before_boot =
        false; ///< time_unix_ns is from the moment this kernel started (the initramfs's case)
};

/// A step that did not work. A guest without its essential steps is not the one that was asked for.
struct Problem {
    std::string step;
    std::string reason;
    bool essential = true;
};

/// Makes the guest what `config` says: random generator first, then clock, identity, network,
/// access, files. May run again at any time (after a snapshot restore): a second run with the same
/// configuration changes nothing. Every step is tried; what failed is returned.
[[nodiscard]] std::vector<Problem> apply(const Config& config, const Target& target);

} // namespace banger::guest
