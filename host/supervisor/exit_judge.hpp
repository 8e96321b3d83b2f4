#pragma once

#include "os/child.hpp"
#include "vmm/exit.hpp"
#include "vmm/plan.hpp"

#include <string>
#include <vector>

namespace banger::supervisor {

/// All that is known when a VMM has ended.
struct Evidence {
    vmm::Control control = vmm::Control::qmp; ///< tells the kinds of VMM apart
    os::ExitStatus status;
    std::string shutdown;                  ///< QMP's SHUTDOWN reason; empty when none came
    bool ran = false;                      ///< the guest was started
    std::string start_error;               ///< why we ended it before; else empty
    std::string step;                      ///< of its start, at which it ended; may be empty
    bool kill_asked = false;               ///< we sent the SIGKILL
    bool off_asked = false;                ///< we told the guest to power off, lately
    bool said_off = false;                 ///< the guest said that it powers off (LastWords)
    bool halted = false;                   ///< the guest had, and we ended the VMM for it
    bool host_down = false;                ///< we got a SIGTERM: the host goes down
    std::vector<std::string> console_tail; ///< long enough for a panic with all its call traces
    std::vector<std::string> vmm_messages;
};

/// Why it ended. QEMU exits 0 for a power-off, a reset and a quit alike, so the event decides, and
/// the exit status where there was none. Firecracker knows resets only, so the guest says on its
/// console that it powers off.
[[nodiscard]] vmm::Exit judge(const Evidence& evidence);

} // namespace banger::supervisor
