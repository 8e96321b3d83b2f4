// Clients that are wrong, slow, gone, too many or somebody else.
#include "unit/api/server_fixture.hpp"

#include "os/error.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace banger::api {
namespace {
using std::chrono::milliseconds;
using std::chrono::seconds;

struct ServerFaultsTest : ServerFixture {
    /// The status that these bytes get; 0 when the server just closes.
    int status_of(const std::string& bytes) const {
        RawClient client = connect();
        static_cast<void>(client.try_send(bytes));
        const auto answer = client.read_answer();
        return answer ? answer->status : 0;
    }
};

TEST_F(ServerFaultsTest, WhatIsNoHttpIsABadRequest) {
    start();
    for (const std::string bytes :
         {"hello there\r\n\r\n", "GET\r\n\r\n", "GET /hello HTTP/9.9\r\n\r\n",
          "GET /hello HTTP/1.1\r\nbad header\r\n\r\n", "GET /he\x01llo HTTP/1.1\r\n\r\n",
          "POST /echo HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
          "POST /echo HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
          "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "\x16\x03\x01\x02"}) {
        EXPECT_EQ(status_of(bytes + std::string(bytes.size() < 8 ? 32 : 0, '\0')), 400) << bytes;
    }
    for (const char* target : {"hello", "*", "http://x/hello", "/things/%zz", "/things/%00",
                               "//hello", "/things/", "/hello/"}) {
        EXPECT_EQ(status_of(get(target)), 404) << target;
    }
    EXPECT_EQ(status_of("POST /echo HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n{}"), 501);
    EXPECT_EQ(status_of(get("/things/x?colour=red")), 400);
    EXPECT_EQ(status_of(get("/things/x?color=%f")), 400);
    EXPECT_EQ(status_of(get("/things/x?color=a&color=b")), 400);
    EXPECT_TRUE(connections_become(0));
}

TEST_F(ServerFaultsTest, HeadersAndBodiesHaveALimit) {
    ServerOptions options;
    options.max_header = 4096;
    options.max_body = 1000;
    start(options);
    EXPECT_EQ(status_of(get("/hello", "X: " + std::string(3000, 'x') + "\r\n")), 200);
    EXPECT_EQ(status_of(get("/hello", "X: " + std::string(1 << 20, 'x') + "\r\n")), 431);
    EXPECT_EQ(status_of(get("/" + std::string(100'000, 'x'))), 431);
    std::string many;
    for (int i = 0; i < 200; ++i) {
        many += "X-" + std::to_string(i) + ": " + std::string(20, 'x') + "\r\n";
    }
    EXPECT_EQ(status_of(get("/hello", many)), 431);
    EXPECT_EQ(status_of(post("/echo", "\"" + std::string(998, 'x') + "\"")), 400); // no object
    EXPECT_EQ(status_of(post("/echo", std::string(1001, 'x'))), 413);
    EXPECT_EQ(status_of(post("/echo", std::string(3 << 20, 'x'))), 413);
    EXPECT_EQ(status_of("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n800\r\n" +
                        std::string(2048, 'x')),
              413);
    EXPECT_EQ(status_of("POST /echo HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: "
                        "99999999999\r\n\r\n"),
              413);
}

TEST_F(ServerFaultsTest, ASlowRequestIsGivenUp) {
    ServerOptions options;
    options.header_time = milliseconds(300);
    options.body_time = milliseconds(300);
    options.idle_time = milliseconds(300);
    start(options);
    RawClient loris = connect();
    const auto began = std::chrono::steady_clock::now();
    loris.send("GET /hello HTTP/1.1\r\n");
    while (loris.try_send("X: y\r\n") && std::chrono::steady_clock::now() - began < seconds(10)) {
        std::this_thread::sleep_for(milliseconds(20)); // always a byte, never the end
    }
    EXPECT_EQ(loris.read_answer()->status, 408);
    EXPECT_LT(std::chrono::steady_clock::now() - began, seconds(8));

    RawClient half = connect();
    half.send("POST /echo HTTP/1.1\r\nContent-Length: 10\r\n\r\n{");
    EXPECT_EQ(half.read_answer()->status, 408);

    RawClient silent = connect();
    EXPECT_EQ(silent.read_to_end(), "");
    EXPECT_TRUE(connections_become(0));
}

TEST_F(ServerFaultsTest, AClientThatGoesEndsItsStream) {
    start();
    RawClient client = connect();
    client.send(get("/events"));
    client.read_until("first");
    EXPECT_EQ(streams, 1);
    client.close();
    EXPECT_TRUE(connections_become(0));
    EXPECT_TRUE(streams_end());
}

TEST_F(ServerFaultsTest, AClientThatGoesInTheMiddleOfALongAnswerEndsIt) {
    start();
    for (int i = 0; i < 10; ++i) {
        RawClient client = connect();
        client.send(get("/count?to=1000000"));
        client.read_until("\"i\":" + std::to_string(i * 100 + 1) + "}");
    }
    EXPECT_TRUE(connections_become(0));
    RawClient early = connect();
    early.send(get("/slow"));
    EXPECT_TRUE(slow_runs());
    early.close();
    EXPECT_TRUE(connections_become(0));
}

TEST_F(ServerFaultsTest, AClientThatDoesNotReadIsDropped) {
    ServerOptions options;
    options.write_time = milliseconds(300);
    start(options);
    RawClient flooded = connect(); // its handler cannot wait and fills the bounded buffer
    flooded.send(get("/flood"));
    RawClient stalled = connect(); // its handler waits, but not for ever
    stalled.send(get("/count?to=1000000"));
    flooded.read_until("200 OK"); // and nothing more
    stalled.read_until("200 OK");
    EXPECT_TRUE(connections_become(0));
    EXPECT_TRUE(streams_end());
}

TEST_F(ServerFaultsTest, HalfARequestAndTheEndIsNoAnswer) {
    start();
    for (const char* bytes :
         {"", "GET /hel", "POST /echo HTTP/1.1\r\nContent-Length: 5\r\n\r\n{"}) {
        RawClient client = connect();
        client.send(bytes);
        client.shutdown_send();
        EXPECT_EQ(client.read_to_end(), "") << bytes;
    }
    RawClient client = connect();
    client.send(get("/hello"));
    client.shutdown_send(); // it still reads
    EXPECT_EQ(client.read_answer()->status, 200);
}

TEST_F(ServerFaultsTest, TwoHundredClientsAtOnce) {
    start();
    std::vector<RawClient> clients;
    for (int i = 0; i < 200; ++i) {
        clients.push_back(connect());
    }
    for (std::size_t i = 0; i < clients.size(); ++i) {
        clients[i].send(get(i % 4 == 0 ? "/slow" : "/things/" + std::to_string(i)));
    }
    for (std::size_t i = 0; i < clients.size(); ++i) {
        const auto answer = clients[i].read_answer();
        ASSERT_TRUE(answer) << i;
        EXPECT_EQ(answer->status, 200);
        if (i % 4 != 0) {
            EXPECT_NE(answer->body.find("\"" + std::to_string(i) + "\""), std::string::npos);
        }
    }
    EXPECT_EQ(connections(), 200U);
    clients.clear();
    EXPECT_TRUE(connections_become(0));
}

TEST_F(ServerFaultsTest, OneTooManyIsTold) {
    ServerOptions options;
    options.max_connections = 2;
    start(options);
    RawClient first = connect();
    RawClient second = connect();
    EXPECT_TRUE(connections_become(2));
    RawClient third = connect();
    const auto answer = third.read_answer();
    EXPECT_EQ(answer->status, 503);
    EXPECT_EQ(nlohmann::json::parse(answer->body)["error"]["kind"], "exhausted");
    first.close();
    EXPECT_TRUE(connections_become(1));
    RawClient fourth = connect();
    fourth.send(get("/hello"));
    EXPECT_EQ(fourth.read_answer()->status, 200);
}

TEST_F(ServerFaultsTest, OutOfDescriptorsIsSurvived) {
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "UBSan checks an object's type through a pipe, which needs descriptors itself";
#endif
    start();
    std::vector<os::UniqueFd> taken;
    RawClient waiting = connect();
    EXPECT_TRUE(connections_become(1));
    for (;;) {
        os::UniqueFd fd(::dup(0));
        if (!fd) {
            break;
        }
        taken.push_back(std::move(fd));
    }
    taken.pop_back();
    RawClient late = connect(); // with the last one: there is none to accept it
    waiting.send(get("/hello"));
    EXPECT_EQ(waiting.read_answer()->status, 200);
    std::this_thread::sleep_for(milliseconds(350)); // it has tried again by then
    taken.clear();
    const std::string log = logged();
    const std::string line = "warning: accept a connection: Too many open files";
    EXPECT_THAT(log, testing::HasSubstr(line));
    EXPECT_EQ(log.find(line), log.rfind(line)) << "told once a minute: " << log;
    late.send(get("/hello"));
    EXPECT_EQ(late.read_answer()->status, 200);
}

TEST_F(ServerFaultsTest, AnotherUserIsRefusedEvenWhereTheSocketIsOpenToAll) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "only root can be another user";
    }
    ServerOptions options;
    options.uid = 4242; // "our" user; the client is 65534, then root
    start(options);
    ASSERT_EQ(::chmod(socket.c_str(), 0666), 0);
    ASSERT_EQ(::chmod(dir.path().c_str(), 0755), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        if (::setgid(65534) != 0 || ::setuid(65534) != 0) {
            ::_exit(99);
        }
        try {
            RawClient client = connect();
            const auto answer = client.read_answer();
            ::_exit(answer && answer->status == 403 && client.closed_within(seconds(5)) ? 0 : 1);
        } catch (...) {
            ::_exit(98);
        }
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 0);
    EXPECT_EQ(status_of(get("/hello")), 200);
}

} // namespace
} // namespace banger::api
