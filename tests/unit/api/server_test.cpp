#include "unit/api/server_fixture.hpp"

#include "os/error.hpp"

#include <sys/stat.h>

#include <nlohmann/json.hpp>

namespace banger::api {
namespace {
using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct ServerTest : ServerFixture {};

TEST_F(ServerTest, TheSocketIsPrivateAndGoesWithTheServer) {
    start();
    struct stat info {};
    ASSERT_EQ(::stat(socket.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
    close(seconds(1));
    EXPECT_FALSE(std::filesystem::exists(socket));
}

TEST_F(ServerTest, ASocketInUseIsAConflictAndAStaleOneIsReplaced) {
    start();
    boost::asio::io_context loop;
    const Router router;
    EXPECT_THROW(Server(loop, router, socket), os::Error);
    // The look whether somebody listens was a connection for a moment.
    EXPECT_TRUE(connections_become(0));
    const auto stale = dir.path() / "stale.sock";
    { // left by a daemon that was killed
        const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
        ASSERT_GE(fd, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        stale.native().copy(address.sun_path, sizeof address.sun_path - 1);
        ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        ::close(fd);
    }
    EXPECT_NO_THROW(Server(loop, router, stale));
    loop.run();
}

TEST_F(ServerTest, OneConnectionCarriesManyRequests) {
    start();
    RawClient client = connect();
    for (int i = 0; i < 3; ++i) {
        client.send(get("/hello"));
        const auto answer = client.read_answer();
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, 200);
        EXPECT_EQ(answer->body, "hello\n");
    }
    EXPECT_EQ(connections(), 1U);
    client.send(get("/hello", "Connection: close\r\n"));
    EXPECT_NE(client.read_to_end().find("Connection: close"), std::string::npos);
    EXPECT_TRUE(connections_become(0));
    EXPECT_NE(logged().find("GET /hello -> 200"), std::string::npos);
}

TEST_F(ServerTest, TheAnswerToHeadHasNoBody) {
    start();
    RawClient client = connect();
    client.send("HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\nHEAD /nosuch HTTP/1.1\r\nHost: x\r\n\r\n" +
                get("/hello", "Connection: close\r\n"));
    const std::string all = client.read_to_end();
    // Only the GET has one, and the bodies that are not there do not shift what follows.
    EXPECT_EQ(all.find("{\"error\""), std::string::npos) << all;
    std::size_t answers = 0;
    for (std::size_t at = all.find("HTTP/1.1 "); at != std::string::npos;
         at = all.find("HTTP/1.1 ", at + 1)) {
        ++answers;
    }
    EXPECT_EQ(answers, 3U);
    EXPECT_TRUE(all.ends_with("\r\n\r\nhello\n")) << all;
    EXPECT_EQ(all.find("Content-Length: 0"), std::string::npos) << all;
}

TEST_F(ServerTest, PipelinedRequestsAreAnsweredInOrder) {
    start();
    RawClient client = connect();
    client.send(get("/slow") + post("/echo", R"({"a":1})") + get("/count") + get("/hello"));
    EXPECT_EQ(client.read_answer()->body, "at last\n");
    EXPECT_EQ(client.read_answer()->body, "{\"a\":1}\n");
    EXPECT_EQ(client.read_answer()->body, "{\"i\":1}\n{\"i\":2}\n{\"i\":3}\n");
    EXPECT_EQ(client.read_answer()->body, "hello\n");
}

TEST_F(ServerTest, ParametersAndQueriesAreDecoded) {
    start();
    RawClient client = connect();
    client.send(get("/things/a%2Fb%20c?color=dark+red&size=%31"));
    const auto answer = client.read_answer();
    const json body = json::parse(answer->body);
    EXPECT_EQ(body["name"], "a/b c");
    EXPECT_EQ(body["query"], (json{{"color", "dark red"}, {"size", "1"}}));
    EXPECT_EQ(body["caller"], "uid " + std::to_string(::geteuid()));
    EXPECT_NE(answer->head.find("Content-Type: application/json"), std::string::npos);
}

TEST_F(ServerTest, AProblemHasTheStatusOfItsKind) {
    start();
    RawClient client = connect();
    client.send(get("/fail"));
    auto answer = client.read_answer();
    EXPECT_EQ(answer->status, 507);
    EXPECT_EQ(json::parse(answer->body)["error"]["hint"], "free some space");
    client.send(get("/nowhere"));
    EXPECT_EQ(client.read_answer()->status, 404);
    client.send("PUT /things/x HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    answer = client.read_answer();
    EXPECT_EQ(answer->status, 405);
    EXPECT_NE(answer->head.find("Allow: GET, DELETE"), std::string::npos);
    client.send(post("/echo", "{"));
    EXPECT_EQ(client.read_answer()->status, 400);
    client.send(get("/hello")); // none of them has cost the connection
    EXPECT_EQ(client.read_answer()->status, 200);
}

TEST_F(ServerTest, AChunkedBodyAnd100ContinueAreUnderstood) {
    start();
    RawClient client = connect();
    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                "4\r\n{\"a\"\r\n3\r\n:1}\r\n0\r\n\r\n");
    EXPECT_EQ(client.read_answer()->body, "{\"a\":1}\n");
    client.send(
        "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    EXPECT_EQ(client.read_answer()->status, 100);
    client.send("{}");
    EXPECT_EQ(client.read_answer()->body, "{}\n");
}

TEST_F(ServerTest, AnHttp10ClientGetsAStreamThatEndsWithTheConnection) {
    start();
    RawClient client = connect();
    client.send("GET /count HTTP/1.0\r\n\r\n");
    const std::string all = client.read_to_end();
    EXPECT_EQ(all.find("chunked"), std::string::npos);
    EXPECT_NE(all.find("{\"i\":1}\n{\"i\":2}\n{\"i\":3}\n"), std::string::npos);
}

TEST_F(ServerTest, ALongStreamArrivesWhole) {
    start();
    RawClient client = connect();
    client.send(get("/count?to=50000"));
    const auto answer = client.read_answer();
    EXPECT_TRUE(answer->complete);
    EXPECT_EQ(std::count(answer->body.begin(), answer->body.end(), '\n'), 50000);
    EXPECT_NE(answer->head.find("application/x-ndjson"), std::string::npos);
    client.send(get("/hello"));
    EXPECT_EQ(client.read_answer()->status, 200);
}

TEST_F(ServerTest, AStreamThatBreaksHasNoLastChunk) {
    start();
    RawClient client = connect();
    client.send(get("/breaks"));
    const auto answer = client.read_answer();
    EXPECT_EQ(answer->body, "one\n");
    EXPECT_FALSE(answer->complete);
    EXPECT_TRUE(connections_become(0));
    EXPECT_NE(logged().find("it broke"), std::string::npos);
}

TEST_F(ServerTest, AnUpgradeGivesTheRawConnectionToItsHandler) {
    start();
    RawClient client = connect();
    client.send(get("/attach", "Connection: Upgrade\r\nUpgrade: shout\r\n") + "early ");
    const auto answer = client.read_answer();
    EXPECT_EQ(answer->status, 101);
    EXPECT_NE(answer->head.find("Upgrade: shout"), std::string::npos);
    client.read_until("EARLY ");
    client.send("and late");
    client.read_until("AND LATE");
    EXPECT_EQ(upgrades, 1);
    client.close();
    EXPECT_TRUE(connections_become(0));
}

TEST_F(ServerTest, AnUpgradeMustBeAskedFor) {
    start();
    RawClient client = connect();
    client.send(get("/attach"));
    EXPECT_EQ(client.read_answer()->status, 501);
    client.send(get("/attach", "Upgrade: shout\r\n")); // without Connection: Upgrade
    EXPECT_EQ(client.read_answer()->status, 501);
}

TEST_F(ServerTest, CloseLetsARequestEndAndEndsAllElse) {
    start();
    RawClient idle = connect();
    RawClient busy = connect();
    RawClient watcher = connect();
    RawClient attached = connect();
    attached.send(get("/attach", "Connection: Upgrade\r\nUpgrade: shout\r\n") + "x");
    attached.read_until("X");
    watcher.send(get("/events"));
    watcher.read_until("first");
    idle.send(get("/hello"));
    EXPECT_EQ(idle.read_answer()->status, 200);
    busy.send(get("/slow"));
    EXPECT_TRUE(slow_runs());
    EXPECT_EQ(connections(), 4U);
    close(seconds(10));
    EXPECT_EQ(connections(), 0U);
    const auto answer = busy.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "at last\n");
    EXPECT_NE(answer->head.find("Connection: close"), std::string::npos);
    EXPECT_THROW((void)connect(), os::Error);
}

TEST_F(ServerTest, CloseLetsAStreamComeToItsOwnEnd) {
    start();
    RawClient watcher = connect();
    watcher.send(get("/ending"));
    watcher.read_until("first");
    close(seconds(10));
    watcher.read_until("last words");
}

TEST_F(ServerTest, CloseCutsOffWhatIsLeftAfterTheGrace) {
    start();
    RawClient client = connect();
    client.send(get("/slow?ms=3000"));
    EXPECT_TRUE(slow_runs());
    const auto began = std::chrono::steady_clock::now();
    close(milliseconds(20));
    EXPECT_LT(std::chrono::steady_clock::now() - began, seconds(2));
    EXPECT_FALSE(client.read_answer());
}

} // namespace
} // namespace banger::api
