// The server on the loopback, with resolvers of the test's own behind it.

#include "server.hpp"

#include "fake_resolver.hpp"
#include "message.hpp"
#include "names.hpp"

#include <banger/plugin.hpp>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <optional>
#include <thread>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

namespace dns {
namespace {

using test::Asked;
using test::FakeResolver;
using test::Heard;
using testing::ElementsAre;
using testing::IsEmpty;
using Clock = std::chrono::steady_clock;

/// A blocking socket to the server, from an address of the loopback.
class Asker {
  public:
    Asker(std::uint16_t port, int type, const char* from = "127.0.0.1",
          const char* to = "127.0.0.1")
        : fd_(::socket(AF_INET, type | SOCK_CLOEXEC, 0)), stream_(type == SOCK_STREAM) {
        const timeval patience{8, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        const sockaddr_in own = at(from, 0);
        const sockaddr_in server = at(to, port);
        EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&own), sizeof own), 0);
        EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&server), sizeof server), 0);
    }
    Asker(Asker&& other) noexcept : fd_(std::exchange(other.fd_, -1)), stream_(other.stream_) {}
    Asker(const Asker&) = delete;
    Asker& operator=(const Asker&) = delete;
    ~Asker() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }

    void send(std::string message) const {
        if (stream_) {
            message = std::string{static_cast<char>(message.size() >> 8U),
                                  static_cast<char>(message.size() & 0xffU)} +
                      message;
        }
        (void)::send(fd_, message.data(), message.size(), MSG_NOSIGNAL);
    }
    void send_raw(const std::string& bytes) const {
        (void)::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
    /// Empty: the connection is over, or nothing came in time.
    [[nodiscard]] std::string receive() const {
        std::array<char, 65535> buffer{};
        if (!stream_) {
            const ssize_t n = ::recv(fd_, buffer.data(), buffer.size(), 0);
            return {buffer.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
        }
        if (::recv(fd_, buffer.data(), 2, MSG_WAITALL) != 2) {
            return {};
        }
        const std::size_t size =
            (static_cast<unsigned char>(buffer[0]) << 8U) | static_cast<unsigned char>(buffer[1]);
        const ssize_t n = ::recv(fd_, buffer.data(), size, MSG_WAITALL);
        return {buffer.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
    }
    [[nodiscard]] Heard ask(const Asked& asked) const {
        send(asked.bytes());
        return test::hear(receive());
    }

  private:
    static sockaddr_in at(const char* address, std::uint16_t port) {
        sockaddr_in result{};
        result.sin_family = AF_INET;
        result.sin_port = htons(port);
        inet_pton(AF_INET, address, &result.sin_addr);
        return result;
    }
    int fd_;
    bool stream_;
};

std::size_t open_descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

class ServerTest : public testing::Test {
  protected:
    ServerTest() { names_.put("1", {"web", "172.30.88.2", true, {}}); }
    ~ServerTest() override { stop(); }

    void start(const std::vector<std::string>& resolvers) {
        Server::Settings settings;
        settings.guests = parse_network("172.30.88.0/24");
        settings.gateway = parse_address("172.30.88.1");
        settings.upstreams = {"/nonexistent", "/nonexistent", resolvers};
        settings.limits = limits_;
        server_.emplace(std::move(settings), [this] { return names_.zone(); });
        thread_ = std::thread([this] { server_->run(-1); });
    }
    void stop() {
        if (thread_.joinable()) {
            server_->stop();
            thread_.join();
        }
    }
    [[nodiscard]] Asker udp() const { return {server_->port(), SOCK_DGRAM}; }
    [[nodiscard]] Asker tcp(const char* from = "127.0.0.1") const {
        return {server_->port(), SOCK_STREAM, from};
    }

    Forwarder::Limits limits_{256, 64, 2, std::chrono::milliseconds(300)};
    Names names_{"vm", parse_network("172.30.88.0/24"), "172.30.88.1"};
    std::optional<Server> server_;
    std::thread thread_;
};

TEST_F(ServerTest, AnswersByUdpAndTcp) {
    start({});
    EXPECT_THAT(udp().ask({"web.vm"}).answer, ElementsAre("web.vm. 0 IN A 172.30.88.2"));
    const Asker stream = tcp();
    EXPECT_THAT(stream.ask({"web.vm"}).answer, ElementsAre("web.vm. 0 IN A 172.30.88.2"));
    EXPECT_EQ(stream.ask({"nobody.vm"}).rcode, 3U) << "one more in the same connection";
    names_.erase("1");
    EXPECT_EQ(udp().ask({"web.vm"}).rcode, 3U);
    stream.send(std::string(11, 'x'));
    EXPECT_EQ(stream.receive(), "") << "no question: no connection";
    EXPECT_EQ(udp().ask({"example.org"}).rcode, 2U) << "this host has no resolver";
}

TEST_F(ServerTest, ForwardsWithTheClientsId) {
    const FakeResolver resolver;
    start({resolver.text()});
    for (const bool stream : {false, true}) {
        const Asker asker = stream ? tcp() : udp();
        const Heard heard = asker.ask({"Example.org", 1, 0x4711});
        EXPECT_EQ(heard.id, 0x4711U);
        EXPECT_FALSE(heard.authoritative);
        EXPECT_EQ(heard.question, "Example.org.");
        EXPECT_THAT(heard.answer, ElementsAre("Example.org. 60 IN A 192.0.2.1"));
    }
    EXPECT_EQ(server_->counters().forwarded, 2U);
}

TEST_F(ServerTest, AForgedAnswerIsNotTaken) {
    const FakeResolver resolver;
    start({resolver.text()});
    EXPECT_THAT(udp().ask({"wrongid.org"}).answer, ElementsAre("wrongid.org. 60 IN A 192.0.2.1"));
    EXPECT_THAT(udp().ask({"forged.org"}).answer, ElementsAre("forged.org. 60 IN A 192.0.2.1"));
}

TEST_F(ServerTest, ATruncatedAnswerIsFetchedByTcp) {
    const FakeResolver resolver;
    start({resolver.text()});
    EXPECT_EQ(udp().ask({"cut.org"}).answer.size(), 1U);
    EXPECT_EQ(resolver.by_tcp, 1U);
    const Heard cut = udp().ask({"cutonly.org"});
    EXPECT_TRUE(cut.truncated) << "the client may do better by itself";
    EXPECT_THAT(cut.answer, IsEmpty());
}

TEST_F(ServerTest, TheNextResolverIsAskedWhenOneIsAwayOrBroken) {
    const FakeResolver good;
    const FakeResolver broken("192.0.2.9", true);
    std::string nobody;
    {
        const FakeResolver gone;
        nobody = gone.text();
    }
    start({nobody, broken.text(), good.text()});
    EXPECT_EQ(udp().ask({"a.org"}).answer.size(), 1U);
    EXPECT_EQ(udp().ask({"b.org"}).answer.size(), 1U);
    EXPECT_EQ(broken.by_udp, 1U) << "the one that answered is asked first";
    EXPECT_EQ(udp().ask({"servfail.org"}).rcode, 2U);
}

TEST_F(ServerTest, SilenceOfAllResolversIsSaid) {
    const FakeResolver one;
    const FakeResolver two;
    start({one.text(), two.text()});
    const auto begin = Clock::now();
    EXPECT_EQ(udp().ask({"silent.org"}).rcode, 2U);
    EXPECT_GE(Clock::now() - begin, std::chrono::milliseconds(1100));
    EXPECT_EQ(one.by_udp, 2U);
    EXPECT_EQ(two.by_udp, 2U);
    EXPECT_EQ(tcp().ask({"silent.org"}).rcode, 2U);
}

TEST_F(ServerTest, ManyOpenQuestionsOfOneClientKeepNobodyOut) {
    limits_.per_client = 8;
    const FakeResolver resolver;
    start({resolver.text()});
    const Asker flood(server_->port(), SOCK_DGRAM, "127.0.0.2");
    for (int i = 0; i < 8; ++i) {
        flood.send(Asked{"silent.org"}.bytes());
    }
    EXPECT_EQ(flood.ask({"more.org"}).rcode, 2U) << "at once";
    EXPECT_EQ(flood.ask({"web.vm"}).answer.size(), 1U) << "what is in memory costs nothing";
    EXPECT_EQ(udp().ask({"other.org"}).answer.size(), 1U);
}

TEST_F(ServerTest, OnlyLoopbackAndGuestsAreAnswered) {
    start({});
    EXPECT_TRUE(server_->may_ask(parse_address("127.9.9.9")));
    EXPECT_TRUE(server_->may_ask(parse_address("172.30.88.254")));
    EXPECT_FALSE(server_->may_ask(parse_address("172.30.89.1")));
    EXPECT_FALSE(server_->may_ask(parse_address("8.8.8.8")));
}

TEST_F(ServerTest, IdleConnectionsKeepNobodyOut) {
    start({});
    rlimit files{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &files), 0);
    files.rlim_cur = files.rlim_max;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &files), 0);
    const std::size_t many = std::min<std::size_t>(10000, files.rlim_max - 300);
    std::vector<Asker> idle;
    idle.reserve(many);
    for (std::size_t i = 0; i < many; ++i) {
        const std::string from = "127.0.1." + std::to_string(1 + i % 200);
        idle.push_back(tcp(from.c_str()));
    }
    EXPECT_EQ(tcp("127.0.2.1").ask({"web.vm"}).answer.size(), 1U);
    EXPECT_EQ(idle.back().ask({"web.vm"}).answer.size(), 1U);
    EXPECT_EQ(udp().ask({"web.vm"}).answer.size(), 1U);
    EXPECT_EQ(idle.front().receive(), "") << "the oldest had to go";
}

TEST_F(ServerTest, BytesThatTrickleAndManyQuestionsInOnePiece) {
    start({});
    const std::string one = Asked{"web.vm"}.bytes();
    const std::string framed = std::string{0, static_cast<char>(one.size())} + one;
    const Asker slow = tcp();
    for (const char byte : framed) {
        slow.send_raw(std::string(1, byte));
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_EQ(test::hear(slow.receive()).answer.size(), 1U);
    std::string many;
    for (int i = 0; i < 200; ++i) {
        many += framed;
    }
    slow.send_raw(many);
    for (int i = 0; i < 200; ++i) {
        ASSERT_EQ(test::hear(slow.receive()).answer.size(), 1U) << i;
    }
}

TEST_F(ServerTest, AnswersComeAsTheyAreReady) {
    const FakeResolver resolver;
    start({resolver.text()});
    const Asker stream = tcp();
    stream.send(Asked{"silent.org", 1, 1}.bytes());
    stream.send(Asked{"web.vm", 1, 2}.bytes());
    EXPECT_EQ(test::hear(stream.receive()).id, 2U);
    const Heard late = test::hear(stream.receive());
    EXPECT_EQ(late.id, 1U);
    EXPECT_EQ(late.rcode, 2U);
}

TEST_F(ServerTest, AnotherPortWhenTheWishedOneIsTaken) {
    start({});
    Server::Settings settings;
    settings.gateway = parse_address("172.30.88.1");
    settings.port = server_->port();
    const Server other(settings, [this] { return names_.zone(); });
    EXPECT_NE(other.port(), server_->port());
    settings.other_port = false;
    const std::size_t before = open_descriptors();
    EXPECT_THROW(Server(settings, [this] { return names_.zone(); }), banger::Error);
    EXPECT_EQ(open_descriptors(), before);
}

} // namespace
} // namespace dns
