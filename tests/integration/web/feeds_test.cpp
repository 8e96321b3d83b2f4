#include "console.hpp"

#include <thread>

namespace web::test {
namespace {

using std::chrono::milliseconds;

class Feeds : public Console {
  protected:
    Feeds() { start(); }
    /// Waits until it is so.
    template <class F>
    static bool soon(F f) {
        for (int i = 0; i < 500; ++i) {
            if (f()) {
                return true;
            }
            std::this_thread::sleep_for(milliseconds(10));
        }
        return false;
    }
};

TEST_F(Feeds, TellWhatTheyAreGivenInOrder) {
    RawClient client(server->port());
    const auto answer = client.ask(get("/feed"));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("content-type"), "text/event-stream");
    EXPECT_EQ(answer.header("cache-control"), "no-store");
    EXPECT_EQ(answer.header("x-frame-options"), "DENY");
    const auto feed = feeds().at(0);
    std::string wanted;
    ASSERT_TRUE(soon([&] { return feed->tell("data: first\n\n"); }));
    wanted = "data: first\n\n";
    std::thread other([&] {
        for (int i = 0; i < 500; ++i) {
            while (!feed->tell("data: " + std::to_string(i) + "\n\n")) {
                FAIL() << "cut at " << i;
            }
        }
    });
    for (int i = 0; i < 500; ++i) {
        wanted += "data: " + std::to_string(i) + "\n\n";
    }
    std::string got;
    while (got.size() < wanted.size()) {
        const std::string more = client.read_for(milliseconds(50));
        got += more;
        if (more.empty() && !client.send("")) {
            break;
        }
    }
    other.join();
    EXPECT_EQ(got, wanted);
    EXPECT_FALSE(feed->closed);
    client.close();
    EXPECT_TRUE(soon([&] { return feed->closed.load(); }));
    EXPECT_FALSE(feed->tell("x"));
}

TEST_F(Feeds, EndWhenTheReaderSaysSomething) {
    RawClient client(server->port());
    EXPECT_EQ(client.ask(get("/feed")).status, 200);
    const auto feed = feeds().at(0);
    ASSERT_TRUE(soon([&] { return feed->tell("x"); }));
    ASSERT_TRUE(client.send(post("/change")));
    EXPECT_TRUE(soon([&] { return feed->closed.load(); }));
    EXPECT_TRUE(client.ends_within(milliseconds(5000)));
    EXPECT_EQ(changes, 0);
}

TEST_F(Feeds, CutOffWhoDoesNotRead) { // T16
    RawClient deaf(server->port());
    EXPECT_EQ(deaf.ask(get("/feed")).status, 200);
    const auto feed = feeds().at(0);
    ASSERT_TRUE(soon([&] { return feed->tell("x"); }));
    const std::string text(8000, 'x');
    int told = 0;
    while (told < 100000 && feed->tell(text)) {
        ++told;
    }
    EXPECT_LT(told, 5000); // what the kernel holds, and 64 KiB
    EXPECT_TRUE(soon([&] { return feed->closed.load(); }));
    EXPECT_EQ(status_of(get("/page")), 200);
}

TEST_F(Feeds, AreCutOffByOneTextThatIsTooLong) {
    RawClient client(server->port());
    EXPECT_EQ(client.ask(get("/feed")).status, 200);
    const auto feed = feeds().at(0);
    ASSERT_TRUE(soon([&] { return feed->tell("x"); }));
    EXPECT_FALSE(feed->tell(std::string((64U << 10U) + 1, 'x')));
    EXPECT_TRUE(client.ends_within(milliseconds(5000)));
}

TEST_F(Feeds, EndWithTheServer) {
    RawClient client(server->port());
    EXPECT_EQ(client.ask(get("/feed")).status, 200);
    const auto feed = feeds().at(0);
    ASSERT_TRUE(soon([&] { return feed->tell("x"); }));
    server->stop();
    EXPECT_TRUE(feed->closed);
    EXPECT_FALSE(feed->tell("x"));
    EXPECT_TRUE(client.ends_within(milliseconds(5000)));
    server.reset();
    EXPECT_FALSE(feed->tell("x")); // whoever holds it may outlive us
}

} // namespace
} // namespace web::test
