#include "privileged/tap_device.hpp"

#include "os/error.hpp"
#include "os/file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>

namespace banger::privileged {

using os::Error;
using os::ErrorKind;

TapDevice TapDevice::open(const std::string& name, short flags) {
    os::UniqueFd fd;
    try {
        fd = os::open_file("/dev/net/tun", O_RDWR);
    } catch (const Error& error) {
        throw Error(ErrorKind::unavailable, error.what(),
                    "load the kernel's tun module: sudo modprobe tun");
    }
    ifreq request{};
    name.copy(request.ifr_name, IFNAMSIZ - 1);
    // One queue, with offload headers: what QEMU and Firecracker ask for when they open it.
    request.ifr_flags = static_cast<short>(IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | flags);
    if (::ioctl(fd.get(), TUNSETIFF, &request) != 0) {
        throw os::errno_error("tap " + name);
    }
    return TapDevice(std::move(fd));
}

TapDevice TapDevice::create(const std::string& name, uid_t owner) {
    try {
        TapDevice tap = open(name, static_cast<short>(IFF_TUN_EXCL));
        tap.give(owner);
        return tap;
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::busy) { // what TUN_EXCL says of a name in use
            throw Error(ErrorKind::conflict, "interface " + name + " exists already");
        }
        throw;
    }
}

TapDevice TapDevice::attach(const std::string& name) {
    try {
        return open(name, 0);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::busy) {
            throw Error(ErrorKind::busy, "tap " + name + " is in use by a running process",
                        "stop the VM that uses it first");
        }
        throw;
    }
}

void TapDevice::give(uid_t user) {
    if (::ioctl(fd_.get(), TUNSETOWNER, static_cast<unsigned long>(user)) != 0) {
        throw os::errno_error("give tap to user " + std::to_string(user));
    }
}

void TapDevice::persist() {
    if (::ioctl(fd_.get(), TUNSETPERSIST, 1UL) != 0) {
        throw os::errno_error("keep tap");
    }
    fd_.reset();
}

void TapDevice::destroy() {
    if (::ioctl(fd_.get(), TUNSETPERSIST, 0UL) != 0) {
        throw os::errno_error("remove tap");
    }
    fd_.reset();
}

} // namespace banger::privileged
