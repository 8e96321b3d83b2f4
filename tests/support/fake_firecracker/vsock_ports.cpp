#include "support/fake_firecracker/vsock_ports.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <system_error>
#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace banger::test::firecracker {
using supervisor::Connection;

namespace {

constexpr std::size_t shortest_request = 10;
constexpr std::size_t longest_request = 32;
constexpr int backlog = 128;

} // namespace

std::string VsockPorts::bind(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::size_t size = std::min(path.size(), sizeof address.sun_path - 1);
    std::memcpy(address.sun_path, path.data(), size);
    listener_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_.get(), backlog) != 0) {
        const int code = errno;
        return "Cannot create backend for vsock device: Error binding to the host-side Unix "
               "socket: " +
               std::generic_category().message(code) + " (os error " + std::to_string(code) + ")";
    }
    return {};
}

void VsockPorts::serve(bool wanted) {
    accepting_.drop();
    if (wanted && listener_) {
        accepting_ = loop_.watch(listener_.get(), EPOLLIN, [this](std::uint32_t) { accept_one(); });
    }
    for (Peer& peer : peers_) {
        peer.connection->read(wanted);
    }
}

void VsockPorts::accept_one() {
    os::UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!fd) {
        return;
    }
    Peer& peer = peers_.emplace_back();
    peer.connection = std::make_unique<Connection>(
        loop_, std::move(fd),
        Connection::Events{[this, &peer](std::string_view bytes) { receive(peer, bytes); },
                           [this, &peer](bool) { drop(peer); }, [] {}});
}

void VsockPorts::receive(Peer& peer, std::string_view bytes) {
    if (peer.gone) {
        return;
    }
    if (!std::exchange(peer.accepted, true)) {
        const std::size_t end = bytes.substr(0, longest_request).find('\n');
        if (bytes.size() < shortest_request || end == std::string_view::npos ||
            !listens(bytes.substr(0, end))) {
            drop(peer);
            return;
        }
        peer.connection->send("OK " + std::to_string(next_number_++) + "\n");
        bytes.remove_prefix(end + 1);
    }
    peer.connection->send(bytes);
}

bool VsockPorts::listens(std::string_view request) const {
    std::istringstream words{std::string(request)};
    std::string word;
    unsigned port = 0;
    words >> word >> port;
    std::transform(word.begin(), word.end(), word.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return !words.fail() && word == "connect" &&
           std::find(ports_.begin(), ports_.end(), port) != ports_.end();
}

void VsockPorts::drop(Peer& peer) {
    if (!std::exchange(peer.gone, true)) {
        loop_.post(
            [this, &peer] { peers_.remove_if([&](const Peer& one) { return &one == &peer; }); });
    }
}

} // namespace banger::test::firecracker
