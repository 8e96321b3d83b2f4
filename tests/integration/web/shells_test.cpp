#include "console.hpp"
#include "shell_socket.hpp"
#include "web_socket.hpp"

#include "terminal/shell_wish.hpp"

#include <gmock/gmock.h>

#include <future>
#include <thread>

namespace web::test {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using ::testing::HasSubstr;

/// The real server, whose one page gives whatever shell the test wishes.
class ShellsOfPages : public Console {
  protected:
    ShellsOfPages() {
        limits.shell.last_words = milliseconds(100);
        wish.vm_id = "vm-1";
        wish.vm_name = "testbox";
        wish.runs = true;
        wish.socket = shells.path();
        router.add("GET", "/shell", [this](banger::Call&, const Request& request) {
            Response response;
            ShellWish wished = wish;
            wished.uid = request.uid;
            response.shell = std::make_shared<const ShellWish>(wished);
            return response;
        });
    }
    [[nodiscard]] WebSocket open() const {
        return WebSocket(server->port(),
                         get("/shell", WebSocket::upgrade("Origin: " + origin() + "\r\n")));
    }
    /// A page that has what it wished for, and the program in the guest.
    struct Both {
        WebSocket page;
        std::unique_ptr<FakeProgram> program;
        std::string session;
    };
    Both both() {
        WebSocket page = open();
        const json hello = page.told();
        auto program = shells.begin();
        EXPECT_EQ(page.told(), (json{{"live", true}}));
        return {std::move(page), std::move(program), hello.at("session")};
    }

    ShellSocket shells;
    Limits limits;
    ShellWish wish;
};

TEST_F(ShellsOfPages, AreHungUpWhenNoPageComesBack) {
    limits.shell.alone_time = milliseconds(300);
    start(limits);
    Both first = both();
    first.page.close();
    wish.session = first.session;
    WebSocket back = open(); // in time: it goes on
    EXPECT_EQ(back.told().at("session"), first.session);
    std::this_thread::sleep_for(milliseconds(600));
    back.type("x");
    EXPECT_EQ(first.program->typed(1), "x");
    back.close();
    EXPECT_TRUE(first.program->hung_up(milliseconds(5000)));
    WebSocket late = open();
    EXPECT_NE(late.told().at("session"), first.session);
}

TEST_F(ShellsOfPages, KeepTheirLastBytesFromALineOn) {
    start(limits);
    Both first = both();
    first.page.close();
    std::string all;
    for (int i = 0; i < 40000; ++i) {
        all += "line " + std::to_string(i) + "\r\n";
    }
    first.program->print(all); // nobody looks: it is not held up
    first.program->print("the end");
    std::this_thread::sleep_for(milliseconds(300)); // it is read
    all += "the end";
    wish.session = first.session;
    wish.size = {50, 132};
    json hello;
    WebSocket back = open();
    hello = back.told();
    const std::uint64_t at = hello.at("at");
    EXPECT_GT(at, 0U);
    const std::string text = back.printed(all.size() - at);
    EXPECT_EQ(text, all.substr(at));
    EXPECT_EQ(text.substr(0, 5), "line ");
    EXPECT_GE(text.size(), limits.shell.scrollback_bytes - 100);
    EXPECT_EQ(first.program->resized(), "50x132"); // and drawn anew: once a line less before
}

TEST_F(ShellsOfPages, GoOnForAPageThatComesBackToAFlood) {
    start(limits);
    Both first = both();
    wish.session = first.session;
    std::atomic<bool> flooding{true};
    std::thread guest([&] {
        const std::string piece(32U << 10U, 'f'); // as much as one frame has
        while (flooding && first.program->print(piece)) {
        }
    });
    const std::size_t enough = 2 * limits.shell.scrollback_bytes;
    for (int time = 0; time < 8; ++time) {
        first.page.close();
        std::this_thread::sleep_for(milliseconds(50)); // more than is kept is written
        first.page = open();
        const json hello = first.page.told();
        EXPECT_EQ(hello.at("session"), first.session);
        const std::uint64_t at = hello.at("at");
        std::size_t came = 0;
        while (came < enough) {
            const std::size_t more = first.page.printed(16384, milliseconds(5000)).size();
            ASSERT_GT(more, 0U) << "after " << came << " bytes, the time " << time;
            came += more;
            first.page.say({{"seen", at + came}});
        }
    }
    flooding = false;
    first.page.close(); // nothing is held up now
    guest.join();
}

TEST_F(ShellsOfPages, WriteNoFasterThanTheirPageDraws) {
    start(limits);
    Both first = both();
    const std::string burst(1U << 20U, 'b');
    std::atomic<bool> printed{false};
    std::thread guest([&] {
        first.program->print(burst);
        printed = true;
    });
    const std::size_t most = limits.shell.unseen_bytes + (16U << 10U);
    std::size_t came = first.page.printed(burst.size(), milliseconds(1500)).size();
    EXPECT_GE(came, limits.shell.unseen_bytes);
    EXPECT_LE(came, most);
    EXPECT_FALSE(printed); // the guest waits
    while (came < burst.size()) {
        first.page.say({{"seen", came}});
        const std::size_t more =
            first.page.printed(std::min<std::size_t>(burst.size() - came, 65536)).size();
        ASSERT_GT(more, 0U);
        came += more;
    }
    guest.join();
    EXPECT_EQ(came, burst.size());
}

TEST_F(ShellsOfPages, GoOnWhenTheirPageHangs) {
    limits.shell.ping_time = milliseconds(200);
    start(limits);
    Both first = both();
    const std::string burst(1U << 20U, 'b');
    auto printed = std::async(std::launch::async, [&] { return first.program->print(burst); });
    EXPECT_FALSE(
        first.page.printed(limits.shell.unseen_bytes).empty()); // and is told of nothing drawn
    EXPECT_TRUE(printed.get());
    EXPECT_TRUE(first.page.client().ends_within(milliseconds(5000)));
}

TEST_F(ShellsOfPages, TakeNoMoreThanTheirGuestDoes) {
    start(limits);
    Both first = both();
    const std::string paste(64U << 10U, 'p');
    first.page.type(paste);
    EXPECT_EQ(first.program->typed(paste.size()), paste);
    std::string much;
    for (int i = 0; much.size() < (48U << 20U); ++i) {
        much += std::to_string(i) + " ";
    }
    std::atomic<std::size_t> sent{0};
    std::thread typist([&] {
        for (std::size_t at = 0; at < much.size(); at += 16384) {
            first.page.type(std::string_view(much).substr(at, 16384));
            sent = at;
        }
    });
    std::this_thread::sleep_for(milliseconds(500));
    EXPECT_LT(sent, much.size() - 16384); // what the kernel holds, and some
    const std::string typed = first.program->typed(much.size());
    typist.join();
    EXPECT_TRUE(typed == much) << typed.size() << " of " << much.size();
    first.program->print("still here");
    EXPECT_EQ(first.page.printed(10), "still here");
}

TEST_F(ShellsOfPages, AreSoManyAndNoMore) { // T16
    limits.shell.shells = 3;
    limits.shell.of_one_vm = 2;
    start(limits);
    std::vector<Both> open_ones;
    open_ones.push_back(both());
    open_ones.push_back(both());
    WebSocket third = open();
    json end = third.told();
    EXPECT_EQ(end.at("end"), failed);
    EXPECT_THAT(end.at("text").get<std::string>(), HasSubstr("2 shells of this VM"));
    EXPECT_EQ(third.closed_with(), failed);
    wish.vm_id = "vm-2";
    open_ones.push_back(both());
    wish.vm_id = "vm-3";
    WebSocket other = open();
    EXPECT_EQ(other.told().at("end"), failed);
    // One that has ended makes room.
    open_ones[0].program->end(R"({"exit":0})");
    EXPECT_EQ(open_ones[0].page.closed_with(), exited);
    open_ones.push_back(both());
}

TEST_F(ShellsOfPages, PingTheirPagesAndLetGoOfTheSilent) {
    limits.shell.ping_time = milliseconds(100);
    start(limits);
    Both first = both();
    EXPECT_EQ(first.page.printed(1, milliseconds(1000)), "");
    EXPECT_GE(first.page.pings(), 4U);
    first.page.be_deaf();
    EXPECT_EQ(first.page.closed_with(milliseconds(5000)), 0);
    wish.session = first.session;
    WebSocket back = open(); // the shell is there still
    EXPECT_EQ(back.told().at("session"), first.session);
}

TEST_F(ShellsOfPages, TakeNoOtherMessages) { // T16
    start(limits);
    const auto end_of = [&](auto send) {
        Both first = both();
        send(first.page);
        return first.page.closed_with();
    };
    wish.fresh = true;
    EXPECT_EQ(end_of([](WebSocket& page) { page.send(WebSocket::text, "rubbish"); }),
              not_understood);
    EXPECT_EQ(end_of([](WebSocket& page) {
                  page.say({{"rows", 0}, {"columns", 80}});
              }),
              not_understood);
    EXPECT_EQ(
        end_of([](WebSocket& page) { page.send(WebSocket::binary, std::string(65537, 'x')); }),
        too_big);
    EXPECT_EQ(end_of([](WebSocket& page) { page.client().send("\x82\x01x"); }),
              protocol_error); // not masked
}

TEST_F(ShellsOfPages, TellAGuestThatGoesFromOneThatIsGone) {
    start(limits);
    Both first = both();
    first.program->close();
    EXPECT_EQ(first.page.told().at("end"), failed); // the agent alone
    Both second = both();
    server->vm_changed("vm-1", "stopping");
    server->vm_changed("vm-2", "stopped");
    second.program->close();
    EXPECT_EQ(second.page.told().at("end"), vm_stopped);
    Both third = both();
    server->vm_changed("vm-1", "stopping");
    server->vm_changed("vm-1", "running"); // it was not stopped after all
    third.program->end(R"({"exit":0})");
    EXPECT_EQ(third.page.told().at("end"), exited);
}

TEST_F(ShellsOfPages, WaitForAGuestForSoLong) {
    limits.shell.start_time = milliseconds(200);
    start(limits);
    WebSocket page = open();
    EXPECT_TRUE(page.told().contains("session"));
    const json end = page.told();
    EXPECT_EQ(end.at("end"), failed);
    EXPECT_THAT(end.at("text").get<std::string>(), HasSubstr("in time"));
    wish.socket = "/nonexistent/socket";
    WebSocket other = open();
    EXPECT_TRUE(other.told().contains("session"));
    EXPECT_EQ(other.told().at("end"), failed);
}

TEST_F(ShellsOfPages, EndWithTheServerAtOnce) {
    start(limits);
    Both first = both();
    first.page.close();
    WebSocket waiting = open(); // goes on with that
    EXPECT_EQ(waiting.told().at("session"), first.session);
    wish.fresh = true;
    WebSocket starting = open(); // the guest has not begun it
    EXPECT_TRUE(starting.told().contains("session"));
    const auto before = std::chrono::steady_clock::now();
    server->stop();
    server.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
    EXPECT_TRUE(first.program->hung_up());
}

} // namespace
} // namespace web::test
