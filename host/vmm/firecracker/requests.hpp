#pragma once

#include "vmm/firecracker/version.hpp"
#include "vmm/hypervisor.hpp"
#include "vmm/plan.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace banger::vmm::firecracker {

/// Beside disks and network cards: vsock, entropy, balloon.
constexpr std::uint32_t own_devices = 3;

/// The requests that make and start one VM; docs/vmm.md says why each is there. Pure. Throws
/// invalid for a value that Firecracker does not take.
[[nodiscard]] std::vector<ApiRequest> requests(const Version& version, const LaunchSpec& spec);

/// "boot_args": the driver's own arguments, then the spec's.
[[nodiscard]] std::string kernel_command_line(const Version& version, const LaunchSpec& spec);

/// The id that the API knows a disk or network card by: it takes letters, digits and _ only.
[[nodiscard]] std::string api_id(const std::string& id, std::size_t index);

} // namespace banger::vmm::firecracker
