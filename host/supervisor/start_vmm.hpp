#pragma once

#include "os/unique_fd.hpp"
#include "supervisor/guest_channel.hpp"
#include "supervisor/loop.hpp"
#include "supervisor/vmm_link.hpp"
#include "supervisor/vmm_process.hpp"
#include "vmm/plan.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace banger::supervisor {

/// A VMM that was just started and does nothing yet, with the way to talk to it and to its guest.
struct Vmm {
    VmmProcess process; ///< without what the members below have taken
    std::unique_ptr<VmmLink> link;
    std::unique_ptr<GuestChannel> channel;
    /// Of Firecracker: begins a connection to a port of the guest, whose answer or end can be read.
    std::function<os::UniqueFd(std::uint32_t port)> dial;
    os::UniqueFd log;                 ///< beside its standard error; may be none
    std::vector<os::UniqueFd> images; ///< the locks on them, where the VMM has none of its own
};

/// By the plan's kind of VMM. `guest` is where the guest channel listens; `vsock` the device of a
/// plan with one. Throws not_found, busy or permission for a TAP device, busy for a disk image.
[[nodiscard]] Vmm start_vmm(Loop& loop, const vmm::SupervisorPlan& plan, os::UniqueFd guest,
                            os::UniqueFd vsock, VmmLink::OnEvent on_event);

} // namespace banger::supervisor
