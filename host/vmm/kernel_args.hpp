#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace banger::vmm {

/// Keys that the drivers set, because a wrong value makes a guest that hangs instead of ending, or
/// boots without a console or its disks. One list for all drivers: what is accepted with one VMM is
/// with the other.
constexpr std::array<std::string_view, 8> driver_kernel_keys{
    "console", "reboot",       "panic",           "tsc_early_khz",
    "tsc",     "banger.disks", "banger.poweroff", "banger.vsock"};

/// The kernel's command line: the driver's own arguments, `quiet` where nobody asks for more words,
/// then the given ones. Throws invalid when one of those is the driver's, or no word.
[[nodiscard]] std::string kernel_line(std::vector<std::string> own,
                                      const std::vector<std::string>& given);

} // namespace banger::vmm
