#pragma once

#include "os/child.hpp"
#include "os/unique_fd.hpp"
#include "vmm/plan.hpp"

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace banger::supervisor {

/// A VMM in a jail, as the privileged helper gave it to us. The helper is our child and ends as the
/// VMM does, which is another user's.
struct JailedVmm {
    os::Child helper;
    os::UniqueFd hold;    ///< the VMM is killed when it is closed; so it is, too, when we die
    os::UniqueFd sockets; ///< the folder of its sockets: nobody else gets there
    pid_t pid = 0;        ///< of the VMM itself
};

/// The path of a folder that we have open: for us only.
[[nodiscard]] std::filesystem::path path_of(const os::UniqueFd& folder);

/// Starts the VMM of a plan with a jail: files are opened here, with our own rights. `streams` are
/// the standard streams that it gets, `locks` are kept open as long as it lives. Throws what the
/// helper says, permission when sudo does not run it.
[[nodiscard]] JailedVmm enter_jail(const vmm::SupervisorPlan& plan,
                                   const std::array<int, 3>& streams,
                                   const std::vector<os::UniqueFd>& locks);

} // namespace banger::supervisor
