// The relay, with sockets of this machine in the place of the guest's; and over AF_VSOCK itself
// where the kernel loops it back.
#include "supervisor/vsock_channel.hpp"

#include "channel_clients.hpp"

#include "os/error.hpp"
#include "supervisor/vsock_device.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/vm_sockets.h> // needs sys/socket.h

namespace banger::supervisor {
namespace {

using std::chrono::milliseconds;

/// One port of the guest. Nobody is there until listen(); its queue takes one connection, so a
/// further one waits as for a guest that has no driver yet.
class GuestPort {
  public:
    GuestPort() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        address_.sin_family = AF_INET;
        address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address_;
        EXPECT_EQ(::bind(fd_.get(), where(), size), 0);
        EXPECT_EQ(::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address_), &size), 0);
    }
    void listen(int queue) { EXPECT_EQ(::listen(fd_.get(), queue), 0); }
    void close() { fd_.reset(); }
    [[nodiscard]] os::UniqueFd dial() const {
        os::UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (::connect(fd.get(), where(), sizeof address_) != 0 && errno != EINPROGRESS) {
            fd.reset();
        }
        return fd;
    }
    [[nodiscard]] os::UniqueFd accept() const {
        os::UniqueFd fd(::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        EXPECT_TRUE(fd);
        return fd;
    }

  private:
    [[nodiscard]] const sockaddr* where() const {
        return reinterpret_cast<const sockaddr*>(&address_);
    }
    os::UniqueFd fd_;
    sockaddr_in address_{};
};

class VsockChannelTest : public testing::Test, protected ChannelClients {
  protected:
    VsockChannelTest() {
        port.listen(64);
        GuestRoute route;
        route.dial = [this](std::uint32_t number) {
            return number == 9 ? late.dial() : port.dial();
        };
        route.agent_key = "s3cret";
        channel.emplace(loop, listener(), std::move(route));
    }
    [[nodiscard]] bool settled() {
        return run_until([this] { return channel->connections() == 0; });
    }
    /// Sends until nothing more is taken; how much was.
    static std::size_t stuff(const os::UniqueFd& fd) {
        ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
        const std::string junk(1U << 20U, 'j');
        std::size_t sent = 0;
        for (int idle = 0; idle < 5;) {
            const ssize_t n = ::send(fd.get(), junk.data(), junk.size(), MSG_NOSIGNAL);
            sent += n > 0 ? static_cast<std::size_t>(n) : 0;
            idle = n > 0 ? 0 : idle + 1;
            std::this_thread::sleep_for(milliseconds(20));
        }
        return sent;
    }
    static std::string read_some(const os::UniqueFd& fd, std::size_t size) {
        std::string text(size, '\0');
        const ssize_t n = ::recv(fd.get(), text.data(), size, MSG_WAITALL);
        text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
        return text;
    }
    static void echo(const os::UniqueFd& fd) {
        std::array<char, 4096> buffer{};
        ssize_t n = 0;
        while ((n = ::read(fd.get(), buffer.data(), buffer.size())) > 0) {
            send(fd, std::string(buffer.data(), static_cast<std::size_t>(n)));
        }
    }

    GuestPort port;
    GuestPort late; ///< 9: nobody listens yet
    std::optional<VsockChannel> channel;
};

TEST_F(VsockChannelTest, WithNobodyOnThePortTheEndComesWithoutAByte) {
    with_loop([&] {
        EXPECT_THROW((void)connect(9), os::Error);
        EXPECT_EQ(read_to_end(connect_raw("CONNECT 9\n")), "");
    });
    EXPECT_TRUE(settled());
}

TEST_F(VsockChannelTest, EchoesAndHalfCloses) {
    with_loop([&] {
        const os::UniqueFd client = connect(1);
        std::thread guest([&] { echo(port.accept()); });
        expect_echo(client, std::string(3000000, 'e'));
        guest.join();
    });
    EXPECT_TRUE(settled());
}

TEST_F(VsockChannelTest, TheHandshakeMayBringDataAlong) {
    with_loop([&] {
        const os::UniqueFd client = connect_raw("connect 1\nearly");
        ::shutdown(client.get(), SHUT_WR);
        const os::UniqueFd guest = port.accept();
        EXPECT_EQ(read_to_end(guest), "early");
        send(guest, "late");
        ::shutdown(guest.get(), SHUT_WR);
        EXPECT_EQ(read_to_end(client), "OK 1073741824\nlate");
    });
    EXPECT_TRUE(settled());
}

TEST_F(VsockChannelTest, BadHandshakesEndTheConnection) {
    with_loop([&] {
        for (const char* line : {"CONNECT x\n", "CONNECT 4294967296\n", "GET / HTTP/1.1\r\n"}) {
            EXPECT_EQ(read_to_end(connect_raw(line)), "") << line;
        }
        EXPECT_EQ(read_to_end(connect_raw(std::string(100, 'C'))), "");
    });
    EXPECT_TRUE(settled());
}

TEST_F(VsockChannelTest, OnlyTheAgentHearsTheKeyAndBeforeAllElse) {
    with_loop([&] {
        const os::UniqueFd to_agent = connect_raw("CONNECT 1024\nGET");
        EXPECT_EQ(read_some(port.accept(), 14), "KEY s3cret\nGET");
        os::UniqueFd to_other = connect_raw("CONNECT 1025\nGET");
        const os::UniqueFd other = port.accept();
        EXPECT_EQ(read_some(other, 3), "GET");
        to_other.reset();
        EXPECT_EQ(read_to_end(other), "");
    });
    EXPECT_TRUE(settled());
}

TEST_F(VsockChannelTest, ManyConnectionsBesideADeafOne) {
    with_loop([&] {
        const os::UniqueFd deaf = connect(2);
        const os::UniqueFd never_read = port.accept();
        EXPECT_LT(stuff(deaf), 16U << 20U); // the sockets' own buffers, and a little of ours
        std::vector<std::thread> threads;
        for (int i = 0; i < 8; ++i) {
            threads.emplace_back([this] { echo(port.accept()); });
            threads.emplace_back([this, i] {
                expect_echo(connect(1), std::string(300000, static_cast<char>('a' + i)));
            });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
    });
    EXPECT_TRUE(settled());
}

TEST_F(VsockChannelTest, AClientThatReadsNothingHoldsUpItsGuestAndLosesNothing) {
    with_loop([&] {
        const os::UniqueFd client = connect(1);
        os::UniqueFd guest = port.accept();
        const std::size_t sent = stuff(guest);
        EXPECT_LT(sent, 16U << 20U);
        guest.reset();
        EXPECT_EQ(read_to_end(client).size(), sent);
    });
    EXPECT_TRUE(settled());
}

TEST_F(VsockChannelTest, AClientThatVanishesIsToldToTheGuestAtOnce) {
    with_loop([&] {
        os::UniqueFd client = connect(1);
        const os::UniqueFd guest = port.accept();
        send(client, "last words");
        client.reset();
        EXPECT_EQ(read_to_end(guest), "last words");
    });
    EXPECT_TRUE(settled());
}

TEST_F(VsockChannelTest, AGuestThatReadsNothingHearsThatItsClientVanished) {
    os::UniqueFd guest;
    with_loop([&] {
        os::UniqueFd deaf = connect(2);
        guest = port.accept();
        (void)stuff(deaf);
    });
    EXPECT_TRUE(settled());
    EXPECT_FALSE(read_to_end(guest).empty());
}

TEST_F(VsockChannelTest, AClientThatVanishesAfterItsHalfCloseIsForgotten) {
    os::UniqueFd guest;
    with_loop([&] {
        const os::UniqueFd client = connect(1);
        guest = port.accept();
        ::shutdown(client.get(), SHUT_WR);
        EXPECT_EQ(read_to_end(guest), "");
    });
    EXPECT_TRUE(settled()); // although the guest says nothing and stays
}

TEST_F(VsockChannelTest, AGuestThatClosesEndsItsClient) {
    os::UniqueFd client;
    with_loop([&] {
        client = connect(1);
        os::UniqueFd guest = port.accept();
        send(guest, "all of it");
        guest.reset();
        EXPECT_EQ(read_to_end(client), "all of it");
        (void)::send(client.get(), "x", 1, MSG_NOSIGNAL); // which is how TCP tells of a close
    });
    EXPECT_TRUE(settled()); // although the client stays
}

TEST_F(VsockChannelTest, AGuestThatHalfClosesStillListens) {
    with_loop([&] {
        os::UniqueFd client = connect(1);
        const os::UniqueFd guest = port.accept();
        ::shutdown(guest.get(), SHUT_WR);
        EXPECT_EQ(read_to_end(client), "");
        send(client, "still talking");
        client.reset();
        EXPECT_EQ(read_to_end(guest), "still talking");
    });
    EXPECT_TRUE(settled());
}

/// Its queue of one is full, so the next connection is neither made nor refused.
struct SlowGuest {
    explicit SlowGuest(GuestPort& guest) : port(guest) {
        port.listen(0);
        queued = port.dial();
    }
    GuestPort& port;
    os::UniqueFd queued;
};

TEST_F(VsockChannelTest, AGuestThatIsNotThereYetHoldsUpNobody) {
    SlowGuest slow(late);
    with_loop([&] {
        const os::UniqueFd waiting = connect_raw("CONNECT 9\nhello");
        std::thread guest([&] { echo(port.accept()); });
        expect_echo(connect(1), "meanwhile");
        guest.join();
        (void)late.accept(); // room for the one that waits
        const os::UniqueFd accepted = late.accept();
        EXPECT_EQ(read_some(accepted, 5), "hello");
        EXPECT_EQ(read_some(waiting, 3), "OK ");
    });
    EXPECT_TRUE(settled());
}

TEST_F(VsockChannelTest, AConnectionThatFailsLaterEndsWithoutAByte) {
    SlowGuest slow(late);
    with_loop([&] {
        const os::UniqueFd waiting = connect_raw("CONNECT 9\nhello");
        std::this_thread::sleep_for(milliseconds(50));
        late.close();
        EXPECT_EQ(read_to_end(waiting), "");
    });
    EXPECT_TRUE(settled());
}

TEST_F(VsockChannelTest, AClientThatGoesBeforeTheGuestIsThereIsForgotten) {
    SlowGuest slow(late);
    with_loop([&] {
        os::UniqueFd waiting = connect_raw("CONNECT 9\n");
        os::UniqueFd pushing = connect_raw("CONNECT 9\n");
        (void)stuff(pushing);
    });
    EXPECT_TRUE(settled());
}

TEST_F(VsockChannelTest, WhenTheGuestIsGoneEveryConnectionEnds) {
    SlowGuest slow(late);
    const auto gone = loop.after(milliseconds(300), [this] { channel->guest_left(); });
    with_loop([&] {
        const os::UniqueFd client = connect(1);
        const os::UniqueFd waiting = connect_raw("CONNECT 9\n");
        const os::UniqueFd guest = port.accept();
        send(guest, "its last words");
        EXPECT_EQ(read_to_end(client), "its last words");
        EXPECT_EQ(read_to_end(waiting), "");
    });
    EXPECT_TRUE(settled());
}

/// Port 7 of this machine, as a guest would listen on its own.
os::UniqueFd listen_on_loopback() {
    os::UniqueFd fd(::socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_vm address{};
    address.svm_family = AF_VSOCK;
    address.svm_cid = VMADDR_CID_LOCAL;
    address.svm_port = 70007;
    EXPECT_EQ(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(fd.get(), 8), 0);
    return fd;
}

TEST_F(VsockChannelTest, OverVsockItself) {
    // Without that module the kernel would ask a hypervisor, whose business this is not.
    if (!std::filesystem::exists("/sys/module/vsock_loopback")) {
        GTEST_SKIP() << "the kernel does not loop AF_VSOCK back (vsock_loopback)";
    }
    channel.reset();
    GuestRoute route;
    route.dial = [](std::uint32_t number) { return dial_guest(VMADDR_CID_LOCAL, number); };
    channel.emplace(loop, listener(), std::move(route));
    const os::UniqueFd server = listen_on_loopback();
    with_loop([&] {
        EXPECT_THROW((void)connect(70008), os::Error);
        std::thread guest([&] { echo(os::UniqueFd(::accept(server.get(), nullptr, nullptr))); });
        expect_echo(connect(70007), std::string(3000000, 'v'));
        guest.join();
        const os::UniqueFd client = connect(70007);
        ::close(::accept(server.get(), nullptr, nullptr));
        EXPECT_EQ(read_to_end(client), "");
    });
    EXPECT_TRUE(settled());
}

} // namespace
} // namespace banger::supervisor
