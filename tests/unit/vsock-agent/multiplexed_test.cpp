#include "multiplexed.hpp"
#include "running_agent.hpp"
#include "serial_port.hpp"

#include "channel/mux.hpp"
#include "os/file.hpp"

#include <array>
#include <filesystem>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

namespace agent {
namespace {

using banger::channel::Mux;
using banger::channel::ResetReason;
using banger::channel::StreamId;

/// The host's end of the port: a multiplexer over the other end of a socket pair.
class Host final : public banger::channel::MuxEvents {
  public:
    explicit Host(Fd fd) : mux(banger::channel::Side::host, *this, 11), fd_(std::move(fd)) {
        mux.greet();
    }

    void move() {
        while (!mux.pending().empty()) {
            const ssize_t n = ::send(fd_.get(), mux.pending().data(), mux.pending().size(),
                                     MSG_DONTWAIT | MSG_NOSIGNAL);
            if (n <= 0) {
                break;
            }
            mux.sent(static_cast<std::size_t>(n));
        }
        std::array<char, 8192> buffer; // NOLINT: filled by recv()
        ssize_t n = 0;
        while ((n = ::recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0) {
            mux.feed({buffer.data(), static_cast<std::size_t>(n)});
        }
    }

    void stream_requested(StreamId /*id*/, std::uint32_t /*port*/) override {}
    void stream_accepted(StreamId id) override { accepted = id; }
    void stream_data(StreamId id, std::string_view bytes) override {
        text[id] += bytes;
        if (id != stalled) {
            mux.consumed(id, bytes.size());
        }
    }
    void stream_finished(StreamId /*id*/) override {}
    void stream_reset(StreamId id, ResetReason reason) override { resets[id] = reason; }
    void stream_writable(StreamId /*id*/) override {}

    Mux mux;
    std::map<StreamId, std::string> text;
    std::map<StreamId, ResetReason> resets;
    StreamId accepted = 0;
    StreamId stalled = 0;

  private:
    Fd fd_;
};

class MultiplexedTest : public testing::Test {
  protected:
    MultiplexedTest() {
        int ends[2] = {};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
        guest = std::make_unique<Multiplexed>(running.loop, Fd(ends[0]), running.agent.answerer(),
                                              running.agent.connections(), [this] { lost = true; });
        host = std::make_unique<Host>(Fd(ends[1]));
        EXPECT_TRUE(until([&] { return host->mux.up(); }));
    }
    bool until(const std::function<bool()>& reached) {
        return running.until([&] {
            if (host != nullptr) {
                host->move();
            }
            return reached();
        });
    }
    StreamId ask(const std::string& text) {
        const StreamId id = host->mux.open(Multiplexed::port);
        EXPECT_TRUE(until([&] { return host->accepted == id; }));
        EXPECT_EQ(host->mux.write(id, text), text.size());
        return id;
    }
    bool answered(StreamId id, const std::string& part) {
        return until([&] { return host->text[id].find(part) != std::string::npos; });
    }

    RunningAgent running;
    bool lost = false;
    std::unique_ptr<Host> host;
    std::unique_ptr<Multiplexed> guest;
};

TEST_F(MultiplexedTest, ServesStreams) {
    const StreamId one = ask(request("GET", "/v1/health"));
    const StreamId two = ask(request("GET", "/v1/health", "", "Connection: close\r\n"));
    EXPECT_TRUE(answered(one, "\"protocol\":1"));
    EXPECT_TRUE(answered(two, "\"protocol\":1"));
    EXPECT_TRUE(until([&] { return host->resets.count(two) != 0; }));
    EXPECT_EQ(running.agent.connections().taken(), 1U);
    const StreamId other = host->mux.open(7);
    EXPECT_TRUE(until([&] { return host->resets.count(other) != 0; }));
    EXPECT_EQ(host->resets[other], ResetReason::refused);
}

TEST_F(MultiplexedTest, AStalledStreamHoldsUpNoOther) {
    const auto file = running.dir.path() / "big";
    banger::os::write_file_atomic(file, std::string(1U << 20U, 'x'), 0644);
    host->stalled = host->mux.open(Multiplexed::port);
    ASSERT_TRUE(until([&] { return host->accepted == host->stalled; }));
    const std::string text = request("GET", "/v1/files?path=" + file.string());
    EXPECT_EQ(host->mux.write(host->stalled, text), text.size());
    ASSERT_TRUE(until([&] { return host->text[host->stalled].size() == Mux::window; }));
    EXPECT_TRUE(answered(ask(request("GET", "/v1/health")), "\"protocol\":1"));
    const StreamId slow = host->stalled;
    host->stalled = 0;
    host->mux.consumed(slow, Mux::window);
    EXPECT_TRUE(until([&] { return host->text[slow].size() > (1U << 20U); }));
    EXPECT_TRUE(answered(slow, "0\r\n\r\n"));
}

TEST_F(MultiplexedTest, TakesALongBody) {
    const auto file = running.dir.path() / "up";
    const std::string data(1U << 20U, 'u');
    const StreamId id =
        ask("PUT /v1/files?path=" + file.string() + "&uid=" + std::to_string(::geteuid()) +
            "&gid=" + std::to_string(::getegid()) +
            " HTTP/1.1\r\nContent-Length: " + std::to_string(data.size()) + "\r\n\r\n");
    std::size_t sent = 0;
    EXPECT_TRUE(until([&] {
        sent += host->mux.write(id, std::string_view(data).substr(sent));
        return sent == data.size();
    }));
    EXPECT_TRUE(answered(id, "201 Created"));
    EXPECT_EQ(std::filesystem::file_size(file), data.size());
}

TEST_F(MultiplexedTest, StreamsBeyondTheLimitAreToldSo) {
    std::vector<StreamId> ids;
    for (std::size_t i = 0; i < Agent::most_connections; ++i) {
        ids.push_back(ask(""));
    }
    const StreamId late = host->mux.open(Multiplexed::port);
    EXPECT_TRUE(answered(late, "\"kind\":\"busy\""));
    EXPECT_TRUE(until([&] { return host->resets.count(late) != 0; }));
    for (const StreamId id : ids) {
        host->mux.reset(id);
    }
    EXPECT_TRUE(until([&] { return running.agent.connections().taken() == 0; }));
    EXPECT_TRUE(answered(ask(request("GET", "/v1/health")), "\"protocol\":1"));
}

TEST_F(MultiplexedTest, AnotherHostEndsTheStreams) {
    (void)ask(request("GET", "/v1/events"));
    ASSERT_EQ(running.agent.connections().taken(), 1U);
    host->mux.greet();
    EXPECT_TRUE(until([&] { return running.agent.connections().taken() == 0; }));
    EXPECT_TRUE(until([&] { return host->mux.up(); }));
    EXPECT_TRUE(answered(ask(request("GET", "/v1/health")), "\"protocol\":1"));
}

TEST_F(MultiplexedTest, WithoutAHostItEndsTheStreamsAndIsQuiet) {
    (void)ask(request("GET", "/v1/events"));
    host.reset();
    EXPECT_TRUE(until([&] { return running.agent.connections().taken() == 0; }));
    running.run_for(std::chrono::milliseconds(100));
    EXPECT_FALSE(guest->unsent() && lost);
}

TEST_F(MultiplexedTest, RubbishIsSkipped) {
    int ends[2] = {};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
    Multiplexed other(running.loop, Fd(ends[0]), running.agent.answerer(),
                      running.agent.connections(), [] {});
    const std::string rubbish(100000, '\xb6');
    EXPECT_GT(::send(ends[1], rubbish.data(), rubbish.size(), MSG_NOSIGNAL), 0);
    running.run_for(std::chrono::milliseconds(50));
    Host late{Fd(ends[1])};
    EXPECT_TRUE(running.until([&] {
        late.move();
        return late.mux.up();
    }));
}

TEST(SerialPortTest, IsFoundByItsName) {
    const banger::os::TemporaryDir dir;
    std::filesystem::create_directories(dir.path() / "vport1p1");
    std::filesystem::create_directories(dir.path() / "vport1p2");
    banger::os::write_file_atomic(dir.path() / "vport1p1/name", "org.other\n", 0644);
    banger::os::write_file_atomic(dir.path() / "vport1p2/name", "banger.agent.0\n", 0644);
    EXPECT_EQ(find_port("banger.agent.0", dir.path(), "/dev"), "/dev/vport1p2");
    EXPECT_FALSE(find_port("banger.agent", dir.path()));
    EXPECT_FALSE(find_port("x", dir.path() / "absent"));
}

} // namespace
} // namespace agent
