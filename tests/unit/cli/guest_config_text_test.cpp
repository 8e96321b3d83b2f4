#include "cli/guest_config_text.hpp"

#include "program.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace banger::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* running =
    R"json({"vm":"web","of":"running","network_card":"present","config":{
    "kernel_args":[{"key":"quiet","value":"","owner":"banger"},
                   {"key":"mode","value":"x","owner":"p"}],
    "drives":[{"id":"base","path":"base.ext4","read_only":true,"owner":"banger"}],
    "nics":[{"id":"eth0","tap":"bgr0","mac":"02:00:00:00:00:01","mtu":1400,"owner":"tap-pool"}],
    "files":[{"path":"/etc/x","mode":384,"uid":0,"gid":0,"bytes":3,"owner":"p"},
             {"path":"/etc/y","mode":2541,"uid":7,"gid":8,"bytes":0,"owner":"q"}],
    "guest":[{"key":"hostname","value":"web","owner":"banger"},
             {"key":"entropy","value":"(secret)","owner":"banger"}]}})json";

constexpr const char* shown = "what web was started with:\n"
                              "FIELD             VALUE                                  OWNER\n"
                              "kernel_arg:quiet  -                                      banger\n"
                              "kernel_arg:mode   x                                      p\n"
                              "drive:base        base.ext4, read-only                   banger\n"
                              "nic:eth0          tap bgr0, 02:00:00:00:00:01, mtu 1400  tap-pool\n"
                              "file:/etc/x       3 bytes, mode 0600                     p\n"
                              "file:/etc/y       0 bytes, mode 04755, owner 7:8         q\n"
                              "guest:hostname    web                                    banger\n"
                              "guest:entropy     (secret)                               banger\n";

TEST(GuestConfigText, HasEachFieldWithValueAndOwner) {
    EXPECT_EQ(cli::guest_config_text(api_client::Json::parse(running), {}), shown);
}

struct GuestConfigCommands : ProgramTest {
    GuestConfigCommands() { start_daemon(); }
};

TEST_F(GuestConfigCommands, ShowSaysOfWhichStartItIs) {
    daemon->on("GET /v1/vms/web", vm_json("web", "running"));
    daemon->on("GET /v1/vms/web/guest-config", running);
    EXPECT_EQ(run({"vm", "show", "--guest-config", "web"}).out, shown);
    auto next = nlohmann::json::parse(running);
    next["of"] = "next_start";
    next["config"]["nics"] = nlohmann::json::array();
    next["network_card"] = "at_start";
    daemon->on("GET /v1/vms/web/guest-config", next.dump());
    const Result text = run({"vm", "show", "web", "--guest-config"});
    EXPECT_EQ(text.code, 0);
    EXPECT_THAT(text.out, HasSubstr("what the next start of web would have:\n"));
    EXPECT_THAT(text.out, HasSubstr("\na network card comes at the start\n"));
    const Result json = run({"vm", "show", "web", "--guest-config", "--json"});
    EXPECT_EQ(nlohmann::json::parse(json.out), next);
}

TEST_F(GuestConfigCommands, ADryRunAsksForOneAndShowsWhatWouldBe) {
    auto config = nlohmann::json::parse(running);
    config["vm"] = nullptr;
    config["of"] = "first_start";
    const nlohmann::json answer = {
        {"vm",
         {{"name", nullptr},
          {"image", "debian"},
          {"vcpus", 2},
          {"memory_mib", 512},
          {"disk_mib", 8192},
          {"work_disk_mib", 1024},
          {"disk_mode", "overlay"},
          {"vmm", "auto"},
          {"driver", "qemu"},
          {"options", {{"nat", {{"nat", true}, {"publish", {"80:80"}}}}}}}},
        {"guest_config", config}};
    std::string query;
    daemon->on("POST /v1/vms", [&](const FakeDaemon::Request& request) {
        query = request.query;
        return FakeDaemon::Reply{200, answer.dump(), {}, {}};
    });
    const Result text = run({"vm", "create", "--vcpu", "2", "--dry-run"});
    EXPECT_EQ(text.code, 0) << text.err;
    EXPECT_EQ(query, "dry_run=true");
    for (const char* line :
         {"(made up at the create)", "(taken at the create)", "2 vcpu, 512M memory",
          "8G root (overlay), 1G on /root", "qemu (auto: chosen at each start)",
          "nat: nat=true, publish=80:80", "what its first start would have:", "drive:base"}) {
        EXPECT_THAT(text.out, HasSubstr(line));
    }
    EXPECT_THAT(text.err, HasSubstr("nothing was made"));
    EXPECT_THAT(text.out, Not(HasSubstr("nothing was made")));
    EXPECT_EQ(nlohmann::json::parse(run({"vm", "create", "--dry-run", "--json"}).out), answer);
}

TEST_F(GuestConfigCommands, ARefusedDryRunIsTheCreatesRefusal) {
    daemon->on("POST /v1/vms", problem("conflict", "a VM named 'web' exists already"), 409);
    const Result refused = run({"vm", "create", "web", "--dry-run"});
    daemon->on("POST /v1/vms", problem("conflict", "a VM named 'web' exists already"), 409);
    const Result create = run({"vm", "create", "web"});
    EXPECT_THAT(refused.err, HasSubstr("a VM named 'web' exists already"));
    EXPECT_NE(refused.code, 0);
    EXPECT_EQ(refused.code, create.code);
    EXPECT_NE(run({"vm", "create", "--dry-run", "--detach"}).code, 0);
}

} // namespace
} // namespace banger::test
