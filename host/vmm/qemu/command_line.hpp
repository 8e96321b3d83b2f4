#pragma once

#include "vmm/hypervisor.hpp"
#include "vmm/qemu/host.hpp"

#include <string>
#include <vector>

namespace banger::vmm::qemu {

/// The command line of one VM; docs/vmm.md says why each option is there. Pure. Throws invalid for
/// a value that QEMU would take for something else.
[[nodiscard]] std::vector<std::string> command_line(const Host& host, const LaunchSpec& spec);

/// What follows -append: the driver's own arguments, then the spec's.
[[nodiscard]] std::string kernel_command_line(const Host& host, const LaunchSpec& spec);

} // namespace banger::vmm::qemu
