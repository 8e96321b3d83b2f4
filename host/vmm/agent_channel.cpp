#include "vmm/agent_channel.hpp"

#include "os/error.hpp"

#include <array>
#include <utility>

namespace banger::vmm {
namespace {

constexpr std::array<std::pair<ChannelKind, std::string_view>, 3> kinds{{
    {ChannelKind::serial, "serial"},
    {ChannelKind::vsock, "vsock"},
    {ChannelKind::automatic, "auto"},
}};

} // namespace

std::string_view to_string(ChannelKind kind) noexcept {
    for (const auto& [known, name] : kinds) {
        if (known == kind) {
            return name;
        }
    }
    return "";
}

ChannelKind channel_kind(std::string_view name) {
    for (const auto& [kind, known] : kinds) {
        if (known == name) {
            return kind;
        }
    }
    throw os::Error(os::ErrorKind::invalid, "unknown agent channel \"" + std::string(name) + "\"",
                    "use serial, vsock or auto");
}

AgentChannel choose_channel(ChannelKind wanted, const Capabilities& vmm, const VhostVsock& device) {
    AgentChannel channel;
    if (vmm.own_vsock) {
        channel.own = true;
        channel.reason = vmm.no_vhost_vsock;
        return channel;
    }
    if (wanted == ChannelKind::serial) {
        channel.reason = "qemu.agent_channel is serial";
    } else if (!vmm.vhost_vsock) {
        channel.reason = vmm.no_vhost_vsock;
    } else if (!device.usable) {
        channel.reason = device.reason;
        channel.fix = device.fix;
    } else {
        channel.vsock = true;
        channel.reason = device.name + " can be used";
    }
    channel.refused = wanted == ChannelKind::vsock && !channel.vsock;
    return channel;
}

} // namespace banger::vmm
