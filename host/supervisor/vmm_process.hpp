#pragma once

#include "os/child.hpp"
#include "os/unique_fd.hpp"
#include "vmm/plan.hpp"

#include <cstddef>

namespace banger::supervisor {

/// Keeps the numbers 3 to `count` - 1 free for what a VMM inherits. To be called first of all.
void reserve_descriptors(std::size_t count);

/// A VMM just started, with our ends of all it was given.
struct VmmProcess {
    os::Child child;
    os::UniqueFd control;  ///< QMP
    os::UniqueFd channel;  ///< the serial port's byte stream; none with a vsock device
    os::UniqueFd console;  ///< its standard output
    os::UniqueFd typed;    ///< its standard input
    os::UniqueFd messages; ///< its standard error
};

/// Opens the TAP devices and starts the VMM. It dies with this process (PR_SET_PDEATHSIG): a VMM
/// without its supervisor would hold its disks and TAP with nobody to stop it or to say how it
/// ended. `vsock` is the device of a plan with one. Throws not_found, busy or permission for a TAP
/// device.
[[nodiscard]] VmmProcess start_vmm(const vmm::SupervisorPlan& plan, os::UniqueFd vsock);

} // namespace banger::supervisor
