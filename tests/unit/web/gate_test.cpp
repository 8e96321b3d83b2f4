#include "gate/gate.hpp"

#include <gtest/gtest.h>

namespace web {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

constexpr std::uint32_t owner = 1000;

Gate gate() {
    return Gate({{"127.0.0.1:7777", "localhost:7777", "banger.localhost:7777"}, owner});
}

Head read(Headers more = {}) {
    Head head{"GET", "/vms", {{"host", "127.0.0.1:7777"}}, owner};
    head.headers.insert(head.headers.end(), more.begin(), more.end());
    return head;
}

Head post(Headers more = {{"origin", "http://127.0.0.1:7777"}},
          const std::string& type = "application/x-www-form-urlencoded") {
    Head head = read(std::move(more));
    head.method = "POST";
    head.headers.emplace_back("content-length", "3");
    if (!type.empty()) {
        head.headers.emplace_back("content-type", type);
    }
    return head;
}

Head for_host(const std::string& host, const std::string& method = "GET") {
    Head head = method == "GET" ? read() : post({{"origin", "http://" + host}});
    head.headers[0].second = host;
    return head;
}

/// 0: let in.
int verdict(const Head& head) {
    const auto refusal = gate().check(head);
    return refusal ? refusal->status : 0;
}

TEST(Gate, LetsItsOwnPagesIn) {
    EXPECT_EQ(verdict(read()), 0);
    EXPECT_EQ(verdict(read({{"sec-fetch-site", "none"},
                            {"sec-fetch-mode", "navigate"},
                            {"sec-fetch-dest", "document"}})),
              0);
    EXPECT_EQ(verdict(read({{"sec-fetch-site", "same-origin"},
                            {"sec-fetch-mode", "cors"},
                            {"sec-fetch-dest", "empty"}})),
              0);
    EXPECT_EQ(verdict(post()), 0);
    EXPECT_EQ(verdict(post({{"origin", "http://127.0.0.1:7777"},
                            {"sec-fetch-site", "same-origin"},
                            {"sec-fetch-mode", "navigate"},
                            {"sec-fetch-dest", "document"}})),
              0);
    Head head = read();
    head.method = "HEAD";
    EXPECT_EQ(verdict(head), 0);
    head.uid = 0; // root may do all there is anyway
    EXPECT_EQ(verdict(head), 0);
}

TEST(Gate, KnowsItsUser) { // T14
    for (const std::optional<std::uint32_t> uid :
         {std::optional<std::uint32_t>(), std::optional<std::uint32_t>(1001),
          std::optional<std::uint32_t>(65534), std::optional<std::uint32_t>(~0U)}) {
        Head head = read();
        head.uid = uid;
        EXPECT_EQ(verdict(head), 403);
        EXPECT_FALSE(gate().knows(uid));
        head.headers[0].second = "evil.test"; // and nothing else is said to a stranger
        EXPECT_EQ(verdict(head), 403);
    }
}

TEST(Gate, AnswersToItsOwnNamesAlone) { // T1, T2, T7
    for (const char* host : {"127.0.0.1:7777", "localhost:7777", "LOCALHOST:7777",
                             "banger.localhost:7777", "Banger.LocalHost:7777"}) {
        EXPECT_EQ(verdict(for_host(host)), 0) << host;
    }
    for (const char* host : {"evil.test",
                             "evil.test:7777",
                             "127.0.0.1",
                             "127.0.0.1:",
                             "127.0.0.1:80",
                             "127.0.0.1:77777",
                             "127.0.0.1:07777",
                             "127.0.0.1.evil:7777",
                             "127.0.0.1.evil.test:7777",
                             "127.0.0.2:7777",
                             "127.1:7777",
                             "2130706433:7777",
                             "0x7f.0.0.1:7777",
                             "127.000.000.001:7777",
                             "localhost",
                             "localhost.:7777",
                             "localhost.evil:7777",
                             "evil.localhost:7777",
                             "xbanger.localhost:7777",
                             "banger.localhost.:7777",
                             "0.0.0.0:7777",
                             "[::]:7777",
                             "[::1]:7777",
                             "[::ffff:127.0.0.1]:7777",
                             "[::ffff:7f00:1]:7777",
                             "user@127.0.0.1:7777",
                             "127.0.0.1:7777@evil.test",
                             "127.0.0.1:7777:7777",
                             "127.0.0.1:7777,evil.test",
                             "127.0.0.1:7777 ",
                             " 127.0.0.1:7777",
                             "127.0.0.1:7777/",
                             "http://127.0.0.1:7777",
                             "127.0.0.1%3a7777",
                             "*",
                             ""}) {
        EXPECT_EQ(verdict(for_host(host)), 421) << host;
        EXPECT_EQ(verdict(for_host(host, "POST")), 421) << host; // Origin equals Host: rebinding
        EXPECT_EQ(gate().host_of(for_host(host)), "") << host;
    }
    EXPECT_EQ(gate().host_of(for_host("LOCALHOST:7777")), "localhost:7777");
}

TEST(Gate, WantsOneHost) {
    Head head = read();
    head.headers.clear();
    EXPECT_EQ(verdict(head), 400);
    head = read({{"host", "127.0.0.1:7777"}}); // even the same one
    EXPECT_EQ(verdict(head), 400);
    head = read({{"host", "evil.test"}});
    EXPECT_EQ(verdict(head), 400);
    EXPECT_EQ(gate().host_of(head), "");
}

TEST(Gate, NeverSaysTheHostThatItWasAskedFor) { // T2
    const auto refusal = gate().check(for_host("<b>evil.test</b>:7777"));
    ASSERT_TRUE(refusal);
    for (const std::string& text : {refusal->title, refusal->cause, refusal->next}) {
        EXPECT_EQ(text.find("evil"), std::string::npos) << text;
    }
    EXPECT_NE(refusal->next.find("http://127.0.0.1:7777/"), std::string::npos);
}

TEST(Gate, TakesPathsAlone) {
    for (const char* target :
         {"http://127.0.0.1:7777/", "http://evil.test/", "*", "", "vms", "127.0.0.1:7777",
          "//evil.test/", "/\\evil.test", "/a b", "/a\tb", "/a#b", "/\x7f", "/caf\xc3\xa9"}) {
        Head head = read();
        head.target = target;
        EXPECT_EQ(verdict(head), 400) << target;
    }
    for (const char* target : {"/", "/vms?q=a%20b|c", "/vms/%2e%2e", "/a//b", "/a?//b"}) {
        Head head = read();
        head.target = target;
        EXPECT_EQ(verdict(head), 0) << target;
    }
    Head head = read();
    head.target = "/" + std::string(9000, 'a');
    EXPECT_EQ(verdict(head), 414);
}

TEST(Gate, TakesThreeMethods) {
    for (const char* method : {"PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "get",
                               "post", "PROPFIND", "", "GETX"}) {
        Head head = post();
        head.method = method;
        EXPECT_EQ(verdict(head), 405) << method;
    }
}

struct Fetch {
    const char *site, *mode, *dest;
    int of_get, of_post;
};
class FetchMetadata : public testing::TestWithParam<Fetch> {};

TEST(Gate, WantsTheExactOriginOfWebSockets) { // T6
    const std::pair<std::string, std::string> upgrade{"upgrade", "websocket"};
    EXPECT_EQ(verdict(read({upgrade, {"origin", "http://127.0.0.1:7777"}})), 0);
    EXPECT_EQ(verdict(read({upgrade})), 403);
    for (const char* origin :
         {"null", "", "http://evil.test", "http://127.0.0.1:8080", "http://localhost:7777",
          "https://127.0.0.1:7777", "http://127.0.0.1:7777/", "HTTP://127.0.0.1:7777"}) {
        EXPECT_EQ(verdict(read({upgrade, {"origin", origin}})), 403) << origin;
    }
    for (const char* spelled : {"WebSocket", "websocket, h2c", "h2c, websocket", "websocket/13"}) {
        EXPECT_EQ(verdict(read({{"upgrade", spelled}})), 403) << spelled;
    }
    EXPECT_EQ(verdict(read({upgrade, upgrade, {"origin", "http://127.0.0.1:7777"}})), 400);
    EXPECT_EQ(verdict(read({{"upgrade", "h2c"}})), 0); // which we do not do
    Head panel = read({upgrade, {"sec-fetch-site", "cross-site"}, {"origin", "null"}});
    panel.target = "/panel/x/y/z/";
    EXPECT_EQ(verdict(panel), 403);
}

TEST_P(FetchMetadata, TellsWhoMayAsk) { // T3, T4, T11
    const Fetch& fetch = GetParam();
    Headers headers{{"sec-fetch-site", fetch.site}};
    if (*fetch.mode != '\0') {
        headers.emplace_back("sec-fetch-mode", fetch.mode);
    }
    if (*fetch.dest != '\0') {
        headers.emplace_back("sec-fetch-dest", fetch.dest);
    }
    EXPECT_EQ(verdict(read(headers)), fetch.of_get);
    headers.emplace_back("origin", "http://127.0.0.1:7777");
    EXPECT_EQ(verdict(post(headers)), fetch.of_post);
}
INSTANTIATE_TEST_SUITE_P(Rows, FetchMetadata,
                         testing::Values(Fetch{"none", "navigate", "document", 0, 0},
                                         Fetch{"same-origin", "no-cors", "script", 0, 0},
                                         Fetch{"same-origin", "cors", "empty", 0, 0},
                                         Fetch{"same-origin", "navigate", "iframe", 0, 0},
                                         // a link on another page, which a click follows
                                         Fetch{"cross-site", "navigate", "document", 0, 403},
                                         Fetch{"same-site", "navigate", "document", 0, 403},
                                         Fetch{"cross-site", "navigate", "iframe", 403, 403},
                                         Fetch{"cross-site", "navigate", "object", 403, 403},
                                         Fetch{"cross-site", "navigate", "", 403, 403},
                                         Fetch{"cross-site", "", "document", 403, 403},
                                         Fetch{"same-site", "navigate", "frame", 403, 403},
                                         Fetch{"same-site", "no-cors", "script", 403, 403},
                                         Fetch{"same-site", "no-cors", "image", 403, 403},
                                         Fetch{"same-site", "no-cors", "style", 403, 403},
                                         Fetch{"same-site", "cors", "empty", 403, 403},
                                         Fetch{"same-site", "no-cors", "empty", 403, 403},
                                         Fetch{"cross-site", "no-cors", "script", 403, 403},
                                         Fetch{"cross-site", "cors", "empty", 403, 403},
                                         Fetch{"cross-site", "websocket", "empty", 403, 403},
                                         Fetch{"unheard-of", "navigate", "document", 403, 403},
                                         Fetch{"Same-Origin", "cors", "empty", 403, 403},
                                         Fetch{"same-origin, none", "cors", "empty", 403, 403}));

TEST(Gate, WantsTheExactOriginOfWhatChanges) { // T3, T5
    EXPECT_EQ(verdict(post({})), 403);
    for (const char* origin :
         {"null", "", "http://127.0.0.1", "http://127.0.0.1:8080", "https://127.0.0.1:7777",
          "http://localhost:7777", "http://127.0.0.1:7777/", "http://127.0.0.1:7777.evil.test",
          "http://evil.test", "HTTP://127.0.0.1:7777", "http://127.0.0.1:7777 http://evil.test",
          "file://"}) {
        EXPECT_EQ(verdict(post({{"origin", origin}})), 403) << origin;
        // Nothing of ours reads with another origin either: scripts of other pages do, and their
        // WebSockets (T6).
        EXPECT_EQ(verdict(read({{"origin", origin}})), 403) << origin;
    }
    EXPECT_EQ(verdict(read({{"origin", "http://127.0.0.1:7777"}})), 0);
    Head head = for_host("LOCALHOST:7777", "POST");
    EXPECT_EQ(verdict(head), 403); // browsers write names small
    EXPECT_EQ(verdict(for_host("localhost:7777", "POST")), 0);
}

TEST(Gate, SaysWhichOriginItExpectsAndWhichItSaw) { // T20
    const auto refusal = gate().check(post({{"origin", "http://127.0.0.1:8080"}}));
    ASSERT_TRUE(refusal);
    EXPECT_NE(refusal->cause.find("http://127.0.0.1:8080"), std::string::npos);
    EXPECT_NE(refusal->cause.find("http://127.0.0.1:7777"), std::string::npos);
    EXPECT_NE(refusal->next.find("nothing was changed"), std::string::npos);
}

TEST(Gate, TakesFormsAlone) { // T3
    const Headers own{{"origin", "http://127.0.0.1:7777"}};
    for (const char* type :
         {"", "text/plain", "multipart/form-data; boundary=x", "application/json",
          "text/plain; application/x-www-form-urlencoded", "application/x-www-form-urlencodedx",
          "x/application/x-www-form-urlencoded", ";application/x-www-form-urlencoded"}) {
        EXPECT_EQ(verdict(post(own, type)), 415) << type;
    }
    for (const char* type :
         {"application/x-www-form-urlencoded", "Application/X-WWW-Form-Urlencoded",
          "application/x-www-form-urlencoded;charset=UTF-8",
          "application/x-www-form-urlencoded ; charset=utf-8"}) {
        EXPECT_EQ(verdict(post(own, type)), 0) << type;
    }
}

TEST(Gate, TakesEachOfItsHeadersOnce) {
    for (const char* name :
         {"origin", "content-type", "content-length", "sec-fetch-site", "sec-fetch-mode",
          "sec-fetch-dest", "transfer-encoding", "x-banger-csrf", "expect"}) {
        const Head head = post({{"origin", "http://127.0.0.1:7777"},
                                {"sec-fetch-site", "same-origin"},
                                {name, "a"},
                                {name, "a"}});
        EXPECT_EQ(verdict(head), 400) << name;
    }
    EXPECT_EQ(verdict(read({{"accept", "a"}, {"accept", "b"}})), 0);
}

TEST(Gate, KnowsWhereABodyEnds) {
    for (const char* length : {"3, 3", "+3", "-3", "0x3", "3 3", "", " 3"}) {
        Head head = post();
        for (auto& [name, value] : head.headers) {
            value = name == "content-length" ? length : value;
        }
        EXPECT_EQ(verdict(head), 400) << length;
    }
    EXPECT_EQ(verdict(read({{"content-length", "3"}})), 400);
    EXPECT_EQ(verdict(read({{"content-length", "0"}})), 0);
    EXPECT_EQ(verdict(read({{"transfer-encoding", "chunked"}})), 400);
    const Headers own{{"origin", "http://127.0.0.1:7777"}};
    Head head = post(own);
    head.headers.emplace_back("transfer-encoding", "chunked"); // and a length, too
    EXPECT_EQ(verdict(head), 400);
    for (const char* coding : {"gzip", "gzip, chunked", "chunked, chunked", "identity"}) {
        head = post(own);
        std::erase_if(head.headers, [](const auto& one) { return one.first == "content-length"; });
        head.headers.emplace_back("transfer-encoding", coding);
        EXPECT_EQ(verdict(head), 400) << coding;
        head.headers.back().second = "Chunked";
        EXPECT_EQ(verdict(head), 0);
    }
    EXPECT_EQ(verdict(post({{"origin", "http://127.0.0.1:7777"}, {"expect", "100-continue"}})),
              417);
}

TEST(Gate, JudgesInItsOrder) {
    Head head = post({{"sec-fetch-site", "cross-site"}, {"origin", "null"}}, "text/plain");
    head.method = "PUT";
    head.headers[0].second = "evil.test";
    head.uid = 1001;
    EXPECT_EQ(verdict(head), 403); // who
    head.uid = owner;
    EXPECT_EQ(verdict(head), 421); // Host
    head.headers[0].second = "127.0.0.1:7777";
    EXPECT_EQ(verdict(head), 405); // method
    head.method = "POST";
    EXPECT_EQ(verdict(head), 403); // Fetch Metadata
    head.headers[1].second = "same-origin";
    EXPECT_EQ(verdict(head), 403); // Origin
    head.headers[2].second = "http://127.0.0.1:7777";
    EXPECT_EQ(verdict(head), 415); // type
    head.headers.back().second = "application/x-www-form-urlencoded";
    EXPECT_EQ(verdict(head), 0);
}

} // namespace
} // namespace web
