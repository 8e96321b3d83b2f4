#include "web_plugin.hpp"

#include "gate/csrf.hpp"
#include "http/percent.hpp"
#include "os/file.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace web::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(WebPlugin, ServesItsPages) {
    host.begin(config());
    const auto page = get("/vms");
    EXPECT_EQ(page.status, 200);
    EXPECT_THAT(page.body, HasSubstr("testbox"));
    EXPECT_THAT(page.body, HasSubstr("<!doctype html>"));
    EXPECT_EQ(get("/healthz").body, "ok\n");
    const std::size_t at = page.body.find("/static/");
    ASSERT_NE(at, std::string::npos);
    const auto style = get(page.body.substr(at, page.body.find('"', at) - at));
    EXPECT_EQ(style.status, 200);
    EXPECT_EQ(style.header("cache-control"), "private, max-age=31536000, immutable");
    const auto absent = get("/<script>alert(1)</script>");
    EXPECT_EQ(absent.status, 404);
    EXPECT_THAT(absent.body, Not(HasSubstr("<script>alert")));
}

TEST_F(WebPlugin, SaysWhereItIs) {
    host.begin(config());
    EXPECT_EQ(said(BANGER_IFACE_STATUS, "web"),
              (json{{"title", "Web console"}, {"value", "http://" + own_host()}}));
    EXPECT_EQ(said(BANGER_IFACE_CLI, "web"), (json{{"open", "http://" + own_host() + "/"}}));
    const json check = said(BANGER_IFACE_DOCTOR, "console");
    EXPECT_EQ(check.at("severity"), "ok") << check;
}

TEST_F(WebPlugin, IsOffWithoutAnAddress) {
    host.begin(R"({"web_listen_addr":""})");
    EXPECT_EQ(said(BANGER_IFACE_STATUS, "web").at("value"), "off");
    EXPECT_EQ(said(BANGER_IFACE_DOCTOR, "console").at("severity"), "info");
    const auto open = host.action(BANGER_IFACE_CLI, "web");
    EXPECT_FALSE(open.ok());
    EXPECT_THAT(open.hint, HasSubstr("web_listen_addr"));
    EXPECT_THROW(RawClient{port}, std::runtime_error);
}

TEST_F(WebPlugin, SaysThatItsPortIsTaken) {
    host.begin(config());
    banger::fake::Host second(BANGER_WEB_PLUGIN);
    EXPECT_TRUE(second.create(config()).ok());
    EXPECT_TRUE(second.init().ok());
    const auto start = second.on_start();
    EXPECT_EQ(start.status, BANGER_E_BUSY);
    EXPECT_THAT(start.message, HasSubstr("port " + std::to_string(port) + " is taken"));
    EXPECT_THAT(start.hint, HasSubstr("other_port: true"));
    second.end();
    second.begin(config(true));
    EXPECT_THAT(second.action(BANGER_IFACE_STATUS, "web").printed(),
                HasSubstr("http://127.0.0.1:"));
    EXPECT_THAT(second.action(BANGER_IFACE_STATUS, "web").printed(), Not(HasSubstr(own_host())));
}

TEST_F(WebPlugin, KeepsItsSecret) { // T20
    host.begin(config());
    const auto file = host.state_dir() / "csrf-secret";
    struct stat about {};
    ASSERT_EQ(::stat(file.c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777U, 0600U);
    const std::string secret = banger::os::find_file(file).value_or("");
    EXPECT_EQ(secret.size(), 32U);
    host.end();
    host.begin(config());
    EXPECT_EQ(banger::os::find_file(file), secret);
}

TEST_F(WebPlugin, OffersToSendAnOldFormAgain) { // T20
    host.begin(config());
    const Csrf csrf(banger::os::find_file(host.state_dir() / "csrf-secret").value_or(""));
    const std::string old =
        csrf.issue(::geteuid(), own_host(), Csrf::Clock::now() - std::chrono::hours(13));
    const std::string hostile = "\"><script>alert(1)</script>";
    const auto page = post("/vms?a=1", "csrf=" + old + "&name=web&" + percent_encode(hostile) +
                                           "=" + percent_encode(hostile));
    EXPECT_EQ(page.status, 403);
    EXPECT_THAT(page.body, HasSubstr(R"(<form method="post" action="/vms?a=1">)"));
    EXPECT_THAT(page.body, HasSubstr(R"(<input type="hidden" name="name" value="web">)"));
    EXPECT_THAT(page.body, HasSubstr("Send again"));
    EXPECT_THAT(page.body, Not(HasSubstr("<script>alert")));
    EXPECT_THAT(page.body, Not(HasSubstr(old)));
    // The token that it carries is good.
    const std::string before = R"(name="csrf" value=")";
    const std::size_t at = page.body.find(before) + before.size();
    const std::string fresh = page.body.substr(at, page.body.find('"', at) - at);
    EXPECT_EQ(csrf.check(fresh, ::geteuid(), own_host(), Csrf::Clock::now()), Csrf::Verdict::good);
    EXPECT_EQ(page.body.find(before, at), std::string::npos);
    // One of somebody else's making is not sent again.
    EXPECT_THAT(post("/vms", "csrf=" + std::string(75, 'A') + "&name=web").body,
                Not(HasSubstr("Send again")));
}

TEST_F(WebPlugin, TakesFiguresWithNobodyThere) {
    host.begin(config());
    host.fail["api.request"] = {BANGER_E_TIMEOUT, "the daemon is busy", {}};
    EXPECT_EQ(host.fire_timers(), 1U);
    host.fail.clear();
    host.answers["GET /v1/vms"] = R"({"vms":[{"id":"a","name":"testbox","state":"running",
        "guest":{"state":"ready","cpu_percent":42,"stats":{"uptime_ms":1}}}]})";
    EXPECT_EQ(host.fire_timers(), 1U);
    host.answers["GET /v1/vms"] =
        R"({"vms":[{"id":"a","name":"testbox","state":"stopped","guest":null}]})";
    const json said = json::parse(get("/api/v1/vms/testbox/metrics?window=24h").body);
    EXPECT_EQ(said.at("figures").at("cpu").at("most"), 42) << said;
    host.end();
    host.begin(R"({"web_listen_addr":""})");
    EXPECT_EQ(host.fire_timers(), 0U) << "there is no console";
}

TEST_F(WebPlugin, ShowsAnErrorWithoutTheDaemon) {
    host.begin(config());
    host.fail["api.request"] = {BANGER_E_TIMEOUT, "the daemon is busy", {}};
    const auto page = get("/vms");
    EXPECT_GE(page.status, 500);
    EXPECT_THAT(page.body, HasSubstr("the daemon is busy"));
    host.fail.clear();
    EXPECT_EQ(get("/vms").status, 200);
}

} // namespace
} // namespace web::test
