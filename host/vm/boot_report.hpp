#pragma once

#include <string>
#include <vector>

namespace banger::vm {

/// What a guest's console tells about a boot that came to no good end.
struct BootReport {
    std::string reason;             ///< what the guest itself says went wrong; mostly empty
    std::string progress;           ///< how far it came: "the guest's kernel started"
    std::vector<std::string> lines; ///< those that are worth a look, in order
};

[[nodiscard]] BootReport boot_report(const std::vector<std::string>& console);

/// Why a guest rebooted: what its init says of that, else the last that it said at all.
[[nodiscard]] std::string reboot_reason(const std::vector<std::string>& console);

} // namespace banger::vm
