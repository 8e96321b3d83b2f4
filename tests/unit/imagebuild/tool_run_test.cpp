#include "archive_world.hpp"
#include "tool_run.hpp"

namespace imagebuild::test {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using ToolRun = ArchiveWorld;

TEST_F(ToolRun, HearsWhatTheToolSays) {
    end.out = R"({"stage":"merging"})"
              "\n"
              R"({"done":1,"total":2,"unit":"bytes"})"
              "\n"
              R"({"done":1,"total":2,"unit":"items"})"
              "\nno JSON\n"
              R"({"change":"added","path":"/x"})"
              "\n"
              R"({"stage":"a\nb\u001b[2J"})"
              "\n"
              R"({"result":{"bytes":3}})"
              "\n";
    end.err = "a warning\nwithout an end";
    std::vector<json> lines;
    json result;
    const auto job = run([&](banger::Job& own) {
        ToolEars ears = ears_of(own, StagePlan({{"merging", 1}, {"other", 3}}));
        ears.line = [&](const json& line) { lines.push_back(line); };
        result = run_tool(own.call, "/lib/banger-image", {"diff", "--base", "/b"}, ears);
    });
    EXPECT_EQ(job.outcome.status, BANGER_OK) << job.outcome.message;
    EXPECT_EQ(result, json({{"bytes", 3}}));
    EXPECT_THAT(ran, ElementsAre(ElementsAre("/lib/banger-image", "diff", "--base", "/b")));
    EXPECT_THAT(job.stages, ElementsAre("merging", "a?b?[2J"));
    EXPECT_THAT(job.reached, ElementsAre(25U));
    EXPECT_THAT(job.lines, ElementsAre("no JSON", "a warning", "without an end"));
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0]["path"], "/x");
}

TEST_F(ToolRun, HearsARowThatNamesAllPackagesOfALargeImage) {
    json packages = json::array();
    for (int i = 0; i < 20000; ++i) {
        packages.push_back({{"name", "package-" + std::to_string(i)}, {"version", "1:2.3-4"}});
    }
    end.out = json{{"result", {{"packages", packages}}}}.dump() + "\n";
    ASSERT_GT(end.out.size(), 500000U);
    json result;
    const auto job = run([&](banger::Job& own) {
        result = run_tool(own, "/lib/banger-image", {"inspect", "--fs", "/b"});
    });
    EXPECT_EQ(job.outcome.status, BANGER_OK) << job.outcome.message;
    EXPECT_EQ(result["packages"], packages);
    EXPECT_THAT(job.lines, IsEmpty());

    end.out = std::string(std::size_t{17} << 20U, 'x');
    EXPECT_THAT(
        run([](banger::Job& own) { (void)run_tool(own, "/t", {"inspect"}); }).outcome.message,
        HasSubstr("does not end"));
}

TEST_F(ToolRun, FailsAsTheToolDoes) {
    const auto tool = [](banger::Job& job) { (void)run_tool(job, "/lib/banger-image", {"pack"}); };
    end = {};
    end.code = 1;
    end.out = R"({"error":{"kind":"conflict","message":"x is there","hint":"move it"}})"
              "\n";
    auto job = run(tool);
    EXPECT_EQ(job.outcome.status, BANGER_E_CONFLICT);
    EXPECT_EQ(job.outcome.message, "x is there");
    EXPECT_EQ(job.outcome.hint, "move it");

    end.out = R"({"error":{"kind":7}})"
              "\n";
    EXPECT_EQ(run(tool).outcome.message, "banger-image pack failed");
    end.out = R"({"result":{}})"
              "\n";
    EXPECT_THAT(run(tool).outcome.message, HasSubstr("ended with 1")) << "whatever it says";
    end.code = 0;
    end.out = R"({"result":)";
    end.err = "out of luck\n";
    EXPECT_THAT(run(tool).outcome.message, HasSubstr("no result: out of luck"));
    end.code = -1;
    end.signal = 11;
    EXPECT_THAT(run(tool).outcome.message, HasSubstr("was ended by signal 11"));
    end = {};
    end.status = BANGER_E_CANCELLED;
    end.message = "it was killed";
    EXPECT_EQ(run(tool).outcome.status, BANGER_E_CANCELLED);
}

} // namespace
} // namespace imagebuild::test
