#include "supervisor/serial_channel.hpp"

#include "channel_clients.hpp"

#include "channel/guest_mux.hpp"
#include "os/error.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace banger::supervisor {
namespace {

using channel::GuestMux;
using channel::StreamHandler;
using channel::StreamId;
using std::chrono::milliseconds;

/// The guest's end on the same loop: echo on port 1, deaf on port 2, a MiB to say on port 3.
class Agent {
  public:
    Agent(Loop& loop, os::UniqueFd fd)
        : connection_(loop, std::move(fd),
                      {[this](std::string_view bytes) {
                           mux_.feed(bytes);
                           pump();
                       },
                       [](bool) {}, [this] { pump(); }}) {
        mux_.listen(1, [this](StreamId id) {
            StreamHandler handler;
            handler.data = [this, id](std::string_view bytes) {
                back_[id] += bytes;
                push(id);
            };
            handler.writable = [this, id] { push(id); };
            handler.finished = [this, id] {
                ended_[id] = true;
                push(id);
            };
            return handler;
        });
        mux_.listen(2, [this](StreamId) {
            StreamHandler handler;
            handler.data = [](std::string_view) {};
            handler.closed = [this] { deaf_closed = true; };
            return handler;
        });
        mux_.listen(3, [this](StreamId id) {
            StreamHandler handler;
            handler.writable = [this, id] { push(id); };
            back_[id] = std::string(1U << 20U, 'm');
            ended_[id] = true;
            push(id);
            return handler;
        });
        mux_.greet();
        pump();
    }
    std::atomic<bool> deaf_closed{false};

  private:
    void push(StreamId id) {
        const std::size_t n = mux_.write(id, back_[id]);
        back_[id].erase(0, n);
        mux_.consumed(id, n);
        if (ended_[id] && back_[id].empty()) {
            mux_.finish(id);
        }
    }
    void pump() {
        while (!mux_.pending().empty() && connection_.unsent() < 65536) {
            const std::string part(mux_.pending().substr(0, 10000));
            mux_.sent(part.size());
            connection_.send(part);
        }
    }

    GuestMux mux_{77};
    std::map<StreamId, std::string> back_;
    std::map<StreamId, bool> ended_;
    Connection connection_;
};

class SerialChannelTest : public testing::Test, protected ChannelClients {
  protected:
    SerialChannelTest() {
        int ends[2]; // NOLINT
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
            throw os::errno_error("socketpair");
        }
        port.reset(ends[1]);
        channel.emplace(loop, listener(), os::UniqueFd(ends[0]));
    }

    /// Both ends know each other before the test begins.
    void settle() {
        const auto stop = loop.after(milliseconds(30), [this] { loop.stop(); });
        loop.run();
    }

    os::UniqueFd port;
    std::optional<SerialChannel> channel;
};

TEST_F(SerialChannelTest, WithoutAnAgentTheEndComesWithoutAByte) {
    with_loop([&] {
        EXPECT_THROW((void)connect(1), os::Error);
        const os::UniqueFd fd = connect_raw("CONNECT 1\n");
        EXPECT_EQ(read_to_end(fd), "");
    });
}

TEST_F(SerialChannelTest, EchoesAndHalfCloses) {
    Agent agent(loop, std::move(port));
    settle();
    with_loop([&] {
        expect_echo(connect(1), "hello");
        EXPECT_THROW((void)connect(99), os::Error);
    });
    EXPECT_EQ(channel->connections(), 0U);
}

TEST_F(SerialChannelTest, TheHandshakeMayBringDataAlong) {
    Agent agent(loop, std::move(port));
    settle();
    with_loop([&] {
        (void)connect(1); // the agent is there
        const os::UniqueFd fd = connect_raw("connect 1\nearly");
        ::shutdown(fd.get(), SHUT_WR);
        const std::string text = read_to_end(fd);
        EXPECT_EQ(text.substr(0, 3), "OK ");
        EXPECT_EQ(text.substr(text.find('\n') + 1), "early");
    });
}

TEST_F(SerialChannelTest, BadHandshakesEndTheConnection) {
    Agent agent(loop, std::move(port));
    settle();
    with_loop([&] {
        for (const char* line :
             {"CONNECT\n", "CONNECT x\n", "CONNECT 4294967296\n", "GET / HTTP/1\n",
              "CONNECT 00000000000000000000000000000000001\n", "CONNECT 1 \n"}) {
            const os::UniqueFd fd = connect_raw(line);
            EXPECT_EQ(read_to_end(fd), "") << line;
        }
    });
}

TEST_F(SerialChannelTest, ManyConnectionsBesideADeafOneAndADeadOne) {
    Agent agent(loop, std::move(port));
    settle();
    with_loop([&] {
        const os::UniqueFd deaf = connect(2);
        ::fcntl(deaf.get(), F_SETFL, O_NONBLOCK);
        const std::string junk(1U << 20U, 'j');
        EXPECT_GT(::send(deaf.get(), junk.data(), junk.size(), MSG_NOSIGNAL), 0);
        const os::UniqueFd unread = connect(3); // a MiB nobody fetches
        std::vector<std::thread> threads;
        for (int i = 0; i < 8; ++i) {
            threads.emplace_back([this, i] {
                expect_echo(connect(1), std::string(300000, static_cast<char>('a' + i)));
            });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
        EXPECT_EQ(read_to_end(unread).size(), 1U << 20U);
    });
}

TEST_F(SerialChannelTest, ClientsThatVanishLeaveNothing) {
    Agent agent(loop, std::move(port));
    settle();
    with_loop([&] {
        for (int i = 0; i < 100; ++i) {
            os::UniqueFd fd = connect(1 + static_cast<std::uint32_t>(i % 3));
            (void)::send(fd.get(), "x", 1, MSG_NOSIGNAL);
        }
        expect_echo(connect(1), "still here");
        std::this_thread::sleep_for(milliseconds(50));
    });
    EXPECT_EQ(channel->connections(), 0U);
}

TEST_F(SerialChannelTest, AGuestThatReadsNothingHearsThatItsClientVanished) {
    Agent agent(loop, std::move(port));
    settle();
    with_loop([&] {
        os::UniqueFd deaf = connect(2);
        ::fcntl(deaf.get(), F_SETFL, O_NONBLOCK);
        const std::string junk(1U << 20U, 'j');
        while (::send(deaf.get(), junk.data(), junk.size(), MSG_NOSIGNAL) > 0) {
            std::this_thread::sleep_for(milliseconds(20));
        }
        EXPECT_FALSE(agent.deaf_closed);
        deaf.reset();
        for (int i = 0; i < 500 && !agent.deaf_closed; ++i) {
            std::this_thread::sleep_for(milliseconds(20));
        }
        EXPECT_TRUE(agent.deaf_closed);
    });
    EXPECT_EQ(channel->connections(), 0U);
}

TEST_F(SerialChannelTest, AClientThatVanishesAfterItsHalfCloseIsForgotten) {
    Agent agent(loop, std::move(port));
    settle();
    with_loop([&] {
        os::UniqueFd deaf = connect(2); // which never answers
        ::shutdown(deaf.get(), SHUT_WR);
        std::this_thread::sleep_for(milliseconds(50));
        deaf.reset();
    });
    EXPECT_TRUE(run_until([this] { return channel->connections() == 0; }));
}

TEST_F(SerialChannelTest, ALostAgentEndsEveryConnection) {
    Agent agent(loop, std::move(port));
    settle();
    const auto gone = loop.after(milliseconds(300), [this] { channel->guest_left(); });
    with_loop([&] {
        const os::UniqueFd fd = connect(1);
        EXPECT_EQ(read_to_end(fd), "");
        EXPECT_THROW((void)connect(1), os::Error);
    });
}

} // namespace
} // namespace banger::supervisor
