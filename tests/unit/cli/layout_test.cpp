// What people see of the API's answers.
#include "program.hpp"

#include "config/config.hpp"
#include "config/effective.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace banger::test {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

struct Layout : ProgramTest {
    Layout() { start_daemon(); }
};

TEST_F(Layout, DoctorSaysCauseAndFix) {
    daemon->on("GET /v1/doctor", R"({"checks":[
        {"id":"vmm","source":"banger","severity":"ok","title":"qemu","cause":"no KVM"},
        {"id":"kvm","source":"banger","severity":"warning","title":"slow","cause":"/dev/kvm is missing",
         "fix":"load kvm_intel"}]})");
    const Result warning = run({"doctor"});
    EXPECT_EQ(warning.code, 0);
    EXPECT_EQ(warning.out, "✓ qemu\n    no KVM\n! slow\n    /dev/kvm is missing\n"
                           "    fix: load kvm_intel\n\n1 warning; VMs can run\n");
    daemon->on("GET /v1/doctor",
               R"({"checks":[{"severity":"error","source":"tap-pool","title":"broken"}]})");
    const Result error = run({"doctor"});
    EXPECT_EQ(error.code, 1);
    EXPECT_EQ(error.out, "✗ tap-pool: broken\n\n1 error\n");
}

TEST_F(Layout, DoctorFailsWhenItDidNotRepair) {
    const std::string check = R"({"id":"link","source":"dns","severity":"warning","title":"gone")";
    daemon->on("GET /v1/doctor", R"({"checks":[)" + check + R"(,"repair":["make it"]}]})");
    EXPECT_EQ(run({"doctor"}).code, 0);
    const Result nobody = run({"doctor", "--fix"});
    EXPECT_EQ(nobody.code, 1);
    EXPECT_THAT(nobody.err, HasSubstr("nothing is done without a terminal to ask on"));
    const std::string repair = "POST /v1/plugins/dns/actions/doctor/link";
    daemon->on(repair, problem("internal", "it broke"), 500);
    const Result failed = run({"doctor", "--fix", "--yes"});
    EXPECT_EQ(failed.code, 1);
    EXPECT_THAT(failed.err, HasSubstr("it broke"));
    daemon->on(repair, R"({"output":[{"json":{"severity":"ok","title":"there"}}]})");
    const Result done = run({"doctor", "--fix", "--yes"});
    EXPECT_EQ(done.code, 0) << done.err;
    EXPECT_THAT(done.out, HasSubstr("✓ there"));
}

TEST_F(Layout, AWrongValueIsToldWithEachNameOfItsOption) {
    for (const char* name : {"-n", "--limit"}) {
        EXPECT_THAT(run({"op", "ls", name, "0"}).err,
                    HasSubstr("error: -n, --limit: '0' is not a whole number from 1 to 500"));
    }
}

TEST_F(Layout, DoctorKeepsToTheTerminalsWidth) {
    const std::string text(
        "a long sentence that goes on and on, until no terminal of usual width has room for it");
    daemon->on("GET /v1/doctor", R"({"checks":[{"severity":"error","title":")" + text +
                                     R"(","cause":")" + text + R"(","fix":")" + text + R"("}]})");
    const std::string shown = run_on_terminal({"doctor"}, {}, {"NO_COLOR=1"}).out;
    EXPECT_THAT(shown, HasSubstr("\r\n  "));
    EXPECT_THAT(shown, HasSubstr("\r\n    room for it"));
    for (std::size_t at = 0; at < shown.size();) {
        const std::size_t end = std::min(shown.find('\n', at), shown.size());
        EXPECT_LE(end - at, 83U) << shown; // the mark's three bytes are one column, and there is \r
        at = end + 1;
    }
}

TEST_F(Layout, ConfigShowIsYamlThatReadsTheSame) {
    config::Config config = config::default_config();
    config.vm.image = "on: # \"odd\"";
    config.plugins.path = {"/a b", "/c"};
    config.plugins.entries["tap-pool"].config = R"({"size":3})";
    config.plugins.entries["tap-pool"].after = {};
    daemon->on("GET /v1/config", config::to_json(config).dump());
    const Result shown = run({"config", "show"});
    EXPECT_EQ(shown.code, 0);
    EXPECT_THAT(shown.out, HasSubstr("  bundle: \"\"  # default\n"));
    EXPECT_THAT(shown.out, HasSubstr("  memory: 512M  # default\n"));
    const auto values = [](const config::Config& of) {
        nlohmann::ordered_json out;
        const auto all = config::to_json(of).flatten();
        for (const auto& [key, value] : all.items()) {
            if (!key.ends_with("/source")) {
                out[key] = value;
            }
        }
        return out;
    };
    EXPECT_EQ(values(config::parse_config(shown.out, "shown")), values(config));
}

TEST_F(Layout, PluginShowIsForPeople) {
    daemon->on("GET /v1/plugins/nat", R"({"id":"nat","state":"failed","reason":"no nft",
        "hint":"apt install nftables","on_error":"fail","required":false,"name":"NAT","version":"1.0.0","summary":"Internet",
        "interfaces":["banger.vm-options/1","banger.cli/1"],"hooks":["before_start","undo"],
        "hides":["/usr/lib/nat.so"],
        "options":[{"name":"nat","flag":"--nat","live":true,
                    "schema":{"type":"boolean","default":true,"description":"reach the internet"}}],
        "actions":[{"kind":"cli","name":"ls","summary":"rules"},
                   {"kind":"doctor","name":"nft","summary":"nft is there"}],
        "config_schema":{"properties":{"size":{"type":"integer","minimum":0,"maximum":64,
                         "default":2,"description":"rules kept"}}}})");
    const Result shown = run({"plugin", "show", "nat"});
    EXPECT_EQ(shown.code, 0);
    EXPECT_THAT(shown.out, Not(HasSubstr("{")));
    EXPECT_THAT(shown.out, HasSubstr("why       no nft\nhint      apt install nftables\n"));
    EXPECT_THAT(shown.out, HasSubstr("brings    banger.vm-options/1, banger.cli/1\n"));
    EXPECT_THAT(shown.out, HasSubstr("hooks     before_start, undo\n"));
    EXPECT_THAT(shown.out, HasSubstr("hides     /usr/lib/nat.so\n"));
    EXPECT_THAT(shown.out,
                HasSubstr("  --nat  reach the internet (default: true); can change while"));
    EXPECT_THAT(shown.out, HasSubstr("  banger x nat ls  rules\n"));
    EXPECT_THAT(shown.out, HasSubstr("  size  rules kept (0 to 64, default: 2)\n"));
    EXPECT_EQ(run({"plugin", "show", "nat", "--json"}).out.substr(0, 1), "{");
}

TEST_F(Layout, VmShowNamesTheVmmThatRunsIt) {
    const std::string rest = R"("name":"a","vcpus":1,"memory_mib":512,"accel":"tcg",)";
    daemon->on("GET /v1/vms/a", "{" + rest + R"("state":"running","vmm":"auto","driver":"qemu"})");
    EXPECT_THAT(run({"vm", "show", "a"}).out, HasSubstr("qemu (tcg), chosen by banger; "));
    daemon->on("GET /v1/vms/a", "{" + rest + R"("state":"running","vmm":"auto","driver":"qemu",)" +
                                    R"("vmm_reason":"qemu 7.2; not firecracker: none"})");
    EXPECT_THAT(run({"vm", "show", "a"}).out,
                HasSubstr("qemu (tcg), chosen by banger: qemu 7.2; not firecracker: none"));
    daemon->on("GET /v1/vms/a", "{" + rest + R"("state":"running","vmm":"qemu","driver":"qemu"})");
    EXPECT_THAT(run({"vm", "show", "a"}).out, HasSubstr("  qemu (tcg)\n"));
    daemon->on("GET /v1/vms/a", "{" + rest + R"("state":"stopped","vmm":"auto","driver":null})");
    EXPECT_THAT(run({"vm", "show", "a"}).out, HasSubstr("  auto (chosen at each start)\n"));
}

TEST_F(Layout, ErrorsNameTheFlagThatWasTyped) {
    daemon->on("POST /v1/vms",
               problem("invalid", "memory_mib must be at least 128 MiB, not 64 MiB"), 400);
    for (const char* how : {"--json", "--detach"}) {
        const Result result = run({"vm", "create", "--memory", "64M", how});
        EXPECT_EQ(result.code, 2);
        EXPECT_EQ(
            result.err,
            "error: --memory must be at least 128 MiB, not 64 MiB\nhint: write it as 512M, 2G or "
            "20G; a plain number is MiB\n");
    }
    vms({{"a", "stopped"}});
    daemon->on("PATCH /v1/vms/a", problem("invalid", "vcpus must be at most 32, not 99"), 400);
    EXPECT_EQ(run({"vm", "set", "a", "--vcpu", "99"}).err,
              "error: a: --vcpu must be at most 32, not 99\n");
}

TEST_F(Layout, OperationsShowTheStageThatFailed) {
    const std::string operation = R"({"id":"1","kind":"create","target":"a","state":"failed",
        "stage":"rollback","stages":[{"name":"boot","state":"failed","ended_at":"x","ms":5000},
        {"name":"rollback","state":"done","ended_at":"x","ms":10}],"log":[],"privileged":[]})";
    daemon->on("GET /v1/operations", R"({"operations":[)" + operation + "]}");
    daemon->on("GET /v1/operations/1", operation);
    EXPECT_THAT(run({"op", "ls"}).out, HasSubstr("failed  boot"));
    const std::string shown = run({"op", "show", "1"}).out;
    EXPECT_THAT(shown, HasSubstr("stage  boot\n"));
    EXPECT_THAT(shown, HasSubstr("boot failed "));
}

TEST_F(Layout, OptionsThatHaveNoEffectAreMarked) {
    daemon->on("GET /v1/plugins", R"({"plugins":[{"id":"dns","state":"active"},
        {"id":"nat","state":"disabled"}]})");
    daemon->on("GET /v1/vms/a", R"({"name":"a","state":"running","options":{
        "dns":{"alias":["api","api.web"]},"gone":{"x":1},
        "nat":{"egress":"open","nat":true,"publish":["8080:80"]}}})");
    EXPECT_THAT(run({"vm", "show", "a"}).out,
                HasSubstr("alias=[api, api.web]; x=1 (plugin gone is not there); egress=open, "
                          "nat=true, publish=[8080:80] (plugin nat is off)\n"));
}

TEST_F(Layout, ADaemonIsStartedWhenItHasTakenUpTheVms) {
    int asked = 0;
    daemon->on("GET /v1/daemon", [&](const FakeDaemon::Request&) {
        return FakeDaemon::Reply{200,
                                 ++asked < 3 ? R"({"pid":1,"settled":false})"
                                             : R"({"pid":1,"settled":true})",
                                 {},
                                 {}};
    });
    EXPECT_EQ(run({"daemon", "start"}).out, "bangerd runs already, pid 1\n");
    EXPECT_EQ(asked, 3);
}

TEST_F(Layout, SetSaysItOnce) {
    vms({{"a", "stopped"}});
    daemon->on("PATCH /v1/vms/a", vm_json("a", "stopped"));
    const Result once = run({"vm", "set", "a", "a", "--vcpu", "2"});
    EXPECT_EQ(once.out, "a set\n");
    EXPECT_EQ(once.err, "");
}

TEST_F(Layout, SetSaysWhatALostListHad) {
    daemon->on("GET /v1/vm-options", R"({"options":[{"plugin":"nat","name":"publish",
        "flag":"--publish","short":"p","type":"array","description":"Ports"}]})");
    vms({{"a", "stopped"}});
    bool changed = false;
    daemon->on("GET /v1/vms/a", [&](const FakeDaemon::Request&) {
        return FakeDaemon::Reply{200,
                                 changed ? R"({"options":{"nat":{"publish":["2:2","3:3"]}}})"
                                         : R"({"options":{"nat":{"publish":["1:1","2:2"]}}})",
                                 {},
                                 {}};
    });
    daemon->on("PATCH /v1/vms/a", [&](const FakeDaemon::Request&) {
        changed = true;
        return FakeDaemon::Reply{200, vm_json("a", "stopped"), {}, {}};
    });
    const Result result = run({"vm", "set", "a", "-p", "2:2", "--publish", "3:3"});
    EXPECT_EQ(result.out, "a set\n");
    EXPECT_EQ(result.err, "a: --publish no longer has 1:1; a new list replaces the old one\n");
    EXPECT_EQ(run({"vm", "set", "a", "--publish", "2:2"}).err, "");
    EXPECT_THAT(run({"vm", "set", "--help"}).out, HasSubstr("Ports; replaces what was set"));
    EXPECT_THAT(run({"vm", "create", "--help"}).out, Not(HasSubstr("replaces")));
    const std::string help = run({"vm", "create", "--help"}).out;
    EXPECT_THAT(help, HasSubstr("No --publish at all\n"));
    EXPECT_THAT(help, Not(HasSubstr("\n\n\n")));
}

TEST_F(Layout, RequiredOptionsAreMarked) {
    EXPECT_THAT(run({"image", "register", "--help"}).out, HasSubstr("--rootfs FILE (required)"));
}

} // namespace
} // namespace banger::test
