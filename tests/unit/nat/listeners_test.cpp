#include "listeners.hpp"

#include <gtest/gtest.h>

#include <string>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

namespace nat {
namespace {

/// A socket of ours on a port that the kernel chose.
class Listener {
  public:
    Listener(int type, std::uint32_t address) : fd_(::socket(AF_INET, type, 0)) {
        sockaddr_in name{};
        name.sin_family = AF_INET;
        name.sin_addr.s_addr = htonl(address);
        socklen_t size = sizeof name;
        EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&name), size), 0);
        if (type == SOCK_STREAM) {
            EXPECT_EQ(::listen(fd_, 1), 0);
        }
        EXPECT_EQ(::getsockname(fd_, reinterpret_cast<sockaddr*>(&name), &size), 0);
        port_ = ntohs(name.sin_port);
    }
    ~Listener() { ::close(fd_); }
    [[nodiscard]] std::uint16_t port() const { return port_; }

  private:
    int fd_;
    std::uint16_t port_ = 0;
};

Port port(std::uint16_t number, const std::string& host, const char* protocol) {
    return {protocol, host, number, 80};
}

TEST(Listeners, NamesTheProcess) {
    const Listener own(SOCK_STREAM, INADDR_LOOPBACK);
    const auto found = listener(port(own.port(), "", "tcp"));
    ASSERT_TRUE(found);
    EXPECT_NE(found->find("(pid " + std::to_string(::getpid()) + ")"), std::string::npos) << *found;
    EXPECT_TRUE(listener(port(own.port(), "127.0.0.1", "tcp")));
    EXPECT_FALSE(listener(port(own.port(), "192.0.2.1", "tcp"))) << "another address is free";
    EXPECT_FALSE(listener(port(own.port(), "", "udp")));
}

TEST(Listeners, SeesUdpAndWildcards) {
    const Listener any(SOCK_DGRAM, INADDR_ANY);
    EXPECT_TRUE(listener(port(any.port(), "192.0.2.1", "udp")));
}

TEST(Listeners, AFreePortHasNone) {
    std::uint16_t number = 0;
    {
        const Listener gone(SOCK_STREAM, INADDR_LOOPBACK);
        number = gone.port();
    }
    EXPECT_FALSE(listener(port(number, "127.0.0.1", "tcp")));
}

} // namespace
} // namespace nat
