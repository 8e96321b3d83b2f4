#include "booted_socket.hpp"

#include "guest/failure.hpp"

#include <cstddef>
#include <cstring>
#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace agent {
namespace {

constexpr int most_tries = 50;
constexpr useconds_t between_tries_us = 100'000;

std::pair<sockaddr_un, socklen_t> abstract(const std::string& name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::size_t size = std::min(name.size(), sizeof address.sun_path - 1);
    std::memcpy(address.sun_path + 1, name.data(), size);
    return {address, static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + size)};
}

} // namespace

BootedSocket::BootedSocket(Loop& loop, const std::string& name, std::function<void()> on_booted)
    : listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)),
      on_booted_(std::move(on_booted)) {
    const auto [address, size] = abstract(name);
    if (!listener_ ||
        ::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
        ::listen(listener_.get(), 4) != 0) {
        banger::guest::fail_errno("listen on @" + name);
    }
    watch_ = loop.watch(listener_.get(), EPOLLIN, [this](std::uint32_t) { take(); });
}

void BootedSocket::take() {
    const Fd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    ucred peer{};
    socklen_t size = sizeof peer;
    if (client && ::getsockopt(client.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
        (peer.uid == 0 || peer.uid == ::geteuid())) {
        on_booted_();
    }
}

bool tell_booted(const std::string& name) {
    const auto [address, size] = abstract(name);
    for (int tries = 0; tries < most_tries; ++tries) {
        const Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (fd && ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0) {
            return true;
        }
        ::usleep(between_tries_us);
    }
    return false;
}

} // namespace agent
