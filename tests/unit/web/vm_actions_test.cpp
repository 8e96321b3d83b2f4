#include "fake_console.hpp"

#include <gtest/gtest.h>

namespace web::test {
namespace {

using nlohmann::json;

struct VmActions : testing::Test {
    FakeConsole console;
    VmActions() { console.vms = {vm("web-1", "running"), vm("db", "stopped")}; }
};

TEST_F(VmActions, BecomeTheirOperation) {
    for (const std::string action : {"start", "stop", "restart", "trim"}) {
        FakeConsole one;
        one.on_begin("POST /v1/vms/web-1/" + action, "op1", "web-1");
        const Response response = one.post("/vms/web-1/" + action, params({}));
        EXPECT_EQ(response.status, 303);
        EXPECT_EQ(header_of(response, "Location"), "/ops/op1");
        EXPECT_EQ(one.only_change().body, json::object());
    }
}

/// The value of the first input of that name.
std::string input(const Response& page, const std::string& name) {
    const std::string before = "name=\"" + name + "\" value=\"";
    const std::size_t at = page.body.find(before);
    return at == std::string::npos
               ? std::string()
               : page.body.substr(at + before.size(),
                                  page.body.find('"', at + before.size()) - at - before.size());
}

TEST_F(VmActions, AreDoneOnceByADoubleClick) {
    console.on_begin("POST /v1/vms/web-1/stop", "op1", "web-1");
    for (const char* path : {"/vms", "/vms/web-1"}) {
        const std::string key = input(console.get(path), "idem");
        ASSERT_FALSE(key.empty()) << path;
        const std::size_t before = console.changes().size();
        for (int click = 0; click < 2; ++click) {
            const Response answer = console.post("/vms/web-1/stop", params({{"idem", key}}));
            EXPECT_EQ(header_of(answer, "Location"), "/ops/op1");
        }
        EXPECT_EQ(console.changes().size(), before + 1) << path;
    }
}

TEST_F(VmActions, OfAnOldFormStayThatForm) {
    Request request;
    request.method = "POST";
    request.target = request.path = "/vms/web-1/stop";
    request.host = "127.0.0.1:7777";
    request.uid = 1000;
    request.form =
        params({{"csrf", console.site->csrf.issue(request.uid, request.host,
                                                  Csrf::Clock::now() - std::chrono::hours(13))},
                {"idem", "its key"},
                {"timeout", "2m"}});
    const Response again = console.answer(request);
    EXPECT_EQ(again.status, 403);
    EXPECT_EQ(input(again, "idem"), "its key");
    EXPECT_EQ(again.body.find("name=\"idem\""), again.body.rfind("name=\"idem\""));
    EXPECT_EQ(input(again, "timeout"), "2m");
    request.form = params({{"csrf", std::string(request.form.get("csrf"))}});
    EXPECT_EQ(input(console.answer(request), "idem").size(), 24U) << "one that had none gets one";
    EXPECT_TRUE(console.changes().empty());
}

TEST_F(VmActions, AnswerInJson) {
    console.on_begin("POST /v1/vms/web-1/stop", "op1", "web-1");
    const Response response = console.post("/vms/web-1/stop", params({}), true);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(json::parse(response.body), json({{"op", "op1"}, {"href", "/ops/op1"}}));
}

TEST_F(VmActions, TellAStopHow) {
    console.on_begin("POST /v1/vms/web-1/stop", "op1", "web-1");
    (void)console.post("/vms/web-1/stop", params({{"force", "1"}, {"timeout", "2m"}}));
    EXPECT_EQ(console.only_change().body, json({{"force", true}, {"timeout_s", 120}}));
    EXPECT_EQ(console.post("/vms/web-1/stop", params({{"timeout", "soon"}})).status, 400);
    EXPECT_EQ(console.changes().size(), 1U);
}

TEST_F(VmActions, AskBeforeALoss) {
    for (const std::string action : {"kill", "delete"}) {
        const Response response =
            console.post("/vms/web-1/" + action, params({{"back", "/vms?q=web"}}));
        EXPECT_EQ(response.status, 303);
        EXPECT_EQ(header_of(response, "Location"),
                  "/vms/web-1/confirm/" + action + "?back=%2Fvms%3Fq%3Dweb");
    }
    EXPECT_TRUE(console.changes().empty());
}

TEST_F(VmActions, DeleteByForceOnlyWhatWasShownToRun) {
    console.on_begin("DELETE /v1/vms/web-1?force=1", "op1", "web-1");
    console.on_begin("DELETE /v1/vms/db", "op2", "db");
    const Response running = console.get("/vms/web-1/confirm/delete");
    EXPECT_TRUE(has(running, "name=\"force\" value=\"1\""));
    const Response stopped = console.get("/vms/db/confirm/delete");
    EXPECT_FALSE(has(stopped, "name=\"force\""));
    EXPECT_EQ(
        header_of(console.post("/vms/web-1/delete", params({{"confirmed", "1"}, {"force", "1"}})),
                  "Location"),
        "/ops/op1");
    EXPECT_EQ(header_of(console.post("/vms/db/delete", params({{"confirmed", "1"}})), "Location"),
              "/ops/op2");
    EXPECT_TRUE(console.changes()[1].body.is_null());
}

TEST_F(VmActions, NameWhatIsLost) {
    const Response response = console.get("/vms/web-1/confirm/delete?back=/vms");
    EXPECT_EQ(response.status, 200);
    EXPECT_TRUE(has(response, "Delete web-1?"));
    EXPECT_TRUE(has(response, "disks of 8 GiB and 4 GiB"));
    EXPECT_TRUE(has(response, "running for "));
    const std::size_t cancel = response.body.find(">Cancel</a>");
    EXPECT_LT(cancel, response.body.find(">Delete web-1</button>")); // Cancel comes first
    EXPECT_TRUE(has(response, "href=\"/vms\""));
    EXPECT_TRUE(has(console.get("/vms/web-1/confirm/kill"), "as by a power cut"));
    EXPECT_EQ(console.get("/vms/web-1/confirm/explode").status, 404);
    EXPECT_EQ(console.get("/vms/nobody/confirm/delete").status, 404);
}

TEST_F(VmActions, GoBackToOurOwnPagesOnly) { // T10
    const Response response = console.get("/vms/web-1/confirm/delete?back=https%3A%2F%2Fevil.test");
    EXPECT_FALSE(has(response, "evil.test"));
    EXPECT_TRUE(has(response, "href=\"/vms/web-1\""));
    const Response post = console.post("/vms/web-1/delete", params({{"back", "//evil.test/x"}}));
    EXPECT_EQ(header_of(post, "Location"), "/vms/web-1/confirm/delete?back=%2Fvms%2Fweb-1");
}

TEST_F(VmActions, DoADoubleClickOnce) {
    console.on_begin("POST /v1/vms/db/start", "op1", "db");
    const Params form = params({{"idem", "k1"}});
    EXPECT_EQ(header_of(console.post("/vms/db/start", form), "Location"), "/ops/op1");
    EXPECT_EQ(header_of(console.post("/vms/db/start", form), "Location"), "/ops/op1");
    EXPECT_EQ(console.changes().size(), 1U);
    // The same key on another page, or with other values, is another thing.
    console.on_begin("POST /v1/vms/web-1/start", "op2", "web-1");
    EXPECT_EQ(header_of(console.post("/vms/web-1/start", form), "Location"), "/ops/op2");
    console.on_begin("POST /v1/vms/db/stop", "op3", "db");
    (void)console.post("/vms/db/stop", form);
    (void)console.post("/vms/db/stop", params({{"idem", "k1"}, {"force", "1"}}));
    EXPECT_EQ(console.changes().size(), 4U);
}

TEST_F(VmActions, TryAgainWhatWasRefused) {
    console.on("POST /v1/vms/db/start", 503,
               {{"error", {{"kind", "unavailable"}, {"message", "no"}, {"hint", "sudo -v"}}}});
    const Params form = params({{"idem", "k1"}});
    const Response refused = console.post("/vms/db/start", form);
    EXPECT_EQ(refused.status, 503);
    EXPECT_TRUE(has(refused, "sudo -v"));
    EXPECT_TRUE(has(refused, "action=\"/vms/db/start\"")); // "Try again"
    console.on_begin("POST /v1/vms/db/start", "op1", "db");
    EXPECT_EQ(console.post("/vms/db/start", form).status, 303);
}

TEST_F(VmActions, LeadToWhatIsInTheWay) {
    console.operations = {operation_of("op9", "db", "succeeded"),
                          operation_of("op8", "other", "running"),
                          operation_of("op7", "db", "running")};
    console.on("POST /v1/vms/db/start", 409,
               {{"error", {{"kind", "busy"}, {"message", "VM db is being <b>started</b>"}}}});
    const Response page = console.post("/vms/db/start", params({{"force", "\"><script>"}}));
    EXPECT_EQ(page.status, 409);
    EXPECT_TRUE(has(page, "href=\"/ops/op7\""));
    EXPECT_TRUE(has(page, "href=\"/vms/db\""));
    EXPECT_TRUE(has(page, "&lt;b&gt;started"));
    EXPECT_FALSE(has(page, "<script>"));
    const Response answer = console.post("/vms/db/start", params({}), true);
    EXPECT_EQ(answer.status, 409);
    const json said = json::parse(answer.body);
    EXPECT_EQ(said.at("op"), "op7");
    EXPECT_EQ(said.at("href"), "/ops/op7");
    EXPECT_EQ(said.at("error").at("kind"), "busy");
}

TEST_F(VmActions, KeepANameInItsPlace) { // T15
    const Response response = console.post("/vms/a%3Fforce=1&%23/start", params({}));
    EXPECT_EQ(console.only_change().target, "/v1/vms/a%3Fforce%3D1%26%23/start");
    EXPECT_EQ(response.status, 404);
}

TEST_F(VmActions, WaitForRootWhereItIsNeeded) {
    console.daemon["privilege"] = {{"mode", "sudo"},
                                   {"ready", false},
                                   {"reason", "sudo asks for a password"},
                                   {"command", "sudo -v"}};
    const Response page = console.get("/vms/db/confirm/start");
    EXPECT_TRUE(has(page, "data-needs-root disabled aria-describedby=\"waits\""));
    EXPECT_TRUE(has(page, "sudo asks for a password"));
    EXPECT_FALSE(has(console.get("/vms/web-1/confirm/stop"), "disabled"));
    console.daemon["privilege"]["ready"] = true;
    console.changed();
    EXPECT_FALSE(has(console.get("/vms/db/confirm/start"), "disabled"));
}

TEST(OperationActions, CancelAndRetry) {
    FakeConsole console;
    console.vms = {vm("db", "stopped")};
    console.on_begin("POST /v1/vms/db/start", "op1", "db");
    ASSERT_EQ(console.post("/vms/db/start", params({})).status, 303);
    console.on("POST /v1/operations/op1/cancel", 202, operation_of("op1", "db", "cancelling"));
    const Response cancelled = console.post("/ops/op1/cancel", params({}), true);
    EXPECT_EQ(json::parse(cancelled.body), json({{"op", "op1"}, {"href", "/ops/op1"}}));

    console.on("GET /v1/operations/op1", 200, operation_of("op1", "db", "running"));
    EXPECT_EQ(console.post("/ops/op1/retry", params({})).status, 409);
    console.on("GET /v1/operations/op1", 200, operation_of("op1", "db", "cancelled"));
    console.on_begin("POST /v1/vms/db/start", "op2", "db");
    EXPECT_EQ(header_of(console.post("/ops/op1/retry", params({})), "Location"), "/ops/op2");
    EXPECT_EQ(console.changes().back().target, "/v1/vms/db/start");
    // And what that became can be done again, too.
    console.on("GET /v1/operations/op2", 200, operation_of("op2", "db", "failed"));
    console.on_begin("POST /v1/vms/db/start", "op3", "db");
    EXPECT_EQ(header_of(console.post("/ops/op2/retry", params({})), "Location"), "/ops/op3");
}

TEST(OperationActions, SayWhyNot) {
    FakeConsole console;
    console.on("GET /v1/operations/op1", 200, operation_of("op1", "db", "failed"));
    const Response retried = console.post("/ops/op1/retry", params({}));
    EXPECT_EQ(retried.status, 409);
    EXPECT_TRUE(has(retried, "not begun in this console"));
    EXPECT_TRUE(console.changes().empty());
    console.on("POST /v1/operations/op1/cancel", 409,
               {{"error", {{"kind", "conflict"}, {"message", "operation op1 is over: failed"}}}});
    const Response cancelled = console.post("/ops/op1/cancel", params({}));
    EXPECT_EQ(cancelled.status, 409);
    EXPECT_TRUE(has(cancelled, "is over"));
    EXPECT_TRUE(has(cancelled, "href=\"/ops/op1\""));
}

} // namespace
} // namespace web::test
