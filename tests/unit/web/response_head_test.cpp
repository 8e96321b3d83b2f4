#include "http/response_head.hpp"

#include "http/feed.hpp"
#include "http/refusal_page.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace web {
namespace {

/// How often the head has this line.
int lines(const std::string& head, const std::string& line) {
    int count = 0;
    for (std::size_t at = head.find("\r\n" + line + "\r\n"); at != std::string::npos;
         at = head.find("\r\n" + line + "\r\n", at + 1)) {
        ++count;
    }
    return count;
}

constexpr const char* guarding[] = {
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src "
    "'self'; connect-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; require-trusted-types-for 'script'; trusted-types banger",
    "X-Content-Type-Options: nosniff",
    "X-Frame-Options: DENY",
    "Cross-Origin-Opener-Policy: same-origin",
    "Cross-Origin-Resource-Policy: same-origin",
    "Referrer-Policy: same-origin",
    "Permissions-Policy: camera=(), microphone=(), geolocation=()"};

class NoFeed : public Feed {
    void open(Write) override {}
    void close() noexcept override {}
};

TEST(ResponseHead, GuardsEveryKindOfResponse) { // T5, T8, T9, T11, T18
    Response file = Response::text("x");
    file.immutable = true;
    Response feed;
    feed.feed = std::make_shared<NoFeed>();
    Response unchanged;
    unchanged.status = 304;
    for (const Response& response :
         {Response::html("x"), Response::html("x", 404), Response::text("x"), Response::json("{}"),
          Response::see("/vms"), refusal_page({421, "a", "b", "c"}), file, feed, unchanged}) {
        const std::string head = response_head(response, true);
        for (const char* line : guarding) {
            EXPECT_EQ(lines(head, line), 1) << head;
        }
        EXPECT_EQ(lines(head, "Cache-Control: no-store"), response.immutable ? 0 : 1) << head;
        EXPECT_EQ(head.find("Set-Cookie"), std::string::npos);
        EXPECT_EQ(head.find("Access-Control-"), std::string::npos);
        EXPECT_EQ(head.substr(head.size() - 4), "\r\n\r\n");
        EXPECT_EQ(head.find("\r\n\r\n"), head.size() - 4);
    }
    EXPECT_EQ(
        lines(response_head(file, true), "Cache-Control: private, max-age=31536000, immutable"), 1);
}

TEST(ResponseHead, SaysWhereTheBodyEnds) {
    const std::string head = response_head(Response::text("four"), true);
    EXPECT_EQ(head.find("HTTP/1.1 200 OK\r\n"), 0U);
    EXPECT_EQ(lines(head, "Content-Length: 4"), 1);
    EXPECT_EQ(lines(head, "Content-Type: text/plain; charset=utf-8"), 1);
    EXPECT_EQ(lines(head, "Connection: keep-alive"), 1);
    EXPECT_EQ(lines(response_head(Response::text(""), false), "Connection: close"), 1);
    Response feed;
    feed.feed = std::make_shared<NoFeed>();
    const std::string feeding = response_head(feed, true);
    EXPECT_EQ(lines(feeding, "Content-Type: text/event-stream"), 1);
    EXPECT_EQ(lines(feeding, "Connection: close"), 1);
    EXPECT_EQ(feeding.find("Content-Length"), std::string::npos);
    Response unchanged;
    unchanged.status = 304;
    EXPECT_EQ(response_head(unchanged, true).find("Content-"),
              response_head(unchanged, true).find("Content-Security-Policy"));
}

TEST(ResponseHead, TakesWhatTheResponseSaysItself) {
    Response panel = Response::html("x");
    panel.headers.emplace_back("content-security-policy", "sandbox");
    panel.headers.emplace_back("Cache-Control", "max-age=5");
    const std::string head = response_head(panel, true);
    EXPECT_EQ(lines(head, "content-security-policy: sandbox"), 1);
    EXPECT_EQ(head.find("default-src"), std::string::npos);
    EXPECT_EQ(head.find("no-store"), std::string::npos);
    EXPECT_EQ(lines(head, "X-Frame-Options: DENY"), 1);
}

TEST(ResponseHead, LetsNoValueBecomeAnotherHeader) {
    for (const std::string& value :
         {std::string("/vms\r\nSet-Cookie: a=b"), std::string("/vms\n"), std::string("a\rb"),
          std::string("a\0b", 3), std::string("a\x7f")}) {
        EXPECT_THROW((void)response_head(Response::see(value), true), std::logic_error);
    }
    Response response;
    response.headers.emplace_back("A b", "c");
    EXPECT_THROW((void)response_head(response, true), std::logic_error);
}

TEST(RefusalPage, ShowsWhatItWasSentAsText) { // T9
    const Response page =
        refusal_page({403, "<b>", "from \"'><script>alert(1)</script>&", "<img src=x>"});
    EXPECT_EQ(page.status, 403);
    EXPECT_EQ(page.body.find("<script"), std::string::npos);
    EXPECT_EQ(page.body.find("<img"), std::string::npos);
    EXPECT_NE(page.body.find("&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;"),
              std::string::npos);
}

TEST(RefusalPage, SaysWhichMethodsThereAre) {
    EXPECT_NE(response_head(refusal_page({405, "", "", ""}), false)
                  .find("\r\nAllow: GET, HEAD, POST\r\n"),
              std::string::npos);
}

} // namespace
} // namespace web
