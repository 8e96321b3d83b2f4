#pragma once

#include <filesystem>
#include <string>

namespace banger::vmm {

/// The character device of the kernel's vhost_vsock.
constexpr const char* vhost_vsock_device = "/dev/vhost-vsock";

/// Whether this machine's kernel serves AF_VSOCK for guests of this user.
struct VhostVsock {
    bool usable = false;
    std::string name;   ///< of the device
    std::string reason; ///< why not: one line
    std::string fix;    ///< the next step
};

/// Opens the device once, which makes no guest: cheap, and as it is at this moment.
[[nodiscard]] VhostVsock probe_vhost_vsock(const std::filesystem::path& device);

} // namespace banger::vmm
