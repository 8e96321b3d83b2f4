#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace banger::vmm {

enum class ExitCause {
    poweroff,        ///< the guest powered itself off, asked or not: a normal stop
    reboot,          ///< the guest reset itself; the VMM ends instead (-no-reboot)
    killed,          ///< from the host: our kill, a signal, the OOM killer
    crashed,         ///< the guest's kernel panicked, or the VMM died of itself
    failed_to_start, ///< the VMM ended before the guest ran
    unknown,
};

[[nodiscard]] std::string_view to_string(ExitCause cause) noexcept;
[[nodiscard]] ExitCause exit_cause(std::string_view name) noexcept; ///< else unknown

/// How one run of a VM ended.
struct Exit {
    ExitCause cause = ExitCause::unknown;
    int code = 0;           ///< exit status of the VMM when `signal` is 0
    int signal = 0;         ///< the signal that ended it
    bool host_down = false; ///< the host was going down: nobody wanted it to end
    std::string reason;     ///< one line for people
    std::int64_t at_unix_ms = 0;
    std::vector<std::string> console_tail; ///< the guest's last lines
    std::vector<std::string> vmm_messages; ///< the VMM's last lines on standard error
};

} // namespace banger::vmm
