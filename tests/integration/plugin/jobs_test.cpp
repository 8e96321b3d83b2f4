#include "plugin_host.hpp"

#include "plugin/actions.hpp"
#include "plugin/job.hpp"
#include "plugin/limits.hpp"

#include <algorithm>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

/// Long jobs, and what else actions may answer.
namespace banger::plugin {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

struct Jobs : testing::Test {
    PluginHost host;

    void SetUp() override {
        host.add("polite");
        ASSERT_EQ(host.load(), "");
    }
    ActionResult run(const std::string& kind, const std::string& verb, const std::string& args) {
        return Actions(*host.catalog).run("polite", kind, verb, args, host.context);
    }
    std::string begin(const std::string& what) {
        return run("cli", "job", R"({"do":")" + what + "\"}").output.front().bytes;
    }
    OperationBoard::Result do_job(const std::string& what) {
        begin(what);
        return host.operations.wait();
    }
};

TEST_F(Jobs, StagesProgressLinesAndResultAreTheOperations) {
    EXPECT_EQ(begin("count"), R"({"operation":"op-1"})");
    const auto result = host.operations.wait();
    EXPECT_FALSE(result.error);
    EXPECT_EQ(result.json, R"({"sheep":10})");
    EXPECT_THAT(host.operations.told(),
                ElementsAre("polite.count ten sheep", "stage counting", "reaches 100",
                            "info sheep 0", "info sheep 1", "5/10 bytes", "10/10 bytes",
                            "info polite: all there"));
}

TEST_F(Jobs, AreOfWhoAskedForThem) {
    host.context.initiator = "uid 1000"; // of the request that the action is for
    (void)do_job("count");
    host.context.initiator.clear();
    (void)do_job("count");
    EXPECT_THAT(host.operations.initiators, ElementsAre("uid 1000", "plugin polite"));
}

TEST_F(Jobs, AFailureIsTheOperationsError) {
    auto result = do_job("fail");
    ASSERT_TRUE(result.error);
    EXPECT_STREQ(result.error->what(), "no sheep here");
    EXPECT_EQ(result.error->hint(), "buy some");
    result = do_job("clash");
    ASSERT_TRUE(result.error);
    EXPECT_STREQ(result.error->what(), "they are counted already");
    EXPECT_EQ(result.error->kind(), os::ErrorKind::conflict);
    result = do_job("throw");
    ASSERT_TRUE(result.error);
    EXPECT_STREQ(result.error->what(), "plugin polite, job count op-3: fence");
    result = do_job("array");
    ASSERT_TRUE(result.error);
    EXPECT_STREQ(result.error->what(), "its result is no JSON object");
    EXPECT_EQ(host.info("polite").state, State::active);
}

TEST_F(Jobs, ACancelledOneTakesBackWhatItDid) {
    begin("wait");
    while (run("cli", "no-job", "{}").output.back().bytes != "1") { // beside the job
        std::this_thread::yield();
    }
    host.operations.cancel();
    const auto result = host.operations.wait();
    ASSERT_TRUE(result.error);
    EXPECT_EQ(result.error->kind(), os::ErrorKind::cancelled);
    EXPECT_THAT(host.operations.told(), Contains("stage sending them home"));
    EXPECT_EQ(host.info("polite").state, State::active);
}

TEST_F(Jobs, StagesAndResultAreBounded) {
    auto result = do_job("restless");
    ASSERT_FALSE(result.error);
    const auto told = host.operations.told();
    EXPECT_EQ(std::count_if(told.begin(), told.end(),
                            [](const auto& line) { return line.starts_with("stage "); }),
              200);
    EXPECT_THAT(told, Contains("warning (stages after the first 200 are not shown)"));
    result = do_job("large");
    ASSERT_TRUE(result.error);
    EXPECT_STREQ(result.error->what(), "its result is 1048588 bytes, at most 1048576");
}

TEST_F(Jobs, AFloodOfLinesIsCutAndCounted) {
    ASSERT_FALSE(do_job("flood").error);
    const auto told = host.operations.told();
    EXPECT_LT(told.size(), 3000U);
    EXPECT_GE(told.size(), 1000U);
    EXPECT_THAT(told, Contains(HasSubstr("lines dropped here)")));
}

TEST_F(Jobs, ManyRunBesideEachOtherButNotAnyNumber) {
    for (int i = 0; i < limits::jobs; ++i) {
        begin("wait");
    }
    EXPECT_EQ(error_of([&] { begin("wait"); }),
              "plugin polite, cli job: operations.start: 16 jobs of plugin polite run already");
    host.operations.cancel_all();
    EXPECT_TRUE(host.operations.wait().error);
    while (host.catalog->find("polite")->jobs > 0) {
        std::this_thread::yield();
    }
    EXPECT_FALSE(do_job("count").error);
}

TEST_F(Jobs, ABadOneIsRefusedAndAClosedBoardTakesNone) {
    EXPECT_EQ(error_of([&] { begin("badkind"); }),
              "operations.start: kind 'No Kind' is not of the form ^[a-z][a-z0-9-]{0,63}$");
    host.operations.closed = true;
    EXPECT_EQ(error_of([&] { begin("count"); }), "bangerd is stopping");
    EXPECT_EQ(host.catalog->find("polite")->jobs, 0);
}

TEST_F(Jobs, ItsFunctionsAreForItsOwnCallAlone) {
    EXPECT_EQ(run("cli", "no-job", "{}").output.front().bytes, std::to_string(BANGER_E_INVALID));
}

TEST_F(Jobs, ARemoteCallsAnswerMustFitItsSchema) {
    EXPECT_EQ(run("rpc", "sum", R"({"good":true})").output.front().bytes, R"({"sum":3})");
    EXPECT_EQ(error_of([&] { run("rpc", "sum", "{}"); }),
              "plugin polite, rpc sum: it does not fit result_schema: sum: expected integer, "
              "found \"three\"; it emitted {\"sum\":\"three\"}");
}

TEST_F(Jobs, ARemoteCallsAnswerIsOneObject) {
    EXPECT_EQ(error_of([&] { run("rpc", "numbers", "{}"); }),
              "plugin polite, rpc numbers: a remote call emits one JSON object; it emitted [1]");
}

TEST_F(Jobs, AFindingInAnotherFormIsThePluginsErrorAndTheOthersAreShown) {
    const auto reports = Actions(*host.catalog).doctor(host.context);
    ASSERT_THAT(reports, SizeIs(1));
    EXPECT_EQ(reports[0].error,
              "plugin polite, doctor moods: \"severity\" is one of ok, info, warning, error; it "
              "emitted {\"severity\":\"fine\",\"title\":\"at noon\"}");
    EXPECT_EQ(reports[0].hint, "tell its author, or get another version of it");
    ASSERT_THAT(reports[0].output, SizeIs(1));
    EXPECT_THAT(reports[0].output[0].bytes, HasSubstr("in the morning"));
}

TEST_F(Jobs, OneOfAPluginThatIsEndedIsCancelledAndMayCleanUp) {
    begin("wait");
    host.stop();
    const auto result = host.operations.wait();
    ASSERT_TRUE(result.error);
    EXPECT_EQ(result.error->kind(), os::ErrorKind::cancelled);
    EXPECT_THAT(result.error->what(), HasSubstr("cancelled, as the plugin is stopped"));
    EXPECT_THAT(host.operations.told(), Contains("stage sending them home"));
    EXPECT_FALSE(host.logged("left as it is"));
}

TEST_F(Jobs, APanelIsItsTypeAndThenBytes) {
    const auto good = run("web-panel", "panel", R"({"path":"/"})").output;
    ASSERT_THAT(good, SizeIs(2));
    EXPECT_EQ(good[1].bytes, std::string("\x89PNG\0\xff", 6));
    EXPECT_EQ(error_of([&] { run("web-panel", "panel", R"({"path":"/naked"})"); }),
              "plugin polite, web-panel panel: a panel emits BANGER_EMIT_MIME first");
    EXPECT_EQ(error_of([&] { run("web-panel", "panel", R"({"path":"/nothing"})"); }),
              "plugin polite, web-panel panel: a panel emits BANGER_EMIT_MIME first");
}

TEST_F(Jobs, OneThatGoesOnAfterTheEndOfItsPluginIsLeft) {
    host.timeouts.control = std::chrono::seconds(1);
    ASSERT_EQ(host.load(), "");
    begin("deaf");
    while (run("cli", "no-job", "{}").output.back().bytes == "0") { // until it is under way
    }
    host.stop();
    const auto result = host.operations.wait();
    ASSERT_TRUE(result.error);
    EXPECT_EQ(result.error->kind(), os::ErrorKind::cancelled);
    EXPECT_THAT(result.error->what(), HasSubstr("did not return within"));
    EXPECT_TRUE(host.logged("left as it is"));
}

} // namespace
} // namespace banger::plugin
