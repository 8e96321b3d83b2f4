#include "supervisor/guest_channel.hpp"

#include "channel/guest_mux.hpp"
#include "os/error.hpp"
#include "os/temporary_dir.hpp"
#include "os/unix_socket.hpp"
#include "supervisor/client.hpp"

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

constexpr milliseconds time_limit{20000};

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

class GuestChannelTest : public testing::Test {
  protected:
    GuestChannelTest() {
        int ends[2]; // NOLINT
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
            throw os::errno_error("socketpair");
        }
        port.reset(ends[1]);
        os::UniqueFd listener = os::listen_unix(dir.path() / "guest.sock");
        ::fcntl(listener.get(), F_SETFL, O_NONBLOCK);
        channel.emplace(loop, std::move(listener), os::UniqueFd(ends[0]));
    }

    /// Runs `body` on a thread of its own while the loop goes, then stops the loop.
    void with_loop(const std::function<void()>& body) {
        int wake[2]; // NOLINT
        ASSERT_EQ(::pipe2(wake, O_CLOEXEC), 0);
        os::UniqueFd wait(wake[0]);
        os::UniqueFd done(wake[1]);
        const auto stop = loop.watch(wait.get(), EPOLLIN, [this](std::uint32_t) { loop.stop(); });
        std::thread thread([&] {
            body();
            done.reset();
        });
        loop.run();
        thread.join();
    }

    os::UniqueFd connect(std::uint32_t number) {
        return Supervised(dir.path(), {}, {}).connect_guest(number, time_limit);
    }
    /// Both ends know each other before the test begins.
    void settle() {
        const auto stop = loop.after(milliseconds(30), [this] { loop.stop(); });
        loop.run();
    }
    static std::string read_to_end(const os::UniqueFd& fd) {
        std::string text;
        std::array<char, 4096> buffer{};
        ssize_t n = 0;
        while ((n = ::read(fd.get(), buffer.data(), buffer.size())) > 0) {
            text.append(buffer.data(), static_cast<std::size_t>(n));
        }
        return text;
    }
    static void echo(const os::UniqueFd& fd, const std::string& text) {
        std::thread sender([&] {
            os::send_all(fd.get(), text, time_limit);
            ::shutdown(fd.get(), SHUT_WR);
        });
        EXPECT_EQ(read_to_end(fd), text);
        sender.join();
    }

    os::TemporaryDir dir;
    Loop loop;
    os::UniqueFd port;
    std::optional<GuestChannel> channel;
};

TEST_F(GuestChannelTest, WithoutAnAgentTheEndComesWithoutAByte) {
    with_loop([&] {
        EXPECT_THROW((void)connect(1), os::Error);
        const os::UniqueFd fd = os::connect_unix(dir.path() / "guest.sock");
        os::send_all(fd.get(), "CONNECT 1\n", time_limit);
        EXPECT_EQ(read_to_end(fd), "");
    });
}

TEST_F(GuestChannelTest, EchoesAndHalfCloses) {
    Agent agent(loop, std::move(port));
    settle();
    with_loop([&] {
        echo(connect(1), "hello");
        EXPECT_THROW((void)connect(99), os::Error);
    });
    EXPECT_EQ(channel->connections(), 0U);
}

TEST_F(GuestChannelTest, TheHandshakeMayBringDataAlong) {
    Agent agent(loop, std::move(port));
    settle();
    with_loop([&] {
        (void)connect(1); // the agent is there
        const os::UniqueFd fd = os::connect_unix(dir.path() / "guest.sock");
        os::send_all(fd.get(), "connect 1\nearly", time_limit);
        ::shutdown(fd.get(), SHUT_WR);
        const std::string text = read_to_end(fd);
        EXPECT_EQ(text.substr(0, 3), "OK ");
        EXPECT_EQ(text.substr(text.find('\n') + 1), "early");
    });
}

TEST_F(GuestChannelTest, BadHandshakesEndTheConnection) {
    Agent agent(loop, std::move(port));
    settle();
    with_loop([&] {
        for (const char* line :
             {"CONNECT\n", "CONNECT x\n", "CONNECT 4294967296\n", "GET / HTTP/1\n",
              "CONNECT 00000000000000000000000000000000001\n", "CONNECT 1 \n"}) {
            const os::UniqueFd fd = os::connect_unix(dir.path() / "guest.sock");
            os::send_all(fd.get(), line, time_limit);
            EXPECT_EQ(read_to_end(fd), "") << line;
        }
    });
}

TEST_F(GuestChannelTest, ManyConnectionsBesideADeafOneAndADeadOne) {
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
            threads.emplace_back(
                [this, i] { echo(connect(1), std::string(300000, static_cast<char>('a' + i))); });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
        EXPECT_EQ(read_to_end(unread).size(), 1U << 20U);
    });
}

TEST_F(GuestChannelTest, ClientsThatVanishLeaveNothing) {
    Agent agent(loop, std::move(port));
    settle();
    with_loop([&] {
        for (int i = 0; i < 100; ++i) {
            os::UniqueFd fd = connect(1 + static_cast<std::uint32_t>(i % 3));
            (void)::send(fd.get(), "x", 1, MSG_NOSIGNAL);
        }
        echo(connect(1), "still here");
        std::this_thread::sleep_for(milliseconds(50));
    });
    EXPECT_EQ(channel->connections(), 0U);
}

TEST_F(GuestChannelTest, AGuestThatReadsNothingHearsThatItsClientVanished) {
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

TEST_F(GuestChannelTest, ALostAgentEndsEveryConnection) {
    Agent agent(loop, std::move(port));
    settle();
    const auto gone = loop.after(milliseconds(300), [this] { channel->agent_closed(); });
    with_loop([&] {
        const os::UniqueFd fd = connect(1);
        EXPECT_EQ(read_to_end(fd), "");
        EXPECT_THROW((void)connect(1), os::Error);
    });
}

} // namespace
} // namespace banger::supervisor
