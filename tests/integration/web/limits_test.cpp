#include "console.hpp"

#include <algorithm>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace web::test {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

/// T16.
class ServerLimits : public Console {
  protected:
    /// The same limits in less time.
    static Limits quick() {
        Limits limits;
        limits.header_time = milliseconds(300);
        limits.body_time = milliseconds(400);
        limits.idle_time = milliseconds(600);
        limits.write_time = milliseconds(500);
        return limits;
    }
    [[nodiscard]] std::string form_head(const std::string& lengths) const {
        return "POST /change HTTP/1.1\r\nHost: " + own_host() + "\r\nOrigin: " + origin() +
               "\r\nContent-Type: application/x-www-form-urlencoded\r\n" + lengths + "\r\n";
    }
    static milliseconds since(Clock::time_point begin) {
        return std::chrono::duration_cast<milliseconds>(Clock::now() - begin);
    }
};

TEST_F(ServerLimits, AreThoseOfTheDesign) {
    const Limits limits;
    EXPECT_EQ(limits.header_bytes, 16384U);
    EXPECT_EQ(limits.body_bytes, 262144U);
    EXPECT_EQ(limits.header_time, milliseconds(10000));
    EXPECT_EQ(limits.idle_time, milliseconds(30000));
    EXPECT_EQ(limits.connections, 128U);
    EXPECT_EQ(limits.streams, 32U);
    EXPECT_EQ(limits.stream_bytes, 65536U);
}

TEST_F(ServerLimits, OfTheHead) {
    start();
    EXPECT_EQ(status_of(get("/page", "A: " + std::string(15000, 'a') + "\r\n")), 200);
    EXPECT_EQ(status_of(get("/page", "A: " + std::string(16384, 'a') + "\r\n")), 431);
    EXPECT_EQ(status_of(get("/page", "A: " + std::string(1U << 20U, 'a') + "\r\n")), 431);
    std::string many;
    for (int i = 0; i < 3000; ++i) {
        many += "A: b\r\n";
    }
    EXPECT_EQ(status_of(get("/page", many)), 431);
    RawClient endless(server->port()); // without an end of line
    EXPECT_EQ(endless.ask("GET /" + std::string(1U << 20U, 'a')).status, 431);
}

TEST_F(ServerLimits, OfTheBody) {
    start();
    const std::string begin = "csrf=" + token() + "&a=";
    const auto padded = [&](std::size_t size) {
        return begin + std::string(size - begin.size(), 'x');
    };
    const std::string most = padded(256U << 10U);
    EXPECT_EQ(
        status_of(form_head("Content-Length: " + std::to_string(most.size()) + "\r\n") + most),
        303);
    const std::string more = padded((256U << 10U) + 1);
    EXPECT_EQ(
        status_of(form_head("Content-Length: " + std::to_string(more.size()) + "\r\n") + more),
        413);
    // Said, and never sent: refused before any of it is read.
    EXPECT_EQ(status_of(form_head("Content-Length: 9223372036854775807\r\n")), 413);
    RawClient endless(server->port());
    ASSERT_TRUE(endless.send(form_head("Transfer-Encoding: chunked\r\n")));
    const std::string chunk = "1000\r\n" + std::string(4096, 'x') + "\r\n";
    int sent = 0;
    while (sent < 100000 && endless.send(chunk)) {
        ++sent;
    }
    EXPECT_LT(sent, 20000); // it ended us
    EXPECT_EQ(changes, 1);
    RawClient chunked(server->port());
    std::string chunks;
    for (int i = 0; i < 70; ++i) {
        chunks += chunk;
    }
    EXPECT_EQ(chunked.ask(form_head("Transfer-Encoding: chunked\r\n") + chunks).status, 413);
    // Who may not ask is told that, however much he brings.
    EXPECT_EQ(status_of("POST /change HTTP/1.1\r\nHost: evil.test\r\nContent-Length: "
                        "9223372036854775807\r\n\r\n"),
              421);
}

TEST_F(ServerLimits, OfTimeForTheHead) { // slowloris
    start(quick());
    RawClient slow(server->port());
    const auto begin = Clock::now();
    const std::string head = get("/page", "A: " + std::string(1000, 'a') + "\r\n");
    std::thread drip([&] {
        for (const char c : head) {
            if (!slow.send(std::string(1, c)) || since(begin) > milliseconds(3000)) {
                return;
            }
            std::this_thread::sleep_for(milliseconds(10));
        }
    });
    RawClient quick_one(server->port());
    EXPECT_EQ(quick_one.ask(get("/page")).status, 200); // meanwhile
    const auto answer = slow.read();
    EXPECT_EQ(answer.status, 408);
    EXPECT_LT(since(begin), milliseconds(2500));
    EXPECT_TRUE(slow.ends_within(milliseconds(5000)));
    slow.half_close();
    drip.join();
}

TEST_F(ServerLimits, OfTimeForTheBody) {
    start(quick());
    RawClient slow(server->port());
    const auto begin = Clock::now();
    ASSERT_TRUE(slow.send(form_head("Content-Length: 100\r\n") + "csrf="));
    EXPECT_EQ(slow.read().status, 408);
    EXPECT_LT(since(begin), milliseconds(2500));
    EXPECT_EQ(changes, 0);
}

TEST_F(ServerLimits, OfTimeBetweenRequests) {
    start(quick());
    RawClient silent(server->port());
    RawClient used(server->port());
    EXPECT_EQ(used.ask(get("/page")).status, 200);
    const auto begin = Clock::now();
    EXPECT_TRUE(silent.ends_within(milliseconds(4000)));
    EXPECT_TRUE(used.ends_within(milliseconds(4000)));
    EXPECT_GE(since(begin), milliseconds(300));
}

TEST_F(ServerLimits, OfTimeForWhoDoesNotRead) {
    start(quick());
    RawClient deaf(server->port());
    ASSERT_TRUE(deaf.send(get("/big")));
    std::this_thread::sleep_for(milliseconds(1500));
    EXPECT_LT(deaf.read_for(milliseconds(3000)).size(), 8U << 20U);
    EXPECT_EQ(status_of(get("/page")), 200);
}

TEST_F(ServerLimits, OfConnections) {
    start();
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 200; ++i) {
        clients.push_back(std::make_unique<RawClient>(server->port()));
        ASSERT_EQ(clients.back()->ask(get("/healthz")).status, 200) << i;
    }
    // The oldest that had nothing to do made room.
    const auto open = std::count_if(clients.begin(), clients.end(), [](const auto& client) {
        return !client->ends_within(milliseconds(10));
    });
    EXPECT_EQ(open, 128);
    EXPECT_TRUE(clients.front()->ends_within(milliseconds(10)));
    EXPECT_EQ(clients.back()->ask(get("/healthz")).status, 200);
}

TEST_F(ServerLimits, OfConnectionsThatAreAllBusy) {
    Limits limits;
    limits.connections = 8;
    start(limits);
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 8; ++i) {
        clients.push_back(std::make_unique<RawClient>(server->port()));
        ASSERT_TRUE(clients.back()->send("GET /page HT")); // begun
    }
    std::this_thread::sleep_for(milliseconds(200));
    RawClient late(server->port());
    EXPECT_TRUE(late.ends_within(milliseconds(3000)));
    for (const auto& client : clients) {
        EXPECT_EQ(client->ask("TP/1.1\r\nHost: " + own_host() + "\r\n\r\n").status, 200);
    }
}

TEST_F(ServerLimits, OfStrangersTakeNoPlaceOfTheOwner) { // T14, T16
    if (::geteuid() != 0) {
        GTEST_SKIP() << "needs root, to become somebody else";
    }
    Limits limits;
    limits.connections = 8;
    limits.strangers = 4;
    start(limits);
    RawClient idle(server->port());
    EXPECT_EQ(idle.ask(get("/page")).status, 200);
    int go[2];
    ASSERT_EQ(::pipe(go), 0);
    int held[2];
    ASSERT_EQ(::pipe(held), 0);
    std::thread stranger([&] {
        EXPECT_TRUE(as_nobody([&] {
            std::vector<std::unique_ptr<RawClient>> clients;
            for (int i = 0; i < 64; ++i) {
                clients.push_back(std::make_unique<RawClient>(server->port()));
                (void)clients.back()->send("GET /page HT");
            }
            char byte = 0;
            return ::write(held[1], "x", 1) == 1 && ::read(go[0], &byte, 1) == 1;
        }));
    });
    char byte = 0;
    ASSERT_EQ(::read(held[0], &byte, 1), 1);
    EXPECT_EQ(idle.ask(get("/page")).status, 200); // was not made room of
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(status_of(get("/page")), 200);
    }
    ASSERT_EQ(::write(go[1], "x", 1), 1);
    stranger.join();
    for (const int fd : {go[0], go[1], held[0], held[1]}) {
        ::close(fd);
    }
}

TEST_F(ServerLimits, OfStreams) {
    start();
    std::vector<std::unique_ptr<RawClient>> clients;
    int taken = 0, refused = 0;
    for (int i = 0; i < 120; ++i) {
        clients.push_back(std::make_unique<RawClient>(server->port()));
        const auto answer = clients.back()->ask(get("/feed"));
        taken += answer.status == 200 ? 1 : 0;
        refused += answer.status == 503 ? 1 : 0;
    }
    EXPECT_EQ(taken, 32);
    EXPECT_EQ(refused, 88);
    const auto begin = Clock::now();
    for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(status_of(get("/page")), 200);
    }
    EXPECT_LT(since(begin), milliseconds(5000));
    clients.clear();
    int status = 0;
    for (int i = 0; i < 100 && status != 200; ++i) { // they are noticed to have gone
        std::this_thread::sleep_for(milliseconds(20));
        status = status_of(get("/feed"));
    }
    EXPECT_EQ(status, 200);
}

} // namespace
} // namespace web::test
