#include "supervisor/vsock_device.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "vmm/vhost_vsock.hpp"

#include <cerrno>
#include <string>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <linux/vm_sockets.h> // needs sys/socket.h

namespace banger::supervisor {
namespace {

/// VHOST_VSOCK_SET_GUEST_CID of linux/vhost.h, which is no C++.
constexpr unsigned long set_guest_cid = _IOW(0xAF, 0x60, std::uint64_t);

} // namespace

std::optional<os::UniqueFd> claim_cid(std::uint32_t cid) {
    os::UniqueFd device = os::open_file(vmm::vhost_vsock_device, O_RDWR);
    const std::uint64_t wanted = cid;
    // The VMM sets it again on the same descriptor, which the kernel takes as no change.
    if (::ioctl(device.get(), set_guest_cid, &wanted) == 0) {
        return device;
    }
    if (errno == EADDRINUSE) {
        return std::nullopt;
    }
    throw os::errno_error("take the vsock context id " + std::to_string(cid));
}

os::UniqueFd dial_guest(std::uint32_t cid, std::uint32_t port) {
    os::UniqueFd fd(::socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_vm address{};
    address.svm_family = AF_VSOCK;
    address.svm_cid = cid;
    address.svm_port = port;
    if (!fd ||
        (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
         errno != EINPROGRESS)) {
        return {};
    }
    return fd;
}

} // namespace banger::supervisor
