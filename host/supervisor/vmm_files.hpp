#pragma once

#include "os/unique_fd.hpp"
#include "vmm/plan.hpp"

namespace banger::supervisor {

/// Takes away what a Firecracker left in the run folder. It removes none of its sockets itself, and
/// refuses to start where one is.
void remove_vmm_files(const vmm::RunFolder& run) noexcept;

/// The FIFO for Firecracker's log, made new, and our end of it. Firecracker loses lines that nobody
/// reads and never waits.
[[nodiscard]] os::UniqueFd make_vmm_log(const vmm::RunFolder& run);
/// Our end of one that is there already, in a jail.
[[nodiscard]] os::UniqueFd open_vmm_log(const vmm::RunFolder& run);

} // namespace banger::supervisor
