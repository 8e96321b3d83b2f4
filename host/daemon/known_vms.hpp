#pragma once

#include "os/paths.hpp"
#include "store/vm_table.hpp"

#include <string>
#include <vector>

namespace banger::daemon {

/// A VM as far as the choice of the network needs it.
struct KnownVm {
    std::string name;
    std::string address;
    bool runs = false; ///< its VMM, proven
};

/// Those of the database, by name. Where it cannot be told whether one runs, it does not.
[[nodiscard]] std::vector<KnownVm> known_vms(const std::vector<store::VmRow>& rows,
                                             const os::UserPaths& paths);
/// Those of the folders, for when the database is another process's or new: a VMM that another
/// session's daemon started is not found. A folder that cannot be read is left out.
[[nodiscard]] std::vector<KnownVm> known_vms(const os::UserPaths& paths);

} // namespace banger::daemon
