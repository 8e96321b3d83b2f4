#include "program.hpp"

#include <gmock/gmock.h>

namespace banger::test {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class PlacedVerbs : public ProgramTest {
  protected:
    PlacedVerbs() { start_daemon(); }

    /// Plugins that all place a verb at "vm ports".
    void share(const std::vector<std::string>& ids, const std::string& more = "") {
        std::string list;
        for (const std::string& id : ids) {
            list += (list.empty() ? "" : ",") + (R"({"id":")" + id + R"("})");
            daemon->on("GET /v1/plugins/" + id,
                       R"({"id":")" + id +
                           R"(","state":"active","actions":[{"kind":"cli","name":"ports",)" +
                           R"("summary":"Ports of )" + id + R"(","place":"vm ports",)" +
                           R"("params_schema":{"properties":{"vms":{"type":"array",)" +
                           R"("description":"Of these"}}})" + more + "}]}");
        }
        daemon->on("GET /v1/plugins", "{\"plugins\":[" + list + "]}");
    }
    void says(const std::string& id, const std::string& rows) {
        daemon->on("POST /v1/plugins/" + id + "/actions/cli/ports",
                   R"({"status":"ok","output":[{"kind":"json","json":)" + rows + "}]}");
    }
    void fails(const std::string& id, const std::string& kind, const std::string& why) {
        daemon->on("POST /v1/plugins/" + id + "/actions/cli/ports",
                   problem(kind, "plugin " + id + ", cli ports: " + why), 500);
    }
};

TEST_F(PlacedVerbs, AppearBesideOurs) {
    daemon->on("GET /v1/plugins", R"({"plugins":[{"id":"nat","state":"active"}]})");
    daemon->on("GET /v1/plugins/nat",
               R"({"id":"nat","state":"active","actions":[
               {"kind":"cli","name":"ports","summary":"Published ports","place":"vm ports",
                "params_schema":{"properties":{"vm":{"type":"string","description":"Only of it"}}}},
               {"kind":"cli","name":"ls","summary":"Not ours","place":"vm ls"}]})");
    says("nat", R"({"vm":"a","port":8080})");
    EXPECT_EQ(run({"vm", "ports", "--vm", "a"}).out, "vm    a\nport  8080\n");
    EXPECT_TRUE(daemon->saw(R"(POST /v1/plugins/nat/actions/cli/ports {"vm":"a"})"));
    EXPECT_EQ(run({"vm", "ports", "--vm=b"}).err, "");
    EXPECT_TRUE(daemon->saw(R"(POST /v1/plugins/nat/actions/cli/ports {"vm":"b"})"));
    EXPECT_EQ(run({"x", "nat", "ports", "--vm=c"}).code, 0);
    EXPECT_TRUE(daemon->saw(R"(POST /v1/plugins/nat/actions/cli/ports {"vm":"c"})"));
    EXPECT_EQ(run({"vm", "ports", "--json", "--vm=d"}).code, 0);
    EXPECT_TRUE(daemon->saw(R"(POST /v1/plugins/nat/actions/cli/ports {"vm":"d"})"));
    EXPECT_THAT(run({"vm", "ports", "--json"}).out, HasSubstr(R"("port": 8080)"));
    EXPECT_THAT(run({"vm", "--help"}).out, HasSubstr("Published ports"));
    const std::string help = run({"vm", "ports", "--help"}).out;
    EXPECT_THAT(help, HasSubstr("  --vm NAME               Only of it\n"));
    EXPECT_THAT(help, HasSubstr("Brought by the plugin nat."));
    EXPECT_THAT(help, Not(HasSubstr("--watch"))) << "it does not say that it may be repeated";
    EXPECT_THAT(run({"vm", "ports", "--watch"}).err, HasSubstr("unknown option --watch"));
    EXPECT_THAT(run({"__complete", "vm", "po"}).out, HasSubstr("ports\tPublished ports"));
    vms({{"a", "running"}});
    EXPECT_THAT(run({"vm", "ls"}).out, HasSubstr("NAME")); // ours wins
    EXPECT_THAT(run({"vm", "prots"}).err, HasSubstr("did you mean 'vm ports'?"));
}

TEST_F(PlacedVerbs, OfSeveralPluginsAreOneTable) {
    share({"vsock", "nat"});
    says("nat", R"([{"vm":"a","port":80,"published":"*:8080"}])");
    says("vsock", R"([{"vm":"a","port":22,"process":"sshd"},{"vm":"a","port":80,"process":"x"}])");
    const Result result = run({"vm", "ports"});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(result.out, "VM  PORT  PUBLISHED  PROCESS\n"
                          "a   22    -          sshd\n"
                          "a   80    *:8080     x\n");
    EXPECT_THAT(run({"vm", "ports", "--json"}).out,
                StartsWith("[\n  {\n    \"vm\": \"a\",\n    \"port\": 22,\n"
                           "    \"published\": null,"));
    EXPECT_EQ(run({"vm", "ports", "a"}).code, 0);
    EXPECT_TRUE(daemon->saw(R"(POST /v1/plugins/nat/actions/cli/ports {"vms":["a"]})"));
    EXPECT_TRUE(daemon->saw(R"(POST /v1/plugins/vsock/actions/cli/ports {"vms":["a"]})"));
    const std::string help = run({"vm", "ports", "--help"}).out;
    EXPECT_THAT(help, HasSubstr("Ports of nat, and ports of vsock\n\n"
                                "Usage: banger vm ports [OPTIONS] [NAME...]\n\n"
                                "Arguments:\n  NAME...                 Of these\n"));
    EXPECT_THAT(help, EndsWith("Brought by the plugins nat, vsock.\n"));
    vms({{"a", "running"}});
    EXPECT_EQ(run({"__complete", "vm", "ports", ""}).out, "a\trunning\n");
    EXPECT_EQ(run({"__complete", "vm", "ports", "--v"}).out, "--vms\tOf these\n");
    EXPECT_EQ(run({"vm", "ports", "--vm", "a"}).code, 2) << "no plugin takes it";
}

TEST_F(PlacedVerbs, OneThatFailsHidesNothingOfTheOthers) {
    share({"nat", "vsock"});
    says("nat", R"([{"vm":"a","port":80}])");
    fails("vsock", "unavailable", "it is stuck");
    EXPECT_EQ(run({"x", "vsock", "ports"}).err, "error: plugin vsock, cli ports: it is stuck\n");
    const Result result = run({"vm", "ports"});
    EXPECT_EQ(result.code, 1);
    EXPECT_EQ(result.out, "VM  PORT\na   80\n");
    EXPECT_EQ(result.err, "error: plugin vsock: it is stuck\n");
    says("vsock", R"({"port":1})");
    EXPECT_EQ(run({"vm", "ports"}).err, "error: plugin vsock: what it says is no table\n");
    fails("vsock", "unavailable", "it is stuck");
    fails("nat", "not_found", "no VM of the name a has ports");
    vms({{"a", "running"}});
    const Result both = run({"vm", "ports", "a"});
    EXPECT_EQ(both.code, 1);
    EXPECT_EQ(both.out, "");
    EXPECT_EQ(both.err, "error: plugin nat: no VM of the name a has ports\n"
                        "error: plugin vsock: it is stuck\n");
    fails("vsock", "not_found", "no VM of the name a has ports");
    const Result same = run({"vm", "ports", "a"});
    EXPECT_EQ(same.code, 3);
    EXPECT_EQ(same.err, "error: no VM of the name a has ports\n") << "one reason";
}

TEST_F(PlacedVerbs, HelpIsTheSameWhereverItIsAskedFor) {
    daemon->on("GET /v1/plugins", R"({"plugins":[{"id":"vsock","state":"active"}]})");
    daemon->on("GET /v1/plugins/vsock",
               R"({"id":"vsock","state":"active","actions":[
               {"kind":"cli","name":"stats","summary":"what VMs use","place":"vm stats",
                "params_schema":{"required":["since"],"properties":{"since":{"type":"string"},
                "vms":{"type":"array"},"top":{"type":"integer","description":"so many",
                                      "minimum":1,"maximum":10,"default":3},
                "by":{"enum":["cpu","disk"]},"log":{"type":"string","x-path":true}},
                "examples":[{"since":"1h","by":"cpu","vms":["a","b"]},
                            {"since":"two days","log":"x"}]}}]})");
    const std::string text = " [OPTIONS] SINCE [NAME...]\n\nArguments:\n  SINCE\n  NAME...\n\n"
                             "Options:\n  -h, --help              Print this help\n"
                             "  --top N                 So many (1 to 10, default: 3)\n"
                             "  --by TEXT               (cpu, disk)\n"
                             "  --log PATH\n"
                             "  --json                  Print JSON\n";
    const auto help_of = [&](const std::string& command) {
        return "What VMs use\n\nUsage: banger " + command + text + "\nExamples:\n  banger " +
               command + " 1h --by cpu --vms a --vms b\n  banger " + command +
               " 'two days' --log x\n\nBrought by the plugin vsock.\n";
    };
    EXPECT_EQ(run({"vm", "stats", "--help"}).out, help_of("vm stats"));
    EXPECT_EQ(run({"vm", "stats", "web", "-h"}).out, help_of("vm stats"));
    EXPECT_EQ(run({"help", "vm", "stats"}).out, help_of("vm stats"));
    EXPECT_EQ(run({"x", "vsock", "stats", "--help"}).out, help_of("x vsock stats"));
    EXPECT_THAT(run({"vm", "stats"}).err,
                HasSubstr("SINCE is missing\nhint: see banger vm stats --help"));
    EXPECT_THAT(run({"vm", "--help"}).out, HasSubstr("What VMs use\n"));
    EXPECT_THAT(run({"vm", "stast"}).err, HasSubstr("did you mean 'vm stats'?"));
}

TEST_F(PlacedVerbs, OfAVmThatDoesNotRunSayWhatOtherCommandsDo) {
    share({"nat", "vsock"});
    fails("nat", "not_found", "no VM of the name wbe runs");
    fails("vsock", "not_found", "no VM of the name wbe runs");
    vms({{"web", "running"}, {"life", "stopped"}});
    const Result slip = run({"vm", "ports", "wbe"});
    EXPECT_EQ(slip.code, 3);
    EXPECT_EQ(slip.err, "error: no VM named 'wbe'; did you mean 'web'?\n");
    const Result stopped = run({"x", "vsock", "ports", "life"});
    EXPECT_EQ(stopped.code, 1);
    EXPECT_EQ(stopped.err, "error: VM life is stopped\n"
                           "hint: start it with: banger vm start life\n");
}

TEST_F(PlacedVerbs, OneThatIsOffTakesNoPart) {
    share({"nat", "vsock"});
    says("nat", R"([])");
    daemon->on("GET /v1/plugins/vsock", R"({"id":"vsock","state":"leaving","actions":[
               {"kind":"cli","name":"ports","summary":"Ports","place":"vm ports"}]})");
    const Result result = run({"vm", "ports"});
    EXPECT_EQ(result.code, 0);
    EXPECT_EQ(result.err, "none (Ports of nat)\n");
}

TEST_F(PlacedVerbs, OfOneThatDoesNotRunAreNoSuchCommandForItsReason) {
    daemon->on("GET /v1/plugins",
               R"({"plugins":[{"id":"nat","state":"active","places":["vm ports"]},
                {"id":"vsock","state":"disabled","reason":"switched off in config.yaml",
                 "places":["vm stats","vm ports"]}]})");
    daemon->on("GET /v1/plugins/nat", R"({"id":"nat","state":"active"})");
    daemon->on("GET /v1/plugins/vsock", R"({"id":"vsock","state":"disabled"})");
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"vm", "stats"}, {"vm", "stats", "--help"}}) {
        EXPECT_EQ(run(words).err, "error: plugin vsock is off: switched off in config.yaml\n"
                                  "hint: plugins.entries.vsock.enabled: true in config.yaml "
                                  "(banger config path), then: banger daemon restart\n");
    }
    EXPECT_THAT(run({"vm", "--help"}).out, Not(HasSubstr("stats")));
    daemon->on("GET /v1/plugins/vsock",
               R"({"id":"vsock","state":"failed","actions":[
               {"kind":"cli","name":"stats","summary":"Use","place":"vm stats"}]})");
    daemon->on("GET /v1/plugins", R"({"plugins":[{"id":"vsock","state":"failed",
                                  "reason":"no nft","places":["vm stats"]}]})");
    EXPECT_EQ(run({"vm", "stats"}).err, "error: plugin vsock is failed: no nft\n"
                                        "hint: banger plugin show vsock\n");
    EXPECT_EQ(run({"vm", "bogus"}).err, "error: no command 'vm bogus'\n"
                                        "hint: banger vm --help lists its commands\n");
}

TEST_F(PlacedVerbs, OfOneThatNeverRanAreNotKnown) {
    daemon->on("GET /v1/plugins", R"({"plugins":[{"id":"vsock","state":"disabled"}]})");
    daemon->on("GET /v1/plugins/vsock", R"({"id":"vsock","state":"disabled"})");
    const Result result = run({"vm", "stats"});
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.err,
                HasSubstr("error: no command 'vm stats'; commands of plugins that have not run "
                          "yet are not known (vsock is disabled)\n"
                          "hint: if it is vsock's: set plugins.entries.vsock.enabled: true in "));
}

TEST_F(PlacedVerbs, AreShownAgainUntilCtrlC) {
    share({"nat", "vsock"}, R"(,"repeatable":true)");
    says("nat", R"([{"port":1}])");
    says("vsock", R"([{"port":2}])");
    int rounds = 0;
    const auto react = [&](const std::string& seen) {
        const bool again = seen.find("\x1b[H\x1b[J") != std::string::npos;
        rounds += again ? 1 : 0;
        return std::string(again && rounds == 1 ? "\x03" : "");
    };
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"vm", "ports", "--watch=100ms"},
          std::vector<std::string>{"x", "nat", "ports", "--watch=0.1"}}) {
        rounds = 0;
        const Result result = run_on_terminal(words, react);
        EXPECT_EQ(result.code, 0) << result.out;
        EXPECT_THAT(result.out, StartsWith("\x1b[H\x1b[2J"));
        EXPECT_GE(rounds, 1);
    }
    EXPECT_THAT(run({"vm", "ports", "--help"}).out,
                HasSubstr("  --watch[=TIME]          Shows it again"));
    EXPECT_THAT(run({"x", "nat", "ports", "--help"}).out, HasSubstr("--watch[=TIME]"));
    EXPECT_EQ(run({"__complete", "vm", "ports", "--w"}).out,
              "--watch\tshows it again every 2 s, or TIME, until Ctrl-C\n");
    for (const char* bad :
         {"--watch=", "--watch=soon", "--watch=0", "--watch=1ms", "--watch=48h"}) {
        const Result wrong = run({"vm", "ports", bad});
        EXPECT_EQ(wrong.code, 2) << bad;
        EXPECT_THAT(wrong.err, HasSubstr("--watch")) << bad;
    }
    EXPECT_THAT(run({"vm", "ports", "--watched"}).err, HasSubstr("unknown option --watched"));
}

TEST_F(PlacedVerbs, AWatchEndsWhenItsDaemonDoes) {
    share({"nat"}, R"(,"repeatable":true)");
    int asked = 0;
    daemon->on("POST /v1/plugins/nat/actions/cli/ports", [&](const FakeDaemon::Request&) {
        if (++asked > 2) {
            return FakeDaemon::Reply{500, problem("internal", "it broke"), {}, {}};
        }
        return FakeDaemon::Reply{
            200, R"({"status":"ok","output":[{"kind":"json","json":[{"port":1}]}]})", {}, {}};
    });
    const Result result = run({"vm", "ports", "--watch=0.1"});
    EXPECT_EQ(result.code, 1);
    EXPECT_EQ(result.out, "PORT\n1\n\nPORT\n1\n\n");
    EXPECT_EQ(result.err, "error: it broke\n");
}

TEST_F(PlacedVerbs, AWatchGoesOnWhereAVmComesBack) {
    share({"nat"}, R"(,"repeatable":true)");
    int asked = 0;
    daemon->on("POST /v1/plugins/nat/actions/cli/ports", [&](const FakeDaemon::Request&) {
        if (++asked == 2) {
            return FakeDaemon::Reply{404, problem("not_found", "web does not run"), {}, {}};
        }
        return asked > 3 ? FakeDaemon::Reply{500, problem("internal", "it broke"), {}, {}}
                         : FakeDaemon::Reply{
                               200,
                               R"({"status":"ok","output":[{"kind":"json","json":[{"port":1}]}]})",
                               {},
                               {}};
    });
    EXPECT_EQ(run({"vm", "ports", "--watch=0.1"}).out,
              "PORT\n1\n\nweb does not run\n\nPORT\n1\n\n");
}

} // namespace
} // namespace banger::test
