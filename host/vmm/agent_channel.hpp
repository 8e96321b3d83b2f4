#pragma once

#include "vmm/hypervisor.hpp"
#include "vmm/vhost_vsock.hpp"

#include <string>
#include <string_view>

namespace banger::vmm {

/// What qemu.agent_channel may ask for.
enum class ChannelKind {
    serial,    ///< a virtio-serial port
    vsock,     ///< AF_VSOCK, and nothing else
    automatic, ///< AF_VSOCK where it can be had
};

[[nodiscard]] std::string_view to_string(ChannelKind kind) noexcept; ///< as in config.yaml
[[nodiscard]] ChannelKind channel_kind(std::string_view name);       ///< throws invalid

/// By what the agents in guests are reached on this machine.
struct AgentChannel {
    bool vsock = false;   ///< else the serial port
    bool own = false;     ///< the VMM has an AF_VSOCK device of its own: nothing is chosen
    bool refused = false; ///< vsock is demanded and cannot be had: no VM starts
    std::string reason;   ///< why this one: one line
    std::string fix;      ///< what would give vsock where it is wanted; else empty
};

[[nodiscard]] AgentChannel choose_channel(ChannelKind wanted, const Capabilities& vmm,
                                          const VhostVsock& device);

} // namespace banger::vmm
