#pragma once

#include "os/unique_fd.hpp"

#include <cstdint>
#include <optional>

namespace banger::supervisor {

/// The kernel's vhost-vsock device with this context id, for the VMM to inherit. The id is ours as
/// long as the device is open. nullopt when another VM of this machine has it. Throws for a device
/// that is not there or may not be used.
[[nodiscard]] std::optional<os::UniqueFd> claim_cid(std::uint32_t cid);

/// VsockChannel::Dial of the guest with this context id.
[[nodiscard]] os::UniqueFd dial_guest(std::uint32_t cid, std::uint32_t port);

} // namespace banger::supervisor
