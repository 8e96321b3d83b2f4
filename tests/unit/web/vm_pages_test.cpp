#include "console_site.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace web {
namespace {

using nlohmann::json;
using test::ConsoleSite;
using test::count;
using test::full_vm;
using test::operation;

class VmPagesTest : public testing::Test {
  protected:
    void vms(const std::vector<json>& list) { console.set("/v1/vms", {{"vms", list}}); }
    void operations(const std::vector<json>& list) {
        console.set("/v1/operations", {{"operations", list}});
    }
    std::string body(const std::string& path, const std::string& query = {}) {
        const Response response = console.get(path, query);
        EXPECT_EQ(response.status, 200) << path;
        return response.body;
    }
    static bool has(const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    }

    ConsoleSite console{add_home, add_vms, add_ports, add_logs};
};

TEST_F(VmPagesTest, ShowAVmWithAllThereMayBe) {
    vms({full_vm("web")});
    operations({operation("op-1", "trim", "web", "running")});
    console.set("/v1/footprint?vm=web", {{"objects",
                                          {{{"plugin", "nat"},
                                            {"kind", "port"},
                                            {"name", "tcp 8080"},
                                            {"state", "in-use"},
                                            {"detail", "leads to it"}},
                                           {{"plugin", "dns"}, {"error", "it did not answer"}}}}});
    const std::string page = body("/vms/web");
    for (const char* part : {"<h1>web</h1>",
                             "172.30.88.10",
                             "web.vm",
                             "banger vm ssh web",
                             "ssh web.vm",
                             "37 %",
                             "614 MiB of 1 GiB",
                             "1 GiB of 8 GiB",
                             "x.service",
                             "http://172.30.88.10:8000/",
                             "localhost:8080",
                             "Directory listing",
                             "a warning of it",
                             "1.9 s",
                             "38 ms",
                             "trim web",
                             "egress: open",
                             "30 min; not idle: 2 logins",
                             "1 d after its start",
                             "2 CPUs, 1 GiB",
                             "firecracker (kvm), it is the fastest",
                             "banger vm exec web -- uptime"}) {
        EXPECT_TRUE(has(page, part)) << part;
    }
    const std::string host = body("/vms/web/host");
    EXPECT_TRUE(has(host, "tcp 8080") && has(host, "it did not answer"));
    EXPECT_TRUE(has(body("/vms"), "644 MiB") == false);
    EXPECT_TRUE(has(body("/ports"), "http://172.30.88.10:8000/"));
    EXPECT_TRUE(has(body("/"), "http://172.30.88.10:8000/"));
}

TEST_F(VmPagesTest, ShowAVmThatHasNextToNothing) {
    vms({{{"name", "bare"}}});
    for (const char* path : {"/", "/vms", "/vms/bare", "/ports", "/logs"}) {
        EXPECT_TRUE(has(body(path), "</html>")) << path;
    }
    EXPECT_EQ(console.get("/vms/bare", "", true).body.find("<html"), std::string::npos);
}

TEST_F(VmPagesTest, ButtonsSayWhatTheyAreOf) {
    json stopped = full_vm("db");
    stopped["state"] = "stopped";
    stopped["operation"] = nullptr;
    json running = full_vm("web");
    running["operation"] = nullptr;
    vms({running, stopped});
    const std::string page = body("/vms");
    EXPECT_TRUE(has(page, "formaction=\"/vms/web/stop\">Stop<span class=\"vh\"> web</span>"));
    EXPECT_TRUE(has(page, "formaction=\"/vms/db/start\">Start<span class=\"vh\"> db</span>"));
    EXPECT_FALSE(has(page, "/vms/web/start\"") || has(page, "/vms/db/stop\""));
    EXPECT_TRUE(has(page, "href=\"/vms/db/confirm/delete\""));
    EXPECT_TRUE(has(body("/vms/db"), "href=\"/vms/db/commit\">Save as image"));
    EXPECT_EQ(count(page, "name=\"csrf\""), 3U) << "of each row and of the bulk form";
    EXPECT_EQ(count(page, "type=\"checkbox\" name=\"name\" value="), 2U);
    EXPECT_EQ(count(page, " checked"), 0U);
    EXPECT_EQ(count(body("/vms", "select=all"), " checked"), 2U);
}

TEST_F(VmPagesTest, AVmThatIsBusyHasItsOperationInstead) {
    vms({full_vm("web")});
    operations({operation("op-1", "stop", "web", "running")});
    const std::string page = body("/vms");
    EXPECT_FALSE(has(page, "formaction"));
    EXPECT_TRUE(has(page, "href=\"/ops/op-1\">stop web</a>"));
    EXPECT_FALSE(has(page, "/confirm/delete"));
}

TEST_F(VmPagesTest, AColdSudoBlocksAndSaysWhy) {
    json stopped = full_vm("db");
    stopped["state"] = "stopped";
    stopped["operation"] = nullptr;
    vms({stopped});
    console.set("/v1/daemon", {{"privilege",
                                {{"mode", "sudo"},
                                 {"ready", false},
                                 {"reason", "sudo wants a password"},
                                 {"command", "sudo -v"}}}});
    for (const char* path : {"/vms", "/vms/db"}) {
        const std::string page = body(path);
        EXPECT_TRUE(has(page, "id=\"blocked\"")) << path;
        EXPECT_TRUE(has(page, "sudo wants a password")) << path;
        EXPECT_TRUE(has(page, "formaction=\"/vms/db/start\" disabled aria-describedby=\"blocked\""))
            << path;
    }
    EXPECT_TRUE(has(body("/"), "waits for sudo"));
}

TEST_F(VmPagesTest, AVmIsListedFromTheFirstSecond) {
    operations({operation("op-7", "create", "fresh", "running"),
                operation("op-8", "create", "", "queued"),
                operation("op-9", "create", "failed-one", "failed")});
    const std::string page = body("/vms");
    EXPECT_TRUE(has(page, ">fresh</a>") && has(page, ">a new VM</a>"));
    EXPECT_FALSE(has(page, "failed-one"));
    EXPECT_TRUE(has(body("/vms/fresh"), "data-op=\"op-7\""));
    EXPECT_FALSE(has(body("/vms", "q=none"), "/vms/fresh")) << "the filter is for what is there";
}

TEST_F(VmPagesTest, OneThatIsGoneSaysWhatToDo) {
    vms({full_vm("web-1")});
    operations({operation("op-3", "delete", "web-2", "succeeded"),
                operation("op-2", "start", "web-2", "succeeded")});
    for (const char* path : {"/vms/web-2", "/vms/web-2/logs", "/vms/web-2/host"}) {
        const Response gone = console.get(path);
        EXPECT_EQ(gone.status, 404);
        EXPECT_TRUE(has(gone.body, "delete web-2")) << path;
        EXPECT_FALSE(has(gone.body, "start web-2")) << "the last one is told";
        EXPECT_TRUE(has(gone.body, "href=\"/vms/web-1\"")) << path;
        EXPECT_TRUE(has(gone.body, "banger vm create --name web-2")) << path;
    }
    EXPECT_THROW((void)console.get("/vms/web-2/log"), Problem);
    const Response odd = console.get("/vms/<b>$(id)");
    EXPECT_EQ(odd.status, 404);
    EXPECT_FALSE(has(odd.body, "<b>"));
    EXPECT_TRUE(has(odd.body, "&#39;&lt;b&gt;$(id)&#39;")) << "as a word of a shell";
}

TEST_F(VmPagesTest, AnEmptyListSaysWhichKindOfEmpty) {
    EXPECT_TRUE(has(body("/vms"), "There is no VM yet"));
    EXPECT_TRUE(has(body("/"), "There is no VM yet"));
    ConsoleSite other{add_vms};
    other.set("/v1/vms", {{"vms", {full_vm("web")}}});
    EXPECT_TRUE(has(other.get("/vms", "q=zzz").body, "No VM is like that"));
}

TEST_F(VmPagesTest, OneBrokenPartLeavesTheRest) {
    vms({full_vm("web")}); // neither its console's file nor the daemon's answer is there
    EXPECT_TRUE(has(body("/vms/web"), "nothing answers GET /v1/vms/web/console"));
    EXPECT_TRUE(has(body("/logs", "vm=web"), "nothing answers GET /v1/vms/web/console"));
    EXPECT_THROW((void)console.get("/vms/web/host"), Problem) << "that page has nothing else";
}

TEST_F(VmPagesTest, TheDoctorIsAskedBehindThePage) {
    console.set("/v1/doctor", {{"checks",
                                {{{"id", "a"}, {"severity", "warning"}, {"title", "a small thing"}},
                                 {{"id", "b"}, {"severity", "error"}, {"title", "a great thing"}},
                                 {{"id", "c"}, {"severity", "ok"}, {"title", "all well"}},
                                 7}}});
    std::string page = body("/");
    for (int i = 0; i < 500 && !has(page, "1 error, 1 warning"); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        page = body("/");
    }
    EXPECT_TRUE(has(page, "1 error, 1 warning"));
    EXPECT_LT(page.find("a great thing"), page.find("a small thing")) << "the worst first";
    EXPECT_FALSE(has(page, "all well"));
}

} // namespace
} // namespace web
