#include "vmm/vhost_vsock.hpp"

#include "os/unique_fd.hpp"
#include "vmm/device_remedy.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>

namespace banger::vmm {

VhostVsock probe_vhost_vsock(const std::filesystem::path& device) {
    const std::string name = device.string();
    const os::UniqueFd fd(::open(device.c_str(), O_RDWR | O_CLOEXEC));
    const int code = errno;
    if (fd) {
        return {true, name, {}, {}};
    }
    switch (code) {
    case ENOENT:
        return {false, name, "there is no " + name, "sudo modprobe vhost_vsock"};
    case ENODEV: // a static node whose module cannot be loaded
    case ENXIO:
        return {false, name, name + " has no driver in this kernel", "sudo modprobe vhost_vsock"};
    case EACCES:
    case EPERM:
        return {false, name, name + " may not be used by this user", access_remedy(device)};
    default:
        return {false, name, name + ": " + std::strerror(code), {}};
    }
}

} // namespace banger::vmm
