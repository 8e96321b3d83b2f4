#pragma once

#include "os/child.hpp"
#include "os/unique_fd.hpp"
#include "vmm/plan.hpp"

#include <cstddef>
#include <vector>

namespace banger::supervisor {

/// Keeps the numbers 3 to `count` - 1 free for what a VMM inherits. To be called first of all.
void reserve_descriptors(std::size_t count);

/// A VMM just started, with our ends of all it was given.
struct VmmProcess {
    os::Child child;
    os::UniqueFd control;  ///< QMP; none of a Firecracker
    os::UniqueFd channel;  ///< the serial port's byte stream; none without such a port
    os::UniqueFd console;  ///< its standard output
    os::UniqueFd typed;    ///< its standard input
    os::UniqueFd messages; ///< its standard error
    pid_t pid = 0;         ///< of the VMM itself: in a jail `child` is the helper that holds it
    os::UniqueFd hold;     ///< of one in a jail: it is killed when this is closed
    os::UniqueFd sockets;  ///< of one in a jail: the folder with its sockets
};

/// Starts a QEMU, with the TAP devices open. It dies with this process (PR_SET_PDEATHSIG): a VMM
/// without its supervisor would hold its disks and TAP with nobody to stop it or to say how it
/// ended. `vsock` is the device of a plan with one. Throws not_found, busy or permission for a TAP
/// device.
[[nodiscard]] VmmProcess start_qemu(const vmm::SupervisorPlan& plan, os::UniqueFd vsock);

/// Starts a Firecracker, in a jail where the plan says so, which dies with this process, too. It
/// opens its TAP devices itself when it is told to; here they are tried, so that what is wrong with
/// one is said as with QEMU. It holds copies of `locks`: an image is locked until nobody can write
/// it any more.
[[nodiscard]] VmmProcess start_firecracker(const vmm::SupervisorPlan& plan,
                                           const std::vector<os::UniqueFd>& locks);

} // namespace banger::supervisor
