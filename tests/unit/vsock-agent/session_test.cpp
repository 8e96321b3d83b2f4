#include "session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace agent {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

/// Answers with what it is sent; /stream in chunks without an end, /raw after an upgrade, three
/// bytes at a time.
class Echo final : public Exchange {
  public:
    Echo(Session& session, std::string path) : session_(session), path_(std::move(path)) {}
    void body(std::string_view bytes) override {
        body_ += bytes;
        if (body_.size() > 10) {
            throw Refusal(Kind::too_large, "more than ten");
        }
    }
    void end() override {
        if (path_ == "/stream") {
            session_.start("text/plain", "X-Extra: 1\r\n");
            session_.want_room();
        } else if (path_ == "/raw") {
            session_.upgrade("echo");
        } else if (path_ == "/throw") {
            throw std::runtime_error("went wrong");
        } else if (path_ != "/later") {
            session_.answer(200, "\"" + body_ + "\"");
        }
    }
    void writable() override {
        session_.write(std::string(4096, 's'));
        session_.want_room();
    }
    std::size_t frames(std::string_view bytes) override {
        const std::string_view part = bytes.substr(0, 3);
        if (part == "bye") {
            session_.finish();
        }
        session_.write(part);
        return part.size();
    }
    bool input_ended() override { return path_ == "/raw"; }

  private:
    Session& session_;
    std::string path_;
    std::string body_;
};

class SessionTest : public testing::Test {
  protected:
    std::string flush() {
        std::string out(session.pending());
        session.sent(out.size());
        session.step();
        return out;
    }
    std::string say(std::string_view bytes) {
        session.feed(bytes);
        return flush();
    }

    Answerer answerer = [](Session& asker, const Head& head) -> std::unique_ptr<Exchange> {
        if (head.path == "/none") {
            throw Refusal(Kind::unsupported, "no");
        }
        return std::make_unique<Echo>(asker, head.path);
    };
    Session session{answerer, [] {}};
};

TEST_F(SessionTest, KeepsAConnectionForFurtherRequests) {
    const std::string request = "PUT /x HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc";
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                               "Content-Length: 5\r\n\r\n\"abc\"";
    EXPECT_EQ(say(request), answer);
    EXPECT_EQ(say(request + request), answer + answer);
    EXPECT_FALSE(session.over());
    EXPECT_EQ(session.held(), 0U);
}

TEST_F(SessionTest, EndsWhenTheClientSaysSo) {
    EXPECT_THAT(say("GET /x HTTP/1.1\r\nConnection: close\r\n\r\n"),
                HasSubstr("Connection: close\r\n"));
    EXPECT_TRUE(session.over());
}

TEST_F(SessionTest, AnErrorIsAnAnswerAndTheNextRequestIsServed) {
    EXPECT_THAT(say("PUT /none HTTP/1.1\r\nContent-Length: 4\r\n\r\nab"),
                AllOf(StartsWith("HTTP/1.1 404 Not Found\r\n"),
                      EndsWith(R"({"error":{"kind":"unsupported","message":"no"}})")));
    EXPECT_THAT(say("cdGET /throw HTTP/1.1\r\n\r\n"),
                AllOf(StartsWith("HTTP/1.1 500 "), HasSubstr("went wrong")));
    EXPECT_THAT(say("GET /x HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 200 OK"));
}

TEST_F(SessionTest, ABodyThatIsTooLongIsSwallowed) {
    const std::string answer =
        say("PUT /x HTTP/1.1\r\nContent-Length: 100000\r\n\r\n" + std::string(50000, 'x'));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
    EXPECT_EQ(session.held(), 0U);
    EXPECT_EQ(say(std::string(50000, 'x')), "");
    EXPECT_THAT(say("GET /x HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 200 OK"));
}

TEST_F(SessionTest, GarbageEndsTheConnection) {
    EXPECT_THAT(say("\x16\x03\x01 what is this\r\n\r\n"),
                AllOf(StartsWith("HTTP/1.1 400 Bad Request"), HasSubstr("Connection: close")));
    EXPECT_TRUE(session.over());
    EXPECT_EQ(say("GET /x HTTP/1.1\r\n\r\n"), "");
}

TEST_F(SessionTest, AHeadWithoutEndIsRefused) {
    std::string out;
    for (int i = 0; i < 20 && !session.over(); ++i) {
        out += say(i == 0 ? "GET /x HTTP/1.1\r\nX: " : std::string(1000, 'x'));
    }
    EXPECT_THAT(out, StartsWith("HTTP/1.1 413 "));
    EXPECT_TRUE(session.over());
    EXPECT_EQ(session.held(), 0U);
}

TEST_F(SessionTest, AStreamStopsWhileNobodyReads) {
    session.feed("GET /stream HTTP/1.1\r\n\r\n");
    const std::size_t first = session.pending().size();
    EXPECT_GT(first, Session::output_room / 2);
    EXPECT_LT(first, Session::output_room + 8192);
    session.step();
    EXPECT_EQ(session.pending().size(), first);
    session.sent(1000);
    session.step();
    EXPECT_LT(session.pending().size(), first + 8192);
    EXPECT_GT(flush().size(), 0U);
    EXPECT_GT(session.pending().size(), Session::output_room / 2);
}

TEST_F(SessionTest, TheNextRequestWaitsForAnAnswer) {
    EXPECT_EQ(say("GET /later HTTP/1.1\r\n\r\nGET /x HTTP/1.1\r\n\r\n"), "");
    EXPECT_GT(session.held(), 0U);
    session.answer(200, "1");
    session.step();
    const std::string out = flush();
    EXPECT_THAT(out, HasSubstr("\r\n\r\n1HTTP/1.1 200 OK"));
}

TEST_F(SessionTest, AnUpgradeCarriesBytes) {
    EXPECT_THAT(say("GET /raw HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\nhello "),
                AllOf(StartsWith("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\n"),
                      EndsWith("\r\n\r\nhello ")));
    EXPECT_EQ(say("you"), "you");
    EXPECT_FALSE(session.over());
    say("bye");
    EXPECT_TRUE(session.over());
}

TEST_F(SessionTest, TheEndOfInputEndsWhatMakesNoSenseWithout) {
    say("GET /raw HTTP/1.1\r\n\r\n");
    session.input_ended();
    EXPECT_TRUE(session.over());
}

TEST_F(SessionTest, TheEndOfInputLeavesAnAnswerOnItsWay) {
    say("GET /later HTTP/1.1\r\n\r\n");
    session.input_ended();
    EXPECT_FALSE(session.over());
    session.answer(200, "1");
    session.step();
    EXPECT_THAT(flush(), EndsWith("\r\n\r\n1"));
    EXPECT_TRUE(session.over());
}

TEST_F(SessionTest, TheEndOfInputInARequestEndsThatRequest) {
    for (const char* text : {"GET /x HT", "PUT /x HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"}) {
        Session other(answerer, [] {});
        other.feed(text);
        other.input_ended();
        EXPECT_TRUE(other.over()) << text;
        EXPECT_EQ(other.pending(), "");
    }
}

TEST_F(SessionTest, WhoWaitsToBeAskedForTheBodyIsAsked) {
    EXPECT_EQ(say("PUT /x HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n"),
              "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_THAT(say("a"), StartsWith("HTTP/1.1 200 OK"));
    EXPECT_THAT(say("PUT /none HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n"),
                StartsWith("HTTP/1.1 404 "));
    EXPECT_TRUE(session.over());
}

} // namespace
} // namespace agent
