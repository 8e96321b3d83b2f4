#include "console.hpp"

#include <sys/wait.h>
#include <unistd.h>

namespace web::test {
namespace {

using std::chrono::milliseconds;

class Requests : public Console {
  protected:
    Requests() { start(); }
    [[nodiscard]] std::string with_host(const std::string& host) const {
        return "GET /page HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
    }
    [[nodiscard]] std::string form(const std::string& headers, const std::string& body) const {
        return post("/change", "Host: " + own_host() + "\r\n" + headers, body);
    }
    const std::string type = "Content-Type: application/x-www-form-urlencoded\r\n";
};

TEST_F(Requests, OfOurPagesAreAnswered) {
    RawClient client(server->port());
    for (int i = 0; i < 3; ++i) { // by one connection
        const auto answer = client.ask(get("/page"));
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.body, "<h1>page</h1>");
        EXPECT_EQ(answer.header("connection"), "keep-alive");
    }
    const auto changed = client.ask(post("/change"));
    EXPECT_EQ(changed.status, 303);
    EXPECT_EQ(changed.header("location"), "/page");
    EXPECT_EQ(changes, 1);
    EXPECT_EQ(client.ask(get("/nowhere")).status, 404);
    EXPECT_EQ(client.ask(get("/change")).status, 405);
    EXPECT_EQ(client.ask(get("/page?q=%zz")).status, 400);
    EXPECT_EQ(client.ask(get("/page")).status, 200); // none of this ended the connection
}

TEST_F(Requests, ForAnotherHostAreMisdirected) { // T1, T2, T7
    const std::string port = std::to_string(server->port());
    for (const std::string& host :
         {std::string("evil.test"), "evil.test:" + port, "127.0.0.1.evil:" + port,
          "localhost.evil:" + port, "localhost.:" + port, "0.0.0.0:" + port,
          "[::ffff:127.0.0.1]:" + port, "[::1]:" + port, "user@127.0.0.1:" + port,
          std::string("127.0.0.1:1"), std::string("127.0.0.1"), std::string("")}) {
        RawClient client(server->port());
        const auto answer = client.ask(with_host(host));
        EXPECT_EQ(answer.status, 421) << host;
        EXPECT_EQ(answer.header("connection"), "close");
        EXPECT_EQ(answer.body.find("evil"), std::string::npos) << answer.body;
        EXPECT_TRUE(client.ends_within(milliseconds(5000)));
        for (const char* path : {"/healthz", "/feed", "/static/x/y", "/nowhere"}) {
            EXPECT_EQ(
                status_of("GET " + std::string(path) + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n"),
                421);
        }
    }
    for (const std::string& host :
         {"LOCALHOST:" + port, "localhost:" + port, "banger.localhost:" + port}) {
        EXPECT_EQ(status_of(with_host(host)), 200) << host;
    }
    // As a rebound page asks: no Fetch Metadata, and its Origin is its Host.
    EXPECT_EQ(status_of(post("/change",
                             "Host: evil.test:" + port + "\r\nOrigin: http://evil.test:" + port +
                                 "\r\n" + type,
                             "csrf=" + token())),
              421);
    EXPECT_EQ(changes, 0);
}

TEST_F(Requests, HaveOneHostAndAPath) { // T1
    EXPECT_EQ(status_of("GET /page HTTP/1.1\r\n\r\n"), 400);
    EXPECT_EQ(status_of("GET /page HTTP/1.0\r\n\r\n"), 400);
    const std::string host = "Host: " + own_host() + "\r\n";
    EXPECT_EQ(status_of("GET /page HTTP/1.1\r\n" + host + host + "\r\n"), 400);
    EXPECT_EQ(status_of("GET /page HTTP/1.1\r\n" + host + "Host: evil.test\r\n\r\n"), 400);
    EXPECT_EQ(status_of("GET /page HTTP/1.1\r\nHost: evil.test\r\n" + host + "\r\n"), 400);
    EXPECT_EQ(status_of("GET /page HTTP/1.1\r\nHOST: a\r\n" + host + "\r\n"), 400);
    EXPECT_EQ(status_of("GET http://" + own_host() + "/page HTTP/1.1\r\n" + host + "\r\n"), 400);
    EXPECT_EQ(status_of("GET http://evil.test/page HTTP/1.1\r\n" + host + "\r\n"), 400);
    EXPECT_EQ(status_of("GET //evil.test/ HTTP/1.1\r\n" + host + "\r\n"), 400);
    EXPECT_EQ(status_of("CONNECT evil.test:80 HTTP/1.1\r\n" + host + "\r\n"), 400);
    EXPECT_EQ(status_of("OPTIONS * HTTP/1.1\r\n" + host + "\r\n"), 400);
}

TEST_F(Requests, OfOtherPagesChangeNothing) { // T3, T4, T5
    const std::string good = "csrf=" + token();
    const std::string own = "Origin: " + origin() + "\r\n";
    const std::string port = std::to_string(server->port());
    const std::pair<std::string, int> rows[] = {
        {form(type, good), 403},
        {form("Origin: null\r\n" + type, good), 403},
        {form("Origin: http://127.0.0.1:8080\r\nSec-Fetch-Site: same-site\r\n" + type, good), 403},
        {form("Origin: http://evil.test\r\nSec-Fetch-Site: cross-site\r\n" + type, good), 403},
        {form(own + "Sec-Fetch-Site: same-site\r\n" + type, good), 403},
        {form(own + "Sec-Fetch-Site: cross-site\r\n" + type, good), 403},
        {form("Origin: http://localhost:" + port + "\r\n" + type, good), 403},
        {form(own + "Content-Type: text/plain\r\n", good), 415},
        {form(own + "Content-Type: multipart/form-data; boundary=x\r\n", good), 415},
        {form(own + "Content-Type: application/json\r\n", "{}"), 415},
        {form(own, good), 415},
        {form(own + type, ""), 403},
        {form(own + type, "csrf=x"), 403},
        {form(own + "Cookie: csrf=" + token() + "\r\n" + type, "a=b"), 403},
        {post("/change?csrf=" + token(), "Host: " + own_host() + "\r\n" + own + type, "a=b"), 403},
        {get("/change?csrf=" + token()), 405},
        {get("/change", "X-HTTP-Method-Override: POST\r\nX-Banger-CSRF: " + token() + "\r\n"), 405},
        {get("/page?_method=POST"), 200},
        {post("/page", "Host: " + own_host() + "\r\n" + own + type, good + "&_method=GET"), 405}};
    for (const auto& [bytes, status] : rows) {
        EXPECT_EQ(status_of(bytes), status) << bytes;
    }
    EXPECT_EQ(changes, 0);
    EXPECT_EQ(status_of(form(own + "Sec-Fetch-Site: same-origin\r\nX-Banger-CSRF: " + token() +
                                 "\r\n" + type,
                             "a=b")),
              303);
    EXPECT_EQ(changes, 1);
}

TEST_F(Requests, ThatOtherPagesEmbedAreRefused) { // T6, T8, T11
    const auto fetched = [this](const std::string& site, const std::string& mode,
                                const std::string& dest) {
        return status_of(get("/page", "Sec-Fetch-Site: " + site + "\r\nSec-Fetch-Mode: " + mode +
                                          "\r\nSec-Fetch-Dest: " + dest + "\r\n"));
    };
    for (const char* site : {"same-site", "cross-site"}) {
        for (const char* dest : {"script", "image", "style", "font", "object", "embed", "empty"}) {
            EXPECT_EQ(fetched(site, "no-cors", dest), 403) << site << dest;
        }
        EXPECT_EQ(fetched(site, "navigate", "iframe"), 403);
        EXPECT_EQ(fetched(site, "navigate", "document"), 200);
    }
    EXPECT_EQ(fetched("none", "navigate", "document"), 200);
    const std::string upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                                "dGhlIHNhbXBsZSBub25jZQ==\r\n";
    EXPECT_EQ(status_of(get("/page", upgrade + "Origin: http://127.0.0.1:8080\r\n")), 403);
    EXPECT_EQ(status_of(get("/page", upgrade + "Origin: http://evil.test\r\n")), 403);
    EXPECT_EQ(status_of(get("/page", upgrade)), 403); // T6: nobody says who asks
    EXPECT_EQ(status_of(get("/page", upgrade + "Origin: " + origin() + "\r\n")), 200); // a page
}

TEST_F(Requests, OfAnotherUserAreRefused) { // T14
    if (::geteuid() != 0) {
        GTEST_SKIP() << "needs root, to become somebody else";
    }
    const std::string page = get("/page");
    const std::string change = post("/change");
    const std::uint16_t port = server->port();
    for (const std::string& bytes : {page, change, std::string("GET / HTTP/1.1\r\n\r\n")}) {
        EXPECT_TRUE(as_nobody([&] {
            RawClient client(port);
            const auto answer = client.ask(bytes);
            return answer.status == 403 && answer.body.find("another user") != std::string::npos &&
                   answer.body.find("page</h1>") == std::string::npos &&
                   client.ends_within(milliseconds(5000));
        })) << bytes;
    }
    EXPECT_TRUE(as_nobody([&] { // one that does not wait for its answer
        RawClient client(port);
        return client.send(change);
    }));
    EXPECT_EQ(status_of(page), 200);
    EXPECT_EQ(changes, 0);
}

TEST_F(Requests, AreAnsweredWithTheHeadersThatGuard) { // T4, T8, T18
    const std::pair<std::string, int> rows[] = {
        {get("/page"), 200},
        {get("/nowhere"), 404},
        {get("/change"), 405},
        {post("/change"), 303},
        {get("/throw"), 500},
        {get("/page", "Origin: null\r\n"), 403},
        {with_host("evil.test"), 421},
        {get("/" + std::string(9000, 'a')), 414},
        {get("/page", "A: " + std::string(20000, 'a') + "\r\n"), 431},
        {"DELETE /page HTTP/1.1\r\nHost: " + own_host() + "\r\n\r\n", 405},
        {"rubbish\r\n\r\n", 400}};
    for (const auto& [bytes, status] : rows) {
        const auto answer = ask(bytes);
        EXPECT_EQ(answer.status, status) << bytes.substr(0, 200);
        EXPECT_EQ(answer.header("x-frame-options"), "DENY");
        EXPECT_EQ(answer.header("x-content-type-options"), "nosniff");
        EXPECT_EQ(answer.header("cross-origin-opener-policy"), "same-origin");
        EXPECT_EQ(answer.header("cross-origin-resource-policy"), "same-origin");
        EXPECT_EQ(answer.header("referrer-policy"), "same-origin");
        EXPECT_EQ(answer.header("cache-control"), "no-store");
        EXPECT_NE(answer.header("content-security-policy").find("default-src 'none'"),
                  std::string::npos);
        for (const auto& [name, value] : answer.headers) {
            EXPECT_NE(name, "set-cookie");
            EXPECT_NE(name.substr(0, 15), "access-control-") << value;
        }
    }
}

TEST_F(Requests, OfHeadHaveNoBody) {
    RawClient client(server->port());
    const auto answer = client.ask("HEAD /page HTTP/1.1\r\nHost: " + own_host() + "\r\n\r\n", true);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("content-length"), "13");
    EXPECT_EQ(client.ask(get("/page")).body, "<h1>page</h1>"); // nothing lies before it
    EXPECT_EQ(client.ask("HEAD /feed HTTP/1.1\r\nHost: " + own_host() + "\r\n\r\n", true)
                  .header("content-type"),
              "text/event-stream");
    EXPECT_TRUE(client.ends_within(milliseconds(5000)));
}

TEST_F(Requests, OfHttp10EndTheirConnection) {
    RawClient client(server->port());
    const auto answer = client.ask("GET /page HTTP/1.0\r\nHost: " + own_host() +
                                   "\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("connection"), "close");
    EXPECT_TRUE(client.ends_within(milliseconds(5000)));
    RawClient other(server->port());
    EXPECT_EQ(other.ask(get("/page", "Connection: close\r\n")).status, 200);
    EXPECT_TRUE(other.ends_within(milliseconds(5000)));
}

TEST_F(Requests, InARowAreAnsweredInTheirOrder) {
    RawClient client(server->port());
    ASSERT_TRUE(client.send(get("/slow") + get("/page") + post("/change") + get("/healthz")));
    EXPECT_EQ(client.read().body, "slow");
    EXPECT_EQ(client.read().body, "<h1>page</h1>");
    EXPECT_EQ(client.read().status, 303);
    EXPECT_EQ(client.read().body, "ok\n");
}

TEST_F(Requests, BehindARefusedOneAreNotSeen) {
    for (const std::string& first :
         {with_host("evil.test"), get("/page", "Origin: null\r\n"), get("/page", "Expect: x\r\n"),
          form("Origin: " + origin() + "\r\nContent-Type: text/plain\r\n", post("/change")),
          "GET /page HTTP/1.1\r\nHost: " + own_host() + "\r\nContent-Length: 9\r\n\r\n",
          std::string("rubbish\r\n\r\n")}) {
        RawClient client(server->port());
        ASSERT_TRUE(client.send(first + post("/change")));
        EXPECT_GE(client.read().status, 400);
        EXPECT_EQ(client.read().status, 0);
    }
    EXPECT_EQ(changes, 0);
}

TEST_F(Requests, WhoseEndIsInDoubtAreRefused) {
    const std::string head =
        "POST /change HTTP/1.1\r\nHost: " + own_host() + "\r\nOrigin: " + origin() + "\r\n" + type;
    const std::string body = "csrf=" + token();
    const std::string size = std::to_string(body.size());
    for (const std::string& lengths :
         {"Content-Length: " + size + "\r\nContent-Length: " + size + "\r\n",
          "Content-Length: " + size + "\r\nContent-Length: 0\r\n",
          "Content-Length: " + size + ", " + size + "\r\n",
          "Content-Length: " + size + "\r\nTransfer-Encoding: chunked\r\n",
          "Transfer-Encoding: chunked\r\nContent-Length: " + size + "\r\n",
          std::string("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
          std::string("Transfer-Encoding: xchunked\r\n"),
          std::string("Transfer-Encoding: gzip, chunked\r\n"),
          std::string("Content-Length: -1\r\n"), "Content-Length: +" + size + "\r\n",
          std::string("Content-Length: 0x20\r\n"),
          std::string("Content-Length: 18446744073709551616\r\n"),
          std::string("Content-Length : 5\r\n")}) {
        const int status = status_of(head + lengths + "\r\n" + body);
        EXPECT_EQ(status, 400) << lengths;
    }
    // The old way to go on with a header: it is one of another value then.
    EXPECT_EQ(status_of(head + " Content-Length: " + size + "\r\n\r\n" + body), 415);
    EXPECT_EQ(changes, 0);
    std::string chunks;
    for (const char c : body) {
        chunks += std::string("1\r\n") + c + "\r\n";
    }
    EXPECT_EQ(status_of(head + "Transfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n"), 303);
    EXPECT_EQ(status_of(head + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nx"), 400);
    EXPECT_EQ(status_of(head + "Transfer-Encoding: chunked\r\n\r\nzz\r\nx"), 400);
    EXPECT_EQ(changes, 1);
}

TEST_F(Requests, ThatAreRubbishEndNothing) {
    unsigned random = 1;
    for (int i = 0; i < 300; ++i) {
        std::string bytes = i % 3 == 0 ? get("/page") : i % 3 == 1 ? post("/change") : "";
        for (int j = 0; j < 40; ++j) {
            random = random * 1103515245U + 12345U;
            const char c = static_cast<char>(random >> 16U);
            if (bytes.size() < 20 || j % 8 == 0) {
                bytes.insert(bytes.empty() ? 0 : (random >> 8U) % bytes.size(), 1, c);
            }
        }
        RawClient client(server->port());
        (void)client.send(bytes);
        client.half_close();
        (void)client.read();
    }
    EXPECT_EQ(status_of(get("/page")), 200);
}

} // namespace
} // namespace web::test
