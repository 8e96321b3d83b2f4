#include "api/relay.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/local/connect_pair.hpp>

#include <array>
#include <csignal>
#include <string>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace banger::api {
namespace {

namespace asio = boost::asio;

class RelayTest : public ::testing::Test {
  protected:
    void SetUp() override {
        ::signal(SIGPIPE, SIG_IGN); // as bangerd does
        asio::local::connect_pair(inner_, client_);
        client_.non_blocking(true);
        std::array<int, 2> ends{};
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()),
                  0);
        guest_ = os::UniqueFd(ends[1]);
        handler_ = relay(loop_, os::UniqueFd(ends[0]), held_);
    }
    void start(const std::string& first = {}) {
        asio::co_spawn(loop_, handler_(inner_, first), [this](const std::exception_ptr& error) {
            EXPECT_FALSE(error);
            over_ = true;
            inner_.close();
        });
    }
    void go() {
        loop_.restart();
        loop_.run_for(std::chrono::milliseconds(50));
    }
    static std::string take(int fd) {
        std::string all;
        std::array<char, 65536> buffer{};
        for (ssize_t n = 0; (n = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0;) {
            all.append(buffer.data(), static_cast<std::size_t>(n));
        }
        return all;
    }
    static void give(int fd, const std::string& text) {
        EXPECT_EQ(::send(fd, text.data(), text.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(text.size()));
    }

    asio::io_context loop_;
    Socket inner_{loop_}, client_{loop_};
    os::UniqueFd guest_;
    std::shared_ptr<int> held_ = std::make_shared<int>(0);
    UpgradeHandler handler_;
    bool over_ = false;
};

TEST_F(RelayTest, CarriesBothWaysUntilOneSideEnds) {
    start("first ");
    give(client_.native_handle(), "words");
    give(guest_.get(), "answer");
    go();
    EXPECT_EQ(take(guest_.get()), "first words");
    EXPECT_EQ(take(client_.native_handle()), "answer");
    EXPECT_FALSE(over_);
    client_.close();
    go();
    EXPECT_TRUE(over_);
}

TEST_F(RelayTest, KeepsWhatIsHeldUntilItIsOver) {
    const std::weak_ptr<int> seen = std::exchange(held_, nullptr);
    start();
    go();
    EXPECT_FALSE(seen.expired());
    guest_.reset();
    go();
    handler_ = nullptr;
    EXPECT_TRUE(over_ && seen.expired());
}

/// A program that ends while its input still comes: its last words must not be lost.
TEST_F(RelayTest, TheLastWordsOfAStreamThatTakesNoMoreArrive) {
    start();
    go();
    const std::string last(100'000, 'x'); // more than the relay reads at once
    give(guest_.get(), last);
    give(client_.native_handle(), std::string(100'000, 'i'));
    guest_.reset(); // with the client's bytes unread: writing to it fails from now on
    go();
    EXPECT_EQ(take(client_.native_handle()).size(), last.size());
    EXPECT_TRUE(over_);
}

} // namespace
} // namespace banger::api
