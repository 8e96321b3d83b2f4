#include "fake_console.hpp"

#include "http/response_head.hpp"
#include "terminal/shell_wish.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace web::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

class TerminalPage : public testing::Test {
  protected:
    TerminalPage() {
        console.vms = {vm("web-1", "running"), vm("off", "stopped")};
        console.daemon["paths"] = {{"socket", "/run/banger.sock"}};
    }
    static Request websocket(const std::string& target) {
        Request request;
        request.method = "GET";
        request.path = "/ws/terminal";
        request.target = target;
        request.query = Params::parse(target.substr(target.find('?') + 1)).value();
        request.headers["upgrade"] = "WebSocket";
        request.host = "127.0.0.1:7777";
        request.uid = 1000;
        return request;
    }
    FakeConsole console;
};

TEST_F(TerminalPage, IsThereWithWhatItNeeds) {
    const Response page = console.get("/vms/web-1/terminal");
    EXPECT_EQ(page.status, 200);
    for (const char* part :
         {"<title>Terminal · web-1 · banger</title>", R"(data-shell="/vms/web-1/terminal")",
          R"(data-shell-runs="1")", "/terminal.js\" defer>", "/terminal.css\">",
          "banger vm ssh web-1", "needs JavaScript",
          R"(<a href="/vms/web-1/terminal" aria-current="page">Terminal</a>)"}) {
        EXPECT_THAT(page.body, HasSubstr(part));
    }
    EXPECT_THAT(page.body, Not(HasSubstr("Start it, and connect")));
    EXPECT_THAT(console.get("/vms/web-1").body, HasSubstr(R"(href="/vms/web-1/terminal")"));
    EXPECT_THAT(console.get("/vms/web-1").body, Not(HasSubstr("terminal.js"))); // on that page only
}

TEST_F(TerminalPage, OffersToStartAVmThatIsStopped) {
    const Response page = console.get("/vms/off/terminal");
    EXPECT_THAT(page.body, HasSubstr(R"(data-shell-runs="")"));
    EXPECT_THAT(page.body, HasSubstr("Start it, and connect"));
    EXPECT_THAT(page.body, HasSubstr(R"(action="/vms/off/start")"));
    EXPECT_EQ(console.get("/vms/nosuch/terminal").status, 404);
}

TEST_F(TerminalPage, HasAPolicyThatDiffersInItsStylesAlone) { // T6, T9
    std::string policy = header_of(console.get("/vms/web-1/terminal"), "Content-Security-Policy");
    const std::string styles = "style-src 'self' 'unsafe-inline'";
    const std::size_t at = policy.find(styles);
    ASSERT_NE(at, std::string::npos);
    policy.replace(at, styles.size(), "style-src 'self'");
    EXPECT_THAT(response_head(Response::html(""), true),
                HasSubstr("Content-Security-Policy: " + policy + "\r\n"));
    EXPECT_EQ(header_of(console.get("/vms/web-1"), "Content-Security-Policy"), "");
}

TEST_F(TerminalPage, GetsATicketForItsVm) {
    const Response given = console.post("/vms/web-1/terminal",
                                        params({{"session", "abc"},
                                                {"seen", "12"},
                                                {"rows", "30"},
                                                {"columns", "100"},
                                                {"fresh", "1"}}),
                                        true);
    EXPECT_EQ(given.status, 200);
    const std::string href = json::parse(given.body).at("href");
    const Response opened = console.answer(websocket(href));
    ASSERT_NE(opened.shell, nullptr) << opened.body;
    EXPECT_EQ(opened.shell->vm_name, "web-1");
    EXPECT_EQ(opened.shell->socket, "/run/banger.sock");
    EXPECT_TRUE(opened.shell->runs);
    EXPECT_EQ(opened.shell->session, "abc");
    EXPECT_EQ(opened.shell->seen, 12U);
    EXPECT_TRUE(opened.shell->fresh);
    EXPECT_EQ(opened.shell->size, (TerminalSize{30, 100}));
    EXPECT_EQ(opened.shell->uid, 1000U);
    EXPECT_EQ(console.answer(websocket(href)).status, 403); // once
}

TEST_F(TerminalPage, TakesNoWrongNumbers) {
    const Response given = console.post(
        "/vms/off/terminal", params({{"seen", "-1"}, {"rows", "99999"}, {"columns", "x"}}), true);
    const Response opened = console.answer(websocket(json::parse(given.body).at("href")));
    ASSERT_NE(opened.shell, nullptr);
    EXPECT_FALSE(opened.shell->runs);
    EXPECT_EQ(opened.shell->seen, 0U);
    EXPECT_EQ(opened.shell->size, TerminalSize());
    EXPECT_EQ(console.post("/vms/nosuch/terminal", params({}), true).status, 404);
}

TEST_F(TerminalPage, OpensAsAWebSocketAlone) { // T6
    const Response given = console.post("/vms/web-1/terminal", params({}), true);
    const std::string href = json::parse(given.body).at("href");
    Request plain = websocket(href);
    plain.headers.clear();
    const Response refused = console.answer(plain);
    EXPECT_EQ(refused.status, 426);
    EXPECT_EQ(header_of(refused, "Upgrade"), "websocket");
    Request root = websocket(href);
    root.uid = 0;
    EXPECT_EQ(console.answer(root).status, 403);
}

} // namespace
} // namespace web::test
