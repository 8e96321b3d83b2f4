#include "supervisor/hybrid_vsock.hpp"

#include "os/error.hpp"
#include "os/unix_socket.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include <fcntl.h>
#include <sys/socket.h>

namespace banger::supervisor {
namespace {

/// The word and a 32-bit number, with room to spare; as long as Firecracker's own limit for ours.
constexpr std::size_t longest_line = 32;

} // namespace

void HybridVsock::find() noexcept {
    if (!socket_) {
        socket_.reset(::open(path_.c_str(), O_PATH | O_CLOEXEC | O_NOFOLLOW));
    }
}

os::UniqueFd HybridVsock::dial(std::uint32_t port) {
    find();
    if (!socket_) {
        return {};
    }
    try {
        const std::string here = "/proc/self/fd/" + std::to_string(socket_.get());
        os::UniqueFd fd = os::try_connect_unix(here);
        const std::string line = "CONNECT " + std::to_string(port) + "\n";
        if (fd && ::send(fd.get(), line.data(), line.size(), MSG_NOSIGNAL) ==
                      static_cast<ssize_t>(line.size())) {
            return fd;
        }
    } catch (const os::Error&) { // NOLINT(bugprone-empty-catch)
        // To the client it is all one: nobody is there.
    }
    return {};
}

OkLine::State OkLine::read(int fd) {
    for (;;) {
        std::array<char, longest_line> buffer{};
        const std::size_t room = longest_line - line_.size();
        const ssize_t seen = ::recv(fd, buffer.data(), room, MSG_PEEK | MSG_DONTWAIT);
        if (seen < 0 && errno == EINTR) {
            continue;
        }
        if (seen < 0 && errno == EAGAIN) {
            return State::partial;
        }
        if (seen <= 0) {
            return State::bad;
        }
        const std::string_view bytes(buffer.data(), static_cast<std::size_t>(seen));
        const std::size_t end = bytes.find('\n');
        const std::size_t size = std::min(end, bytes.size() - 1) + 1;
        if (::recv(fd, buffer.data(), size, MSG_DONTWAIT) != static_cast<ssize_t>(size)) {
            return State::bad;
        }
        line_.append(buffer.data(), size);
        if (end != std::string_view::npos) {
            return line_.rfind("OK ", 0) == 0 ? State::good : State::bad;
        }
        if (line_.size() == longest_line) {
            return State::bad;
        }
    }
}

} // namespace banger::supervisor
