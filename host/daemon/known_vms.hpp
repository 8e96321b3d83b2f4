#pragma once

#include "os/paths.hpp"

#include <string>
#include <vector>

namespace banger::daemon {

/// A VM as its folder tells it, before a daemon or without one.
struct KnownVm {
    std::string name;
    std::string address;
    bool runs = false; ///< its VMM, proven
};

/// The VMs of this user by name. A folder that cannot be read is left out.
[[nodiscard]] std::vector<KnownVm> known_vms(const os::UserPaths& paths);

} // namespace banger::daemon
