#include "gate/peer.hpp"
#include "gate/sock_diag.hpp"
#include "http/port_holder.hpp"

#include "os/unique_fd.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace web {
namespace {

using banger::os::UniqueFd;

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

std::uint16_t port_of(int fd, bool peer = false) {
    sockaddr_in6 address{};
    socklen_t size = sizeof address;
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(peer ? ::getpeername(fd, raw, &size) : ::getsockname(fd, raw, &size), 0);
    return ntohs(address.sin6_port); // at the place of sin_port
}

class Peer : public testing::Test {
  protected:
    Peer() {
        listener = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const sockaddr_in any = loopback(0);
        EXPECT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any), 0);
        EXPECT_EQ(::listen(listener.get(), 16), 0);
        port = port_of(listener.get());
    }
    [[nodiscard]] UniqueFd connected() const {
        UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const sockaddr_in to = loopback(port);
        EXPECT_EQ(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
        return fd;
    }
    [[nodiscard]] UniqueFd accepted() const {
        return UniqueFd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    }
    [[nodiscard]] std::optional<std::uint32_t> uid_of(const UniqueFd& server) const {
        return peer_uid(port, port_of(server.get(), true));
    }
    /// Runs it in a child that is another user, and waits for its end.
    template <class F>
    static void as_nobody(F f) {
        const pid_t child = ::fork();
        if (child == 0) {
            ::_exit(::setgid(65534) == 0 && ::setuid(65534) == 0 && f() ? 0 : 1);
        }
        int status = 1;
        EXPECT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
    }

    UniqueFd listener;
    std::uint16_t port = 0;
};

TEST_F(Peer, IsUs) {
    const UniqueFd client = connected();
    const UniqueFd server = accepted();
    EXPECT_EQ(uid_of(server), ::geteuid());
}

TEST_F(Peer, IsUsByASocketOfBothFamilies) { // Java's
    UniqueFd client(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!client) {
        GTEST_SKIP() << "this machine has no IPv6";
    }
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(port);
    ASSERT_EQ(::inet_pton(AF_INET6, "::ffff:127.0.0.1", &to.sin6_addr), 1);
    if (::connect(client.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
        GTEST_SKIP() << "no such way to 127.0.0.1";
    }
    const UniqueFd server = accepted();
    EXPECT_EQ(uid_of(server), ::geteuid());
}

TEST_F(Peer, IsNobodyWhereNothingIsConnected) {
    EXPECT_EQ(peer_uid(port, 1), std::nullopt);
    EXPECT_EQ(peer_uid(1, port), std::nullopt); // one who listens there is no peer
    EXPECT_EQ(peer_uid(port, 0), std::nullopt);
    EXPECT_EQ(peer_uid(0, port), std::nullopt);
    const UniqueFd client = connected();
    const UniqueFd server = accepted();
    EXPECT_EQ(peer_uid(port + 1, port_of(client.get())), std::nullopt);
}

TEST_F(Peer, ThatHasGoneIsNobody) { // the kernel says uid 0 of such a socket
    for (const bool reset : {false, true}) {
        UniqueFd client = connected();
        ASSERT_EQ(::send(client.get(), "GET", 3, MSG_NOSIGNAL), 3);
        const linger at_once{1, 0};
        if (reset) {
            ::setsockopt(client.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        }
        const std::uint16_t remote = port_of(client.get());
        client = UniqueFd();
        const UniqueFd server = accepted();
        EXPECT_EQ(peer_uid(port, remote), std::nullopt) << reset;
    }
}

TEST_F(Peer, IsAnotherUser) { // T14
    if (::geteuid() != 0) {
        GTEST_SKIP() << "needs root, to become somebody else";
    }
    std::thread serving([this] {
        for (int i = 0; i < 2; ++i) {
            const UniqueFd server = accepted();
            EXPECT_EQ(uid_of(server), 65534U);
            EXPECT_EQ(::send(server.get(), "x", 1, MSG_NOSIGNAL), 1);
        }
    });
    as_nobody([this] {
        char byte = 0;
        const UniqueFd client = connected();
        return ::recv(client.get(), &byte, 1, 0) == 1;
    });
    as_nobody([this] { // by a socket that asked and has nothing more to say, still held
        char byte = 0;
        const UniqueFd client = connected();
        return ::send(client.get(), "GET", 3, 0) == 3 && ::recv(client.get(), &byte, 1, 0) == 1;
    });
    serving.join();
    // Gone before anybody looks: not root for that.
    as_nobody([this] {
        const UniqueFd client = connected();
        return ::send(client.get(), "GET", 3, 0) == 3;
    });
    const UniqueFd server = accepted();
    EXPECT_EQ(uid_of(server), std::nullopt);
}

TEST_F(Peer, WhoListensIsFoundByName) {
    const auto found = find_tcp_socket(port, 0);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->state, TCP_LISTEN);
    EXPECT_EQ(found->uid, ::geteuid());
    const std::string holder = holder_of_port(port);
    EXPECT_NE(holder.find("(pid " + std::to_string(::getpid()) + ")"), std::string::npos) << holder;
    listener = UniqueFd();
    EXPECT_EQ(holder_of_port(port), "");
}

} // namespace
} // namespace web
