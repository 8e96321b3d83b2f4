#include "program.hpp"

#include <gmock/gmock.h>

namespace banger::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class VerbAlias : public ProgramTest {
  protected:
    VerbAlias() { start_daemon(); }

    /// Plugins that run and bring these verbs, each with `more` members.
    void bring(const std::map<std::string, std::vector<std::string>>& plugins,
               const std::string& more = "") {
        std::string list;
        for (const auto& [id, verbs] : plugins) {
            std::string actions;
            for (const std::string& verb : verbs) {
                actions += (actions.empty() ? "" : ",") + (R"({"kind":"cli","name":")" + verb) +
                           R"(","summary":")" + id + "'s " + verb + R"(",)" +
                           R"("params_schema":{"properties":{"vm":{"type":"string"}}})" + more +
                           "}";
                daemon->on("POST /v1/plugins/" + id + "/actions/cli/" + verb,
                           R"({"status":"ok","output":[{"kind":"text","text":")" + id + R"("}]})");
            }
            list += (list.empty() ? "" : ",") + (R"({"id":")" + id + R"("})");
            daemon->on("GET /v1/plugins/" + id,
                       R"({"id":")" + id + R"(","state":"active","actions":[)" + actions + "]}");
        }
        daemon->on("GET /v1/plugins", "{\"plugins\":[" + list + "]}");
    }
};

TEST_F(VerbAlias, IsTheVerbWithoutItsPlugin) {
    bring({{"share-dir", {"share"}}, {"nat", {"forward"}}});
    EXPECT_EQ(run({"share", "--vm", "a"}).out, "share-dir\n");
    EXPECT_TRUE(daemon->saw(R"(POST /v1/plugins/share-dir/actions/cli/share {"vm":"a"})"));
    EXPECT_THAT(run({"share", "--help"}).out, HasSubstr("Usage: banger share [OPTIONS]\n"));
    EXPECT_THAT(run({"x", "share-dir", "share", "--help"}).out,
                HasSubstr("Usage: banger x share-dir share [OPTIONS]\n"));
    EXPECT_EQ(run({"help", "share"}).out, run({"share", "--help"}).out);
    EXPECT_THAT(run({"--help"}).out, HasSubstr("share-dir's share (plugin share-dir)\n"));
    EXPECT_THAT(run({"__complete", "sh"}).out, HasSubstr("share\tshare-dir's share"));
    vms({{"web", "running"}});
    EXPECT_EQ(run({"__complete", "share", ""}).out, "web\trunning\n");
    EXPECT_EQ(run({"__complete", "share", "--v"}).out, "--vm\t\n");
    const Result bogus = run({"share", "--bogus"});
    EXPECT_EQ(bogus.code, 2);
    EXPECT_THAT(bogus.err, HasSubstr("hint: see banger share --help\n"));
}

TEST_F(VerbAlias, IsNotThereForAWordOfSeveralPlugins) {
    bring({{"nat", {"counts"}}, {"dns", {"counts"}}});
    const Result result = run({"counts"});
    EXPECT_EQ(result.code, 2);
    EXPECT_EQ(result.err, "error: several plugins bring a command 'counts'\n"
                          "hint: say banger x dns counts or banger x nat counts\n");
    EXPECT_THAT(run({"--help"}).out, Not(HasSubstr("Commands of plugins")));
}

TEST_F(VerbAlias, TakesNoWordOfOurs) {
    bring({{"nat", {"create", "config", "doctor"}}});
    EXPECT_EQ(run({"create"}).err, "error: no command 'create'; did you mean 'banger vm create'?\n"
                                   "hint: banger --help lists the commands\n");
    EXPECT_THAT(run({"config", "--help"}).out, HasSubstr("The configuration"));
    EXPECT_THAT(run({"--help"}).out, Not(HasSubstr("nat's")));
}

TEST_F(VerbAlias, TakesNoWordThatIsKeptForOurs) {
    bring({{"dns", {"status", "upgrade", "lookup"}}});
    EXPECT_EQ(run({"status"}).err,
              "error: no command 'status'; did you mean 'banger daemon status'?\n"
              "hint: banger --help lists the commands\n");
    EXPECT_EQ(run({"upgrade"}).err, "error: no command 'upgrade'\n"
                                    "hint: banger --help lists the commands\n");
    const std::string help = run({"--help"}).out;
    EXPECT_THAT(help, HasSubstr("dns's lookup (plugin dns)\n"));
    EXPECT_THAT(help, Not(HasSubstr("dns's status")));
    EXPECT_EQ(run({"x", "dns", "status"}).out, "dns\n");
}

TEST_F(VerbAlias, IsToldWhereTheVerbIs) {
    bring({{"dns", {"lookup", "status", "both"}}, {"nat", {"both"}}});
    const std::string all = run({"x"}).out;
    EXPECT_THAT(all, HasSubstr("banger x dns lookup  dns's lookup (in short: banger lookup)\n"));
    EXPECT_THAT(all, HasSubstr("banger x dns status  dns's status\n"));
    EXPECT_THAT(all, HasSubstr("banger x dns both    dns's both\n"));
    EXPECT_THAT(run({"plugin", "show", "dns"}).out,
                HasSubstr("banger x dns lookup  dns's lookup (in short: banger lookup)\n"));
}

TEST_F(VerbAlias, IsNotThereForAVerbThatHasAPlace) {
    bring({{"vsock", {"ports"}}}, R"(,"place":"vm ports")");
    EXPECT_THAT(run({"ports"}).err, HasSubstr("no command 'ports'"));
    EXPECT_THAT(run({"x"}).out, HasSubstr("vsock's ports (in short: banger vm ports)\n"));
}

TEST_F(VerbAlias, IsNotThereForAPluginThatDoesNotRun) {
    daemon->on("GET /v1/plugins", R"({"plugins":[{"id":"nat"}]})");
    daemon->on("GET /v1/plugins/nat", R"({"id":"nat","state":"failed","actions":[
               {"kind":"cli","name":"share","summary":"Share"}]})");
    EXPECT_THAT(run({"share"}).err, HasSubstr("no command 'share'"));
}

} // namespace
} // namespace banger::test
