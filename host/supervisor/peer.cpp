#include "supervisor/peer.hpp"

#include <sys/socket.h>
#include <unistd.h>

namespace banger::supervisor {

os::UniqueFd accept_peer(int listener) noexcept {
    os::UniqueFd fd(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!fd) {
        return fd;
    }
    ucred peer{};
    socklen_t size = sizeof peer;
    const bool known = ::getsockopt(fd.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
    if (!known || (peer.uid != ::geteuid() && peer.uid != 0)) {
        fd.reset();
    }
    return fd;
}

} // namespace banger::supervisor
