#include "guest_json.hpp"
#include "http_reply.hpp"
#include "http_request.hpp"

#include <gtest/gtest.h>

namespace vsock {
namespace {

constexpr std::string_view with_length = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
constexpr std::string_view chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                     "3\r\nhel\r\n2;ext=1\r\nlo\r\n0\r\n\r\n";

/// In pieces of `cut` bytes; what was left over.
std::size_t feed_all(HttpReply& reply, std::string_view bytes, std::size_t cut) {
    std::size_t at = 0;
    while (at < bytes.size() && !reply.done()) {
        at += reply.feed(bytes.substr(at, cut));
    }
    return bytes.size() - at;
}

TEST(HttpReply, IsReadHoweverItIsCut) {
    for (const std::string_view text : {with_length, chunked}) {
        for (std::size_t cut = 1; cut < text.size() + 10; ++cut) {
            HttpReply reply;
            EXPECT_EQ(feed_all(reply, std::string(text) + "next", cut), 4U) << cut;
            EXPECT_TRUE(reply.done());
            EXPECT_EQ(reply.status(), 200U);
            EXPECT_EQ(reply.body(), "hello");
            EXPECT_TRUE(reply.keeps_stream());
        }
    }
}

TEST(HttpReply, AStreamedBodyHasNoBound) {
    std::size_t size = 0;
    HttpReply reply([&](std::string_view bytes) { size += bytes.size(); });
    (void)reply.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string piece = "1000\r\n" + std::string(4096, 'x') + "\r\n";
    for (int i = 0; i < 1000; ++i) {
        (void)reply.feed(piece);
    }
    EXPECT_EQ(size, 4096U * 1000U);
    EXPECT_FALSE(reply.done());
}

TEST(HttpReply, AKeptBodyInManyWordsIsRefused) {
    HttpReply reply;
    (void)reply.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string piece = "1;" + std::string(4096, 'x') + "\r\nx\r\n";
    EXPECT_THROW(
        {
            for (int i = 0; i < 1000; ++i) {
                (void)reply.feed(piece);
            }
        },
        Refused);
}

void expect_refused(const std::string& text) {
    HttpReply reply;
    EXPECT_THROW((void)feed_all(reply, text, text.size()), Refused) << text.substr(0, 60);
}

TEST(HttpReply, WhatIsTooLargeIsRefused) {
    expect_refused("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n");
    expect_refused("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n");
    expect_refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40000001\r\n" +
                   std::string(20000, 'x'));
    expect_refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" +
                   std::string(20000, 'x'));
    expect_refused("HTTP/1.1 200 " + std::string(20000, 'x'));
    std::string endless = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 2000; ++i) {
        endless += "X-More: and more\r\n";
    }
    expect_refused(endless);
    HttpReply piecewise;
    EXPECT_THROW((void)feed_all(piecewise, endless, 7), Refused);
    std::string many = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 300; ++i) { // each within bounds, together not
        many += "400\r\n" + std::string(1024, 'x') + "\r\n";
    }
    expect_refused(many);
}

TEST(HttpReply, WhatIsNoReplyIsRefused) {
    for (const char* text :
         {"SSH-2.0-OpenSSH_9.2\r\n", "HTTP/2 200 OK\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
          "HTTP/1.1 200 OK\r\n\r\nends with the stream"}) {
        expect_refused(text);
    }
}

TEST(HttpReply, TellsTroubleForPeople) {
    HttpReply reply;
    const std::string body =
        R"({"error": {"kind": "busy", "message": "too many\u001b[31m programs"}})";
    (void)reply.feed("HTTP/1.1 503 No\r\nConnection: close\r\nContent-Length: " +
                     std::to_string(body.size()) + "\r\n\r\n" + body);
    EXPECT_EQ(trouble_in(reply), "503: too many programs");
    EXPECT_EQ(kind_of_trouble(reply), "busy");
    EXPECT_FALSE(reply.keeps_stream());
    HttpReply bare;
    (void)bare.feed("HTTP/1.1 500 No\r\nContent-Length: 1\r\n\r\n[");
    EXPECT_EQ(trouble_in(bare), "500");
}

TEST(HttpRequest, Bytes) {
    EXPECT_EQ(http_request("GET", "/v1/events"), "GET /v1/events HTTP/1.1\r\nHost: guest\r\n\r\n");
    EXPECT_EQ(http_request("POST", "/v1/power", "{}", "A: b\r\n"),
              "POST /v1/power HTTP/1.1\r\nHost: guest\r\nA: b\r\nContent-Type: application/json\r\n"
              "Content-Length: 2\r\n\r\n{}");
}

} // namespace
} // namespace vsock
