// The relay behind Firecracker's socket, with a Firecracker that does as it is told.
#include "supervisor/hybrid_vsock.hpp"

#include "channel_clients.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"
#include "os/unix_socket.hpp"
#include "supervisor/vsock_channel.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <sys/socket.h>

namespace banger::supervisor {
namespace {

using std::chrono::milliseconds;

/// As much as is there at once.
std::string read_once(const os::UniqueFd& fd) {
    std::array<char, 256> buffer{};
    const ssize_t n = ::recv(fd.get(), buffer.data(), buffer.size(), 0);
    return {buffer.data(), static_cast<std::size_t>(n > 0 ? n : 0)};
}

class HybridVsockTest : public testing::Test, protected ChannelClients {
  protected:
    HybridVsockTest() {
        GuestRoute route;
        const auto socket = std::make_shared<HybridVsock>(path);
        route.dial = [socket](std::uint32_t port) { return socket->dial(port); };
        route.says_ok = true;
        channel.emplace(loop, listener(), std::move(route));
    }
    void listen() { vmm = os::listen_unix(path); }
    [[nodiscard]] os::UniqueFd accept() const {
        os::UniqueFd fd(::accept4(vmm.get(), nullptr, nullptr, SOCK_CLOEXEC));
        EXPECT_TRUE(fd);
        return fd;
    }
    [[nodiscard]] bool settled() {
        return run_until([this] { return channel->connections() == 0; });
    }

    os::TemporaryDir dir;
    std::filesystem::path path = dir.path() / "run" / "v.sock";
    os::UniqueFd vmm;
    std::optional<VsockChannel> channel;

  private:
    void SetUp() override { os::make_private_dir(path.parent_path()); }
};

TEST_F(HybridVsockTest, TheRequestComesWholeAndTheAnswerIsTakenOff) {
    listen();
    with_loop([&] {
        const os::UniqueFd client = connect_raw("CONNECT 1024\nearly");
        const os::UniqueFd guest = accept();
        EXPECT_EQ(read_once(guest), "CONNECT 1024\n");
        send(guest, "OK 1073741830\nand more");
        EXPECT_EQ(read_once(guest), "early");
        send(guest, " of it");
        ::shutdown(guest.get(), SHUT_RDWR);
        EXPECT_EQ(read_to_end(client), "OK 1073741824\nand more of it");
    });
    EXPECT_TRUE(settled());
}

TEST_F(HybridVsockTest, TheAnswerMayComeInPieces) {
    listen();
    with_loop([&] {
        const os::UniqueFd client = connect_raw("CONNECT 1\n");
        os::UniqueFd guest = accept();
        for (const char* piece : {"O", "K 10", "73", "\n", "x"}) {
            send(guest, piece);
            std::this_thread::sleep_for(milliseconds(20));
        }
        guest.reset();
        EXPECT_EQ(read_to_end(client), "OK 1073741824\nx");
    });
    EXPECT_TRUE(settled());
}

TEST_F(HybridVsockTest, WithNobodyOnThePortTheEndComesWithoutAByte) {
    listen();
    with_loop([&] {
        const os::UniqueFd client = connect_raw("CONNECT 7\nhello");
        EXPECT_EQ(read_once(accept()), "CONNECT 7\n");
        EXPECT_EQ(read_to_end(client), "");
    });
    EXPECT_TRUE(settled());
}

TEST_F(HybridVsockTest, WithoutAVmmTheEndComesWithoutAByte) {
    with_loop([&] {
        EXPECT_EQ(read_to_end(connect_raw("CONNECT 7\n")), "");
        (void)os::listen_unix(path); // and closed: its file stays
        EXPECT_EQ(read_to_end(connect_raw("CONNECT 7\n")), "");
    });
    EXPECT_TRUE(settled());
}

TEST_F(HybridVsockTest, AnAnswerThatIsNoneEndsTheConnection) {
    listen();
    with_loop([&] {
        for (const std::string& answer :
             {std::string("NO 1\n"), std::string(64, 'O'), std::string("\n")}) {
            const os::UniqueFd client = connect_raw("CONNECT 7\n");
            const os::UniqueFd guest = accept();
            send(guest, answer);
            EXPECT_EQ(read_to_end(client), "") << answer;
        }
    });
    EXPECT_TRUE(settled());
}

TEST_F(HybridVsockTest, AGuestThatIsNotThereYetIsWaitedForAsLongAsTheClientWaits) {
    listen();
    with_loop([&] {
        os::UniqueFd impatient = connect_raw("CONNECT 1\n");
        const os::UniqueFd patient = connect_raw("CONNECT 2\n");
        std::this_thread::sleep_for(milliseconds(50));
        impatient.reset();
        const os::UniqueFd first = accept();
        EXPECT_EQ(read_to_end(first), "CONNECT 1\n");
        const os::UniqueFd second = accept();
        send(second, "OK 5\n");
        EXPECT_EQ(read_once(patient), "OK 1073741824\n");
    });
    EXPECT_TRUE(settled());
}

TEST_F(HybridVsockTest, TheSocketIsReachedWhenItsNameIsGone) {
    listen();
    with_loop([&] {
        (void)connect_raw("CONNECT 1\n");
        (void)accept();
        os::remove_tree(path.parent_path());
        const os::UniqueFd client = connect_raw("CONNECT 2\n");
        const os::UniqueFd guest = accept();
        EXPECT_EQ(read_once(guest), "CONNECT 2\n");
        send(guest, "OK 5\n");
        EXPECT_EQ(read_once(client), "OK 1073741824\n");
    });
    EXPECT_TRUE(settled());
}

// Firecracker has no half-close: at the end of one direction it ends both.
TEST_F(HybridVsockTest, AClientThatSendsNoMoreStillGetsWhatTheGuestHadSent) {
    listen();
    with_loop([&] {
        const os::UniqueFd client = connect_raw("CONNECT 1\nquestion");
        ::shutdown(client.get(), SHUT_WR);
        os::UniqueFd guest = accept();
        EXPECT_EQ(read_once(guest), "CONNECT 1\n");
        send(guest, "OK 5\nanswer");
        EXPECT_EQ(read_to_end(guest), "question");
        guest.reset();
        EXPECT_EQ(read_to_end(client), "OK 1073741824\nanswer");
    });
    EXPECT_TRUE(settled());
}

TEST_F(HybridVsockTest, WhenTheVmmIsGoneEveryConnectionEnds) {
    listen();
    const auto gone = loop.after(milliseconds(200), [this] { channel->guest_left(); });
    with_loop([&] {
        const os::UniqueFd waiting = connect_raw("CONNECT 1\n");
        const os::UniqueFd first = accept();
        EXPECT_EQ(read_to_end(waiting), "");
    });
    EXPECT_TRUE(settled());
}

} // namespace
} // namespace banger::supervisor
