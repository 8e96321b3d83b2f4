#include "exchange.hpp"
#include "journal.hpp"

#include <banger/cpp/error.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/eventfd.h>
#include <sys/socket.h>

namespace vsock {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

/// The agent's end of a stream, played by the test.
class Exchanges : public testing::Test {
  protected:
    Exchanges() {
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
        own_ = Descriptor(ends[0]);
        guest_ = Descriptor(ends[1]);
    }
    Exchange exchange(std::chrono::milliseconds limit = 5s) {
        return {"web", std::move(own_), limit, cancel_.fd()};
    }
    void say(std::string_view bytes) {
        EXPECT_EQ(::send(guest_.fd(), bytes.data(), bytes.size(), 0),
                  static_cast<ssize_t>(bytes.size()));
    }
    std::string hear() {
        std::array<char, 4096> buffer{};
        const ssize_t got = ::recv(guest_.fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
    }
    static banger_status status_of(const std::function<void()>& act) {
        try {
            act();
        } catch (const banger::Error& error) {
            return error.code();
        }
        return BANGER_OK;
    }

    Descriptor own_, guest_;
    Descriptor cancel_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
};

TEST_F(Exchanges, PowerIsAskedForAndTaken) {
    say("HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}");
    Exchange own = exchange();
    ask_power(own, "shutdown", "a \"reason\"");
    const std::string request = hear();
    EXPECT_EQ(request.rfind("POST /v1/power HTTP/1.1\r\n", 0), 0U);
    EXPECT_EQ(json::parse(request.substr(request.find("\r\n\r\n") + 4)),
              (json{{"action", "shutdown"}, {"reason", "a \"reason\""}}));
}

TEST_F(Exchanges, PowerThatIsNotTakenGoesAnotherWay) {
    say("HTTP/1.1 501 No\r\nContent-Length: 2\r\n\r\n{}");
    Exchange own = exchange();
    EXPECT_EQ(status_of([&] { ask_power(own, "shutdown", "x"); }), BANGER_E_UNAVAILABLE);
}

TEST_F(Exchanges, ASilentGuestCostsItsTimeOnly) {
    Exchange own = exchange(50ms);
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(status_of([&] { ask_power(own, "shutdown", "x"); }), BANGER_E_UNAVAILABLE);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
}

TEST_F(Exchanges, AGuestThatDribblesHasNoMoreTime) {
    Exchange own = exchange(200ms);
    std::thread dribble([this] {
        for (int i = 0; i < 100; ++i) {
            if (::send(guest_.fd(), "H", 1, MSG_NOSIGNAL) != 1) {
                return;
            }
            std::this_thread::sleep_for(10ms);
        }
    });
    EXPECT_EQ(status_of([&] { ask_power(own, "shutdown", "x"); }), BANGER_E_UNAVAILABLE);
    dribble.join();
}

TEST_F(Exchanges, AGuestThatBreaksOff) {
    say("HTTP/1.1 202 Acc");
    guest_ = Descriptor();
    Exchange own = exchange();
    EXPECT_EQ(status_of([&] { ask_power(own, "shutdown", "x"); }), BANGER_E_UNAVAILABLE);
}

std::string chunk(const std::string& bytes) {
    std::array<char, 32> size{};
    (void)std::snprintf(size.data(), size.size(), "%zx", bytes.size());
    return std::string(size.data()) + "\r\n" + bytes + "\r\n";
}

constexpr const char* journal_head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST_F(Exchanges, AJournalIsWhatTheGuestWrote) {
    say(journal_head + chunk("Nov 30 a\x1b[31m\xff\n") + chunk("<b>b\n") + chunk(""));
    Exchange own = exchange();
    const JournalText journal = read_journal(own, 500, R"(dev-disk-by\x2did.swap)");
    EXPECT_EQ(journal.text, "Nov 30 a\x1b[31m\xff\n<b>b\n");
    EXPECT_FALSE(journal.cut);
    EXPECT_EQ(
        hear().rfind("GET /v1/journal?lines=500&unit=dev-disk-by%5Cx2did.swap HTTP/1.1\r\n", 0),
        0U);
}

TEST_F(Exchanges, AJournalWithoutAnEndCostsABoundedRoomAndTime) {
    std::thread flood([this] {
        const std::string part = chunk(std::string(1000, 'x') + "\n");
        std::string_view left = journal_head;
        while (::send(guest_.fd(), left.data(), left.size(), MSG_NOSIGNAL) > 0) {
            left = part;
        }
    });
    {
        Exchange own = exchange(300ms);
        EXPECT_EQ(status_of([&] { (void)read_journal(own, 1, ""); }), BANGER_E_UNAVAILABLE);
    }
    flood.join();
}

TEST_F(Exchanges, OfALargeJournalTheEndIsKept) {
    std::thread tell([this] {
        std::string all = journal_head;
        for (int i = 0; i < 3000; ++i) {
            all += chunk(std::string(1000, 'x') + " " + std::to_string(i) + "\n");
        }
        all += chunk("");
        for (std::string_view left = all; !left.empty();) {
            const ssize_t sent = ::send(guest_.fd(), left.data(), left.size(), MSG_NOSIGNAL);
            ASSERT_GT(sent, 0);
            left.remove_prefix(static_cast<std::size_t>(sent));
        }
    });
    Exchange own = exchange(20s);
    const JournalText journal = read_journal(own, 3000, "");
    tell.join();
    EXPECT_TRUE(journal.cut);
    EXPECT_LE(journal.text.size(), most_journal);
    EXPECT_GT(journal.text.size(), most_journal - 2000);
    EXPECT_EQ(journal.text.rfind("x 2999\n"), journal.text.size() - 7);
    EXPECT_EQ(journal.text.find('x'), 0U) << "of whole lines";
}

TEST_F(Exchanges, AJournalThatIsNotThereSaysWhy) {
    say("HTTP/1.1 501 No\r\nContent-Length: 80\r\n\r\n"
        R"({"error": {"kind": "unsupported", "message": "this guest has no journal\u0007"}})");
    Exchange own = exchange();
    try {
        (void)read_journal(own, 1, "ssh");
        FAIL();
    } catch (const banger::Error& error) {
        EXPECT_NE(std::string(error.what()).find("refuses: this guest has no journal"),
                  std::string::npos)
            << error.what();
    }
}

TEST_F(Exchanges, CancelledAtOnce) {
    ASSERT_EQ(::eventfd_write(cancel_.fd(), 1), 0);
    Exchange own = exchange();
    EXPECT_EQ(status_of([&] { ask_power(own, "shutdown", "x"); }), BANGER_E_CANCELLED);
}

TEST_F(Exchanges, AProgramsStreamBeginsAtItsFirstFrame) {
    const std::string frame("\x01\0\0\0\x02\0\0\0hi", 10);
    say("HTTP/1.1 101 Switching Protocols\r\nUpgrade: banger-exec/1\r\nConnection: "
        "Upgrade\r\n\r\n" +
        frame);
    Exchange own = exchange();
    const Descriptor stream(start_program(own, R"({"argv":["true"]})"));
    const std::string request = hear();
    EXPECT_NE(request.find("Upgrade: banger-exec/1\r\n"), std::string::npos);
    EXPECT_NE(request.find("\r\n\r\n{\"argv\":[\"true\"]}"), std::string::npos);
    std::array<char, 64> buffer{};
    const ssize_t got = ::recv(stream.fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    EXPECT_EQ(std::string(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))),
              frame);
    EXPECT_EQ(::fcntl(stream.fd(), F_GETFL) & O_NONBLOCK, 0) << "the host gets a blocking one";
    EXPECT_NE(::fcntl(stream.fd(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST_F(Exchanges, AProgramThatIsRefusedSaysWhy) {
    const std::string body = R"({"error":{"kind":"invalid","message":"argv is empty"}})";
    say("HTTP/1.1 400 Bad\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    Exchange own = exchange();
    try {
        (void)start_program(own, "{}");
        FAIL() << "it was refused";
    } catch (const banger::Error& error) {
        EXPECT_EQ(error.code(), BANGER_E_INVALID);
        EXPECT_STREQ(error.what(), "the agent of VM web refuses: argv is empty");
    }
}

TEST_F(Exchanges, SaysWhoseAgentAndWhatItWas) {
    const auto told = [](const std::function<void()>& act) {
        try {
            act();
        } catch (const banger::Error& error) {
            return std::string(error.what()) + "; " + error.hint();
        }
        return std::string();
    };
    const std::string body = R"({"error":{"kind":"not_found","message":"no such user: bogus"}})";
    say("HTTP/1.1 404 No\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    Exchange own = exchange(1200ms);
    EXPECT_EQ(told([&] { (void)start_program(own, "{}"); }), "VM web has no user bogus; ");
    EXPECT_EQ(told([&] { (void)start_program(own, "{}"); }),
              "the agent of VM web did not answer within 2 s; banger doctor tells of agents");
}

TEST_F(Exchanges, WhereNoProgramCanBeStartedTheHostGoesAnotherWay) {
    say("HTTP/1.1 503 Busy\r\nContent-Length: "
        "40\r\n\r\n{\"error\":{\"kind\":\"busy\",\"message\":\"x\"}} ");
    Exchange own = exchange();
    EXPECT_EQ(status_of([&] { (void)start_program(own, "{}"); }), BANGER_E_UNAVAILABLE);
}

TEST_F(Exchanges, AHeadWithoutAnEndIsRefused) {
    say("HTTP/1.1 101 Switching Protocols\r\n" + std::string(20000, 'x'));
    Exchange own = exchange();
    EXPECT_EQ(status_of([&] { (void)start_program(own, "{}"); }), BANGER_E_UNAVAILABLE);
}

TEST_F(Exchanges, ARequestIsNotLongerThanTheAgentTakes) {
    Exchange own = exchange();
    EXPECT_EQ(status_of([&] { (void)start_program(own, std::string(70000, ' ')); }),
              BANGER_E_INVALID);
    EXPECT_EQ(hear(), "");
}

} // namespace
} // namespace vsock
