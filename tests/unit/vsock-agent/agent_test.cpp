// The agent on a socket, and clients that do what they should not.

#include "running_agent.hpp"

#include "os/file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>

namespace agent {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;

class AgentTest : public testing::Test {
  protected:
    bool answers() { return Client(running).ask("GET", "/v1/health").status == 200; }
    RunningAgent running;
};

TEST_F(AgentTest, TellsItsHealth) {
    const Response response = Client(running).ask("GET", "/v1/health");
    EXPECT_EQ(response.status, 200);
    const json health = json::parse(response.body);
    EXPECT_EQ(health["agent"]["protocol"], 1);
    EXPECT_EQ(health["agent"]["features"][0], "health");
    EXPECT_EQ(health["boot_id"].get<std::string>().size(), 36U);
    EXPECT_EQ(health["ready"], false);
    EXPECT_GT(health["uptime_ms"], 0);
}

TEST_F(AgentTest, PushesEvents) {
    Client client(running);
    client.send(request("GET", "/v1/events"));
    EXPECT_EQ(client.head().status, 200);
    (void)client.line();
    const json hello = json::parse(client.line());
    EXPECT_EQ(hello["event"], "hello");
    EXPECT_EQ(hello["health"]["agent"]["protocol"], 1);
    (void)client.line();
    EXPECT_TRUE(tell_booted(running.name));
    (void)client.line();
    const json booted = json::parse(client.line());
    EXPECT_EQ(booted["event"], "booted");
    const json health = json::parse(Client(running).ask("GET", "/v1/health").body);
    EXPECT_EQ(health["boot"], "finished");
    const json boot = json::parse(Client(running).ask("GET", "/v1/boot").body);
    EXPECT_GT(boot["finished_ms"], 0);
    EXPECT_TRUE(boot["ready_ms"].is_null());
}

TEST_F(AgentTest, KnowsOverARestartWhatItHasSeen) {
    EXPECT_TRUE(tell_booted(running.name));
    ASSERT_TRUE(running.until([&] { return running.agent.boot().finished_ms().has_value(); }));
    const BootLog again(running.dir.path() / "state");
    EXPECT_EQ(again.finished_ms(), running.agent.boot().finished_ms());
    EXPECT_FALSE(again.ready_ms());
}

TEST_F(AgentTest, AClientThatNeverReadsEventsIsDropped) {
    Client client(running);
    client.stop_reading();
    client.send(request("GET", "/v1/events"));
    running.run_for(100ms);
    for (int i = 0; i < 10000; ++i) {
        running.agent.events().publish("clock", {{"off_ms", i}});
        running.loop.step(0ms);
    }
    EXPECT_TRUE(running.until([&] { return running.agent.connections().taken() == 0; }, 3s));
    client.start_reading();
    EXPECT_TRUE(client.ended());
    EXPECT_TRUE(answers());
}

TEST_F(AgentTest, ClientsThatGoInTheMiddleHarmNobody) {
    const std::string whole = request("PUT", "/v1/time", R"({"unix_ns": 1)");
    for (std::size_t size = 0; size < whole.size(); size += 7) {
        Client client(running);
        client.send(std::string_view(whole).substr(0, size));
        client.hang_up();
    }
    EXPECT_TRUE(running.until([&] { return running.agent.connections().taken() == 0; }));
    EXPECT_TRUE(answers());
}

TEST_F(AgentTest, TheConnectionBeyondTheLimitIsToldSo) {
    std::vector<std::unique_ptr<Client>> clients;
    for (std::size_t i = 0; i < 40; ++i) {
        clients.push_back(std::make_unique<Client>(running));
    }
    running.run_for(100ms);
    EXPECT_EQ(running.agent.connections().taken(), Agent::most_connections);
    int refused = 0;
    for (const auto& client : clients) {
        client->receive();
        refused += client->held().starts_with("HTTP/1.1 503 ") ? 1 : 0;
    }
    EXPECT_EQ(refused, 8);
    const Response busy = clients.back()->response();
    EXPECT_EQ(json::parse(busy.body)["error"]["kind"], "busy");
    EXPECT_EQ(clients.front()->ask("GET", "/v1/health").status, 200);
    clients.clear();
    EXPECT_TRUE(running.until([&] { return running.agent.connections().taken() == 0; }));
    EXPECT_TRUE(answers());
}

TEST_F(AgentTest, GarbageAndLongHeadsEndTheirConnectionOnly) {
    Client good(running);
    EXPECT_EQ(good.ask("GET", "/v1/health").status, 200);
    Client garbage(running);
    garbage.send(std::string(3000, '\xff') + "\r\n\r\n");
    EXPECT_EQ(garbage.response().status, 400);
    EXPECT_TRUE(garbage.ended());
    Client endless(running);
    endless.send("GET /v1/health HTTP/1.1\r\nX: " + std::string(9000, 'x'));
    EXPECT_EQ(endless.response().status, 413);
    EXPECT_TRUE(endless.ended());
    EXPECT_EQ(good.ask("GET", "/v1/health").status, 200);
}

TEST_F(AgentTest, ASlowReaderHoldsUpNobody) {
    const auto file = running.dir.path() / "big";
    banger::os::write_file_atomic(file, std::string(8U << 20U, 'x'), 0644);
    Client slow(running);
    slow.stop_reading();
    slow.send(request("GET", "/v1/files?path=" + file.string()));
    running.run_for(200ms);
    EXPECT_TRUE(answers());
    slow.start_reading();
    const Response response = slow.response();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body.size(), 8U << 20U);
}

TEST_F(AgentTest, RequestsMayComeAtOnce) {
    Client client(running);
    std::string all;
    for (int i = 0; i < 50; ++i) {
        all += request("GET", "/v1/time");
    }
    client.send(all);
    for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(client.response().status, 200);
    }
}

TEST_F(AgentTest, AnswersAClientThatSendsNoMore) {
    Client client(running);
    client.send(request("GET", "/v1/health"));
    client.finish();
    EXPECT_EQ(client.response().status, 200);
    EXPECT_TRUE(client.ended());
}

TEST_F(AgentTest, NobodyIsLeftWaitingForAnything) {
    EXPECT_TRUE(answers());
    running.run_for(50ms);
    // The listener, the clock, the socket for the end of the boot, sshd's pid file and its timer.
    EXPECT_EQ(running.loop.registrations(), 5U);
}

/// A server's socket, which does not listen yet.
class Server {
  public:
    Server() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        EXPECT_EQ(::bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
        EXPECT_EQ(::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
        port = ntohs(address.sin_port);
    }
    void listen() { EXPECT_EQ(::listen(fd_.get(), 1), 0); }
    std::uint16_t port = 0;

  private:
    Fd fd_;
};

TEST(AgentReadyTest, SaysSoOnceAndIsQuiet) {
    Server sshd;
    RunningAgent running(sshd.port);
    Client client(running);
    client.send(request("GET", "/v1/events"));
    (void)client.head();
    (void)client.line();
    EXPECT_EQ(json::parse(client.line())["health"]["ready"], false);
    (void)client.line();
    sshd.listen();
    (void)client.line();
    EXPECT_EQ(json::parse(client.line())["event"], "ready");
    EXPECT_TRUE(running.agent.boot().ready_ms());
    running.run_for(50ms);
    // This client, the listener, the clock, the socket for the end of the boot: no timer.
    EXPECT_EQ(running.loop.registrations(), 4U);
}

} // namespace
} // namespace agent
