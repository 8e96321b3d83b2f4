#include "support/network_namespace.hpp"

#include "os/error.hpp"
#include "os/file.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

namespace banger::test {

NetworkNamespace::NetworkNamespace() {
    if (::geteuid() != 0) {
        reason_ = "needs root for a network namespace";
        return;
    }
    before_ = os::open_file("/proc/thread-self/ns/net", O_RDONLY);
    if (::unshare(CLONE_NEWNET) != 0) {
        reason_ = std::string("no network namespace here: ") + std::strerror(errno);
    } else if (::access("/dev/net/tun", R_OK | W_OK) != 0) {
        reason_ = "there is no /dev/net/tun";
    }
}

NetworkNamespace::~NetworkNamespace() {
    if (before_ && ::setns(before_.get(), CLONE_NEWNET) != 0) {
        ::_exit(70); // the rest of the tests would run in the wrong network
    }
}

} // namespace banger::test
