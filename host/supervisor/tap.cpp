#include "supervisor/tap.hpp"

#include "os/error.hpp"
#include "os/file.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>

namespace banger::supervisor {
using os::Error;
using os::ErrorKind;

os::UniqueFd open_tap(const std::string& name) {
    if (name.empty() || name.size() >= IFNAMSIZ) {
        throw Error(ErrorKind::invalid, "TAP device \"" + name + "\": not an interface name");
    }
    if (::if_nametoindex(name.c_str()) == 0) {
        throw Error(ErrorKind::not_found, "TAP device " + name + " does not exist");
    }
    os::UniqueFd fd = os::open_file("/dev/net/tun", O_RDWR | O_NONBLOCK);
    ifreq request{};
    std::memcpy(request.ifr_name, name.c_str(), name.size() + 1);
    // The virtio-net header goes through to the VMM, which hands whole segments on.
    request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
    if (::ioctl(fd.get(), TUNSETIFF, &request) != 0) {
        const int code = errno;
        if (code == EPERM) {
            throw Error(ErrorKind::permission,
                        "TAP device " + name + ": it belongs to another user");
        }
        throw os::errno_error("TAP device " + name, code);
    }
    return fd;
}

} // namespace banger::supervisor
