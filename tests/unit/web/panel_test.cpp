#include "pages/panel.hpp"

#include "gate/gate.hpp"
#include "http/response_head.hpp"
#include "page_host.hpp"
#include "told.hpp"

#include <gtest/gtest.h>

namespace web {
namespace {

using nlohmann::json;

constexpr const char* overview = "POST /v1/plugins/share-dir/actions/web-panel/overview";

class Panels : public testing::Test {
  protected:
    Panels() {
        host.answers()["GET /v1/plugins/share-dir"] = told_plugin().dump();
        host.answers()[overview] = R"({"status": "ok", "output": [
            {"kind": "mime", "text": "text/html; charset=utf-8"},
            {"kind": "bytes", "base64": "PGgxPkhp"}, {"kind": "bytes", "base64": "PC9oMT4="}]})";
    }
    /// The address of the frame in the page around it.
    [[nodiscard]] std::string frame(const std::string& path = "") {
        const std::string html = host.get("/plugins/share-dir/panel/overview/" + path).body;
        const std::size_t at = html.find("src=\"/panel/");
        if (at == std::string::npos) {
            ADD_FAILURE() << html;
            return "/";
        }
        return html.substr(at + 5, html.find('"', at + 5) - at - 5);
    }
    PageHost host;
};

TEST_F(Panels, AreInAFrameThatHasNoRights) {
    const Response page = host.get("/plugins/share-dir/panel/overview/");
    EXPECT_EQ(page.status, 200);
    EXPECT_NE(page.body.find("sandbox=\"\""), std::string::npos);
    EXPECT_NE(page.body.find("href=\"/plugins/share-dir/panel/usage/\""), std::string::npos);
    EXPECT_EQ(page_header(page, "Content-Security-Policy"), around_panel_policy());
}

/// The page around a panel is as strict as every other one.
TEST_F(Panels, AddOnlyAFrameToTheUsualPolicy) {
    const std::string head = response_head(Response::html(""), false);
    std::string usual = around_panel_policy();
    const std::string added = "; frame-src 'self'";
    ASSERT_TRUE(usual.ends_with(added));
    usual.resize(usual.size() - added.size());
    EXPECT_NE(head.find("Content-Security-Policy: " + usual + "\r\n"), std::string::npos);
}

TEST_F(Panels, AnswerWithThePluginsTypeAndBytes) {
    const Response answer = host.get(frame());
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.content_type, "text/html; charset=utf-8");
    EXPECT_EQ(answer.body, "<h1>Hi</h1>");
    const std::string policy = page_header(answer, "Content-Security-Policy");
    EXPECT_TRUE(policy.starts_with("sandbox; default-src 'none'; ")) << policy;
    EXPECT_EQ(policy.find("allow-"), std::string::npos);
    EXPECT_EQ(policy.find("script-src"), std::string::npos);
    EXPECT_NE(policy.find("form-action 'none'"), std::string::npos);
    EXPECT_NE(policy.find("frame-ancestors 'self'"), std::string::npos);
    EXPECT_EQ(page_header(answer, "X-Frame-Options"), "SAMEORIGIN");
}

TEST_F(Panels, TakeAPathWithinThem) {
    EXPECT_TRUE(frame("a/b%20c.html").ends_with("/share-dir/overview/a/b%20c.html"));
    EXPECT_EQ(panel_path(""), "/");
    EXPECT_EQ(panel_path("a/b.css"), "/a/b.css");
    EXPECT_EQ(panel_path("a/"), "/a/");
    EXPECT_EQ(panel_path("..."), "/...");
}

TEST_F(Panels, LeadNowhereElse) { // T12
    for (const char* path : {"..", "../x", "a/../x", "a/..", "./x", "a//b", "//evil.example", "/",
                             "a\\b", "a\nb", "a\x7f"}) {
        EXPECT_EQ(panel_path(path), std::nullopt) << path;
    }
    const std::string base = frame();
    for (const char* path : {"../../vms", "%2e%2e/%2e%2e/vms", "a/%2e%2e/b", "..%2f..%2fvms",
                             "%5c..%5cx", "a%0d%0ab", "/etc/passwd"}) {
        const Response answer = host.get(base + path);
        EXPECT_EQ(answer.status, 404) << path;
        EXPECT_NE(page_header(answer, "Content-Security-Policy").find("sandbox"),
                  std::string::npos);
        EXPECT_EQ(host.get("/plugins/share-dir/panel/overview/" + std::string(path)).status, 404)
            << path;
    }
    host.host().answers.clear(); // a name with a slash is no way to another resource of the daemon
    const Response other = host.get(base.substr(0, base.find("share-dir")) + "a%2Fb/overview/");
    EXPECT_EQ(other.status, 403); // the pass is of another plugin
}

TEST_F(Panels, NeedAPassOfOurs) {
    const std::string good = frame();
    const std::size_t end = good.find('/', std::string("/panel/").size());
    const std::string rest = good.substr(end);
    EXPECT_EQ(host.get("/panel/x" + rest).status, 403);
    const auto now = Csrf::Clock::now();
    const auto with = [&](std::uint32_t uid, const std::string& purpose,
                          Csrf::Clock::time_point at) {
        return host.get("/panel/" + host.csrf().issue(uid, purpose, at) + rest).status;
    };
    const std::string purpose = panel_purpose("share-dir", PageHost::name);
    EXPECT_EQ(with(PageHost::uid, purpose, now), 200);
    EXPECT_EQ(with(PageHost::uid + 1, purpose, now), 403);
    EXPECT_EQ(with(PageHost::uid, panel_purpose("nat", PageHost::name), now), 403);
    EXPECT_EQ(with(PageHost::uid, panel_purpose("share-dir", "localhost:7777"), now), 403);
    EXPECT_EQ(with(PageHost::uid, PageHost::name, now), 403); // the token of a form is none
    EXPECT_EQ(with(PageHost::uid, purpose, now - std::chrono::hours(13)), 403);
    // And a pass is no token of a form.
    EXPECT_EQ(host.csrf().check(good.substr(7, end - 7), PageHost::uid, PageHost::name, now),
              Csrf::Verdict::wrong);
}

TEST_F(Panels, AreNoPrograms) {
    const std::string address = frame();
    for (const char* use : {"script", "worker", "sharedworker", "serviceworker", "empty", "object",
                            "embed", "manifest"}) {
        EXPECT_EQ(host.get(address, {{"sec-fetch-dest", use}}).status, 403) << use;
    }
    for (const char* use : {"iframe", "document", "image", "style"}) {
        EXPECT_EQ(host.get(address, {{"sec-fetch-dest", use}}).status, 200) << use;
    }
}

TEST_F(Panels, TellInTheFrameWhatIsWrong) {
    const std::string address = frame();
    const auto answer = [&](const std::string& result) {
        host.answers()[overview] = result;
        const Response response = host.get(address);
        EXPECT_NE(page_header(response, "Content-Security-Policy").find("sandbox"),
                  std::string::npos);
        return response;
    };
    host.host().fail[std::string("api.request ") + overview] = {BANGER_E_NOT_FOUND, "no such page",
                                                                ""};
    EXPECT_EQ(answer("{}").body, "no such page\n");
    host.host().fail.clear();
    EXPECT_EQ(answer(R"({"status": "skipped", "output": []})").status, 404);
    for (
        const char* bad :
        {"{}", "[]", "7", R"({"status": "ok", "output": 1})", R"({"status": "ok", "output": []})",
         R"({"output": [{"kind": "bytes", "base64": ""}]})",
         R"({"output": [{"kind": "mime", "text": "no type"}]})",
         R"({"output": [{"kind": "mime", "text": "text/html\r\nSet-Cookie: a=b"}]})",
         R"({"output": [{"kind": "mime", "text": 7}]})", R"({"output": [1, 2]})",
         R"({"output": [{"kind": "mime", "text": "text/html"}, {"kind": "text", "text": "x"}]})",
         R"({"output": [{"kind": "mime", "text": "text/html"}, {"kind": "bytes", "base64": "*"}]})"}) {
        const Response response = answer(bad);
        EXPECT_EQ(response.status, 500) << bad;
        EXPECT_EQ(response.content_type, "text/plain; charset=utf-8") << bad;
    }
}

TEST_F(Panels, OfNobodyAreNotThere) {
    EXPECT_EQ(host.get("/plugins/share-dir/panel/nothing/").status, 404);
    EXPECT_EQ(host.get("/plugins/nothing/panel/overview/").status, 404);
    EXPECT_EQ(page_header(host.get("/plugins/share-dir/panel/"), "Location"),
              "/plugins/share-dir/panel/overview/");
    EXPECT_EQ(page_header(host.get("/plugins/share-dir/panel/usage"), "Location"),
              "/plugins/share-dir/panel/usage/");
    json off = told_plugin();
    off["state"] = "disabled";
    host.answers()["GET /v1/plugins/share-dir"] = off.dump();
    EXPECT_EQ(host.get("/plugins/share-dir/panel/overview/").status, 404);
    EXPECT_EQ(host.get("/plugins/share-dir/panel/").status, 404);
}

/// What is in the frame has no origin: the browser calls each request of it cross-site.
TEST(GateOfPanels, LetsInWhatTheirFrameAsksFor) {
    const Gate gate({{"127.0.0.1:7777"}, 1000});
    const auto check = [&](const std::string& method, const std::string& target,
                           const std::string& dest, const std::string& origin = "") {
        Head head{method,
                  target,
                  {{"host", "127.0.0.1:7777"},
                   {"sec-fetch-site", "cross-site"},
                   {"sec-fetch-mode", "no-cors"},
                   {"sec-fetch-dest", dest}},
                  1000};
        if (!origin.empty()) {
            head.headers.emplace_back("origin", origin);
        }
        const auto refusal = gate.check(head);
        return refusal ? refusal->status : 200;
    };
    EXPECT_EQ(check("GET", "/panel/pass/nat/overview/", "iframe"), 200);
    EXPECT_EQ(check("GET", "/panel/pass/nat/overview/chart.svg", "image"), 200);
    EXPECT_EQ(check("POST", "/panel/pass/nat/overview/", "iframe"), 403);
    EXPECT_EQ(check("GET", "/panel/pass/nat/overview/", "iframe", "null"), 403);
    for (const char* target : {"/vms", "/panel", "/panels/x", "/PANEL/x", "/vms/panel/x",
                               "/%70anel/x", "/plugins/nat/panel/overview/", "//panel/x"}) {
        EXPECT_NE(check("GET", target, "image"), 200) << target;
    }
}

} // namespace
} // namespace web
