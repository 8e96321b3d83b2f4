#include "console.hpp"

#include <thread>

#include <unistd.h>

namespace web::test {
namespace {

using std::chrono::milliseconds;

class Servers : public Console {};

TEST_F(Servers, AreOnLoopbackAlone) { // T13
    start();
    std::string addresses;
    char line[512];
    FILE* table = std::fopen("/proc/net/tcp", "re");
    ASSERT_NE(table, nullptr);
    char port[16];
    std::snprintf(port, sizeof port, ":%04X", server->port());
    while (std::fgets(line, sizeof line, table) != nullptr) {
        const std::string row = line;
        if (row.find(std::string(port) + " 00000000:0000 0A") != std::string::npos) {
            addresses += row.substr(row.find(": ") + 2, 8) + " ";
        }
    }
    std::fclose(table);
    EXPECT_EQ(addresses, "0100007F ");
}

TEST_F(Servers, LetWhatIsBeingAnsweredEnd) {
    start();
    RawClient client(server->port());
    ASSERT_TRUE(client.send(get("/slow")));
    for (int i = 0; i < 500 && slow_ones == 0; ++i) {
        std::this_thread::sleep_for(milliseconds(10));
    }
    const std::uint16_t port = server->port();
    server->stop();
    const auto answer = client.read();
    EXPECT_EQ(answer.body, "slow");
    EXPECT_EQ(answer.header("connection"), "close");
    EXPECT_THROW(RawClient{port}, std::runtime_error);
}

TEST_F(Servers, EndWithConnectionsOfEveryKind) {
    start();
    RawClient idle(server->port()), begun(server->port()), answered(server->port()),
        told(server->port()), waits(server->port());
    EXPECT_EQ(answered.ask(get("/page")).status, 200);
    EXPECT_EQ(told.ask(get("/feed")).status, 200);
    ASSERT_TRUE(begun.send("GET /pa"));
    ASSERT_TRUE(waits.send(get("/slow")));
    std::this_thread::sleep_for(milliseconds(100));
    const auto begin = std::chrono::steady_clock::now();
    server.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(9));
    for (RawClient* client : {&idle, &begun, &answered, &told}) {
        EXPECT_TRUE(client->ends_within(milliseconds(1000)));
    }
    EXPECT_EQ(host.open_calls(), 0U);
    EXPECT_TRUE(host.misuse().empty());
}

TEST_F(Servers, SayWhoHasTheirPort) {
    start();
    Server other(banger::Host(host.raw()), router, csrf, {});
    Server::Settings settings;
    settings.port = server->port();
    try {
        other.start(settings);
        FAIL() << "two at one port";
    } catch (const banger::Error& error) {
        EXPECT_EQ(error.code(), BANGER_E_BUSY);
        const std::string why = error.what();
        EXPECT_NE(why.find("port " + std::to_string(settings.port)), std::string::npos) << why;
        EXPECT_NE(why.find("(pid " + std::to_string(::getpid()) + ")"), std::string::npos) << why;
        EXPECT_NE(error.hint().find("other_port: true"), std::string::npos) << error.hint();
    }
    EXPECT_EQ(other.port(), 0);
    settings.other_port = true;
    other.start(settings);
    EXPECT_GT(other.port(), settings.port);
    RawClient client(other.port());
    EXPECT_EQ(client
                  .ask("GET /page HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(other.port()) +
                       "\r\n\r\n")
                  .status,
              200);
    RawClient wrong(other.port()); // the name of the one beside it is not its own
    EXPECT_EQ(wrong.ask(get("/page")).status, 421);
}

TEST_F(Servers, TakeAFormOfBeforeTheirRestart) { // T20
    start();
    const std::string form = post("/change");
    Server::Settings settings;
    settings.port = server->port();
    server.reset();
    server = std::make_unique<Server>(banger::Host(host.raw()), router, csrf, Pages{});
    server->start(settings); // at once: connections of before keep nobody from the port
    EXPECT_EQ(status_of(form), 303);
    EXPECT_EQ(changes, 1);
}

TEST_F(Servers, OfferAnOldFormOnceMore) { // T20
    start();
    const std::string old =
        csrf.issue(::geteuid(), own_host(), Csrf::Clock::now() - std::chrono::hours(13));
    const auto answer = ask(post("/change",
                                 "Host: " + own_host() + "\r\nOrigin: " + origin() +
                                     "\r\nContent-Type: application/x-www-form-urlencoded\r\n",
                                 "csrf=" + old));
    EXPECT_EQ(answer.status, 403);
    EXPECT_EQ(answer.body, "send again");
    EXPECT_EQ(changes, 0);
}

TEST_F(Servers, SwitchThemselvesOffAfterFiveFaults) { // T17
    start();
    RawClient client(server->port());
    for (int i = 0; i < 5; ++i) {
        EXPECT_FALSE(server->given_up());
        const auto answer = client.ask(get("/throw"));
        EXPECT_EQ(answer.status, 500);
        EXPECT_EQ(answer.body.find("a fault"), std::string::npos);
    }
    EXPECT_TRUE(server->given_up());
    EXPECT_EQ(client.ask(get("/page")).status, 503);
}

TEST_F(Servers, AnswerOthersWhileOneIsSlow) {
    start();
    std::vector<std::unique_ptr<RawClient>> slow;
    for (int i = 0; i < 3; ++i) { // one worker fewer than there are
        slow.push_back(std::make_unique<RawClient>(server->port()));
        ASSERT_TRUE(slow.back()->send(get("/slow")));
    }
    for (int i = 0; i < 500 && slow_ones < 3; ++i) {
        std::this_thread::sleep_for(milliseconds(5));
    }
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(status_of(get("/page")), 200);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(400));
    for (const auto& client : slow) {
        EXPECT_EQ(client->read().body, "slow");
    }
}

TEST_F(Servers, EndWhileTheirClientsLeave) {
    start();
    for (int i = 0; i < 20; ++i) {
        RawClient leaves(server->port());
        (void)leaves.send(get("/slow"));
    }
    server.reset();
    EXPECT_EQ(host.open_calls(), 0U);
}

} // namespace
} // namespace web::test
