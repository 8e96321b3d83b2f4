#pragma once

#include "os/child.hpp"
#include "vmm/exit.hpp"

#include <string>
#include <vector>

namespace banger::supervisor {

/// All that is known when a VMM has ended.
struct Evidence {
    os::ExitStatus status;
    std::string shutdown;                  ///< QMP's SHUTDOWN reason; empty when none came
    bool ran = false;                      ///< the guest was started
    bool kill_asked = false;               ///< we sent the SIGKILL
    bool host_down = false;                ///< we got a SIGTERM: the host goes down
    std::vector<std::string> console_tail; ///< long enough for a panic with all its call traces
    std::vector<std::string> vmm_messages;
};

/// Why it ended. QEMU exits 0 for a power-off, a reset and a quit alike, so the event decides, and
/// the exit status where there was none.
[[nodiscard]] vmm::Exit judge(const Evidence& evidence);

} // namespace banger::supervisor
