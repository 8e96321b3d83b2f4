#include "request.hpp"

#include "refusal.hpp"

#include <gtest/gtest.h>

namespace agent {
namespace {

Head parse(const std::string& text) {
    RequestParser parser;
    (void)parser.put(text, [](std::string_view) {});
    EXPECT_TRUE(parser.has_head());
    return parser.head();
}

Kind refusal_of(const std::string& text) {
    RequestParser parser;
    try {
        (void)parser.put(text, [](std::string_view) {});
    } catch (const Refusal& refusal) {
        return refusal.kind();
    }
    ADD_FAILURE() << "was taken: " << text.substr(0, 60);
    return Kind::failed;
}

TEST(RequestTest, TakesATargetApart) {
    const Head head = parse("GET /v1/files?path=/a%20b%2Fc&mode=0644&follow HTTP/1.1\r\n\r\n");
    EXPECT_EQ(head.method, "GET");
    EXPECT_EQ(head.path, "/v1/files");
    EXPECT_EQ(head.parameter("path"), "/a b/c");
    EXPECT_EQ(head.parameter("mode"), "0644");
    EXPECT_EQ(head.parameter("absent"), "");
    EXPECT_FALSE(head.close);
}

TEST(RequestTest, KnowsWhatTheHeaderFieldsAsk) {
    const Head head = parse("POST /x HTTP/1.1\r\nConnection: close, upgrade\r\nUPGRADE: "
                            "Banger-Exec/1\r\nExpect: 100-Continue\r\nContent-Length: 5\r\n\r\n");
    EXPECT_EQ(head.upgrade, "banger-exec/1");
    EXPECT_TRUE(head.expects_continue);
    EXPECT_TRUE(head.close);
    EXPECT_EQ(head.length, 5U);
}

TEST(RequestTest, StopsBehindTheHeadAndBehindTheBody) {
    RequestParser parser;
    std::string body;
    const auto collect = [&](std::string_view bytes) { body += bytes; };
    const std::string text = "PUT /x HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /";
    const std::size_t head = parser.put(text, collect);
    EXPECT_EQ(text.substr(head), "abcGET /");
    EXPECT_FALSE(parser.done());
    const std::size_t rest = parser.put(text.substr(head), collect);
    EXPECT_EQ(rest, 3U);
    EXPECT_TRUE(parser.done());
    EXPECT_EQ(body, "abc");
}

TEST(RequestTest, TakesItByteByByteAndInChunks) {
    RequestParser parser;
    std::string held;
    std::string body;
    const std::string text = "PUT /x HTTP/1.1\r\nA: b\r\nTransfer-Encoding: chunked\r\n\r\n"
                             "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: z\r\n\r\n";
    for (const char c : text) {
        ASSERT_FALSE(parser.done());
        held += c;
        held.erase(0, parser.put(held, [&](std::string_view bytes) { body += bytes; }));
    }
    EXPECT_TRUE(parser.done());
    EXPECT_EQ(held, "");
    EXPECT_EQ(body, "abcde");
}

TEST(RequestTest, RefusesWhatIsNoRequest) {
    EXPECT_EQ(refusal_of("nonsense\r\n\r\n"), Kind::invalid);
    EXPECT_EQ(refusal_of("GET / HTTP/1.0\r\n\r\n"), Kind::invalid);
    EXPECT_EQ(refusal_of("GET x HTTP/1.1\r\n\r\n"), Kind::invalid);
    EXPECT_EQ(refusal_of("GET /%zz HTTP/1.1\r\n\r\n"), Kind::invalid);
    EXPECT_EQ(refusal_of("GET /%00 HTTP/1.1\r\n\r\n"), Kind::invalid);
    EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"), Kind::invalid);
    EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n"
                         "\r\n"),
              Kind::invalid);
    EXPECT_EQ(refusal_of("GET /" + std::string(9000, 'x')), Kind::too_large);
    EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nX: " + std::string(9000, 'x')), Kind::too_large);
}

TEST(RequestTest, NumbersHaveBounds) {
    const Head head = parse("GET /x?a=5&b=99999999999999999999&c=x&d=-1 HTTP/1.1\r\n\r\n");
    EXPECT_EQ(head.number("a", 1, 0, 5), 5U);
    EXPECT_EQ(head.number("absent", 7, 0, 1), 7U);
    EXPECT_THROW((void)head.number("a", 1, 0, 4), Refusal);
    EXPECT_THROW((void)head.number("b", 1, 0, UINT64_MAX), Refusal);
    EXPECT_THROW((void)head.number("c", 1, 0, 9), Refusal);
    EXPECT_THROW((void)head.number("d", 1, 0, 9), Refusal);
}

} // namespace
} // namespace agent
