#include "cli/progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace banger::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Operation running(const std::string& stage, std::vector<Stage> stages = {}) {
    Operation operation;
    operation.id = "1";
    operation.state = "running";
    operation.stage = stage;
    operation.stages = std::move(stages);
    return operation;
}

class ProgressTest : public ::testing::Test {
  protected:
    Progress::Write write() {
        return [this](std::string_view text) { shown += text; };
    }
    std::function<Progress::Clock::time_point()> clock() {
        return [this] { return now; };
    }
    std::string shown;
    Progress::Clock::time_point now{1000s};
};

TEST_F(ProgressTest, PlainLinesWhenAStageBegins) {
    Progress progress({}, 1, write(), clock());
    progress.update(0, "vm a", running("disks"));
    progress.update(0, "vm a", running("disks"));
    now += 300ms;
    progress.update(0, "vm a", running("booting"));
    EXPECT_EQ(shown, "vm a: disks (at 0 ms)\nvm a: booting (at 0.3 s)\n");
}

TEST_F(ProgressTest, PlainSignOfLifeInLongStages) {
    Progress progress({}, 1, write(), clock());
    progress.update(0, "vm a", running("booting"));
    now += 5s;
    progress.tick();
    EXPECT_EQ(shown, "vm a: booting (at 0 ms)\n");
    now += 10s;
    progress.tick();
    EXPECT_EQ(shown, "vm a: booting (at 0 ms)\nvm a: booting (at 15 s)\n");
}

TEST_F(ProgressTest, ElapsedCountsFromTheBeginOfTheOperation) {
    Progress progress({}, 1, write(), clock());
    Operation operation = running("booting");
    operation.elapsed = 4;
    progress.update(0, "vm a", operation); // watched from its middle on
    EXPECT_EQ(shown, "vm a: booting (at 4.0 s)\n");
}

TEST_F(ProgressTest, TerminalKeepsFinishedStagesAndOneLiveLine) {
    const Terminal terminal{true, false, 80};
    {
        Progress progress(terminal, 1, write(), clock());
        progress.update(0, "vm a",
                        running("booting", {{"disks", 0.012, "done"}, {"booting", {}, ""}}));
        EXPECT_THAT(shown, HasSubstr("✓ disks  12 ms\n"));
        EXPECT_THAT(shown, HasSubstr("vm a  booting  0 ms  total 0 ms\n"));
        shown.clear();
        now += 2s;
        progress.tick();
        EXPECT_THAT(shown, HasSubstr("\r\033[1A\033[J")); // over the old line
        EXPECT_THAT(shown, HasSubstr("booting  2.0 s"));
        EXPECT_THAT(shown, Not(HasSubstr("disks")));
        shown.clear();
    }
    EXPECT_EQ(shown, "\r\033[1A\033[J"); // nothing live stays behind
}

TEST_F(ProgressTest, TheStageThatFailedIsNoTick) {
    Progress progress({true, false, 80}, 1, write(), clock());
    progress.update(
        0, "vm a",
        running("rollback", {{"disks", 1, "done"}, {"boot", 120, "failed"}, {"rollback", {}, ""}}));
    EXPECT_THAT(shown, HasSubstr("✓ disks  1.0 s\n✗ boot  failed  2 min 0 s\n"));
    shown.clear();
    Operation over = running("", {{"disks", 1, "done"}, {"boot", 2, "cancelled"}, {"x", {}, ""}});
    over.state = "cancelled";
    Progress watched_late({true, false, 80}, 1, write(), clock());
    watched_late.update(0, "vm a", over);
    EXPECT_EQ(shown, "✓ disks  1.0 s\n! boot  cancelled  2.0 s\n· x  not finished\n");
}

TEST_F(ProgressTest, AnOperationOfOneStageIsToldByItsResult) {
    for (const bool tty : {true, false}) {
        shown.clear();
        {
            Progress progress({tty, false, 80}, 1, write(), clock());
            Operation set = running("set", {{"set", {}, "running"}});
            set.kind = "set";
            progress.update(0, "vm a", set);
            set.state = "succeeded";
            set.stages = {{"set", 0.01, "done"}};
            progress.update(0, "vm a", set);
        }
        EXPECT_THAT(shown, Not(HasSubstr("✓"))) << tty;
        EXPECT_TRUE(tty || shown.empty()) << shown;
    }
}

TEST_F(ProgressTest, AJobOfAPluginLeavesItsOnlyStage) {
    Operation operation = running("counting", {{"counting", 3.2, "done"}});
    operation.kind = "inventory.count";
    operation.state = "succeeded";
    Progress progress({true, false, 80}, 1, write(), clock());
    progress.update(0, "inventory.count", operation);
    EXPECT_THAT(shown, HasSubstr("✓ counting  3.2 s\n"));
}

TEST_F(ProgressTest, PlainLinesSayWhatFailed) {
    Progress progress({}, 1, write(), clock());
    progress.update(0, "vm a", running("boot", {{"boot", {}, "running"}}));
    now += 2s;
    progress.update(0, "vm a", running("rollback", {{"boot", 2, "failed"}, {"rollback", {}, ""}}));
    EXPECT_EQ(shown,
              "vm a: boot (at 0 ms)\nvm a: boot failed after 2.0 s\nvm a: rollback (at 2.0 s)\n");
}

TEST_F(ProgressTest, SeveralTargetsHaveALineEach) {
    Progress progress({true, false, 80}, 2, write(), clock());
    progress.update(0, "vm a", running("stopping", {{"asking", 0.1, "done"}}));
    progress.update(1, "vm b", running("stopping"));
    EXPECT_THAT(shown, Not(HasSubstr("✓")));
    shown.clear();
    progress.tick();
    EXPECT_THAT(shown, HasSubstr("\033[2A"));
    EXPECT_THAT(shown, HasSubstr("vm a"));
    EXPECT_THAT(shown, HasSubstr("vm b"));
    progress.finish(0);
    shown.clear();
    progress.tick();
    EXPECT_THAT(shown, Not(HasSubstr("vm a")));
}

TEST_F(ProgressTest, LiveLinesNeverWrap) {
    Progress progress({true, true, 20}, 1, write(), clock());
    progress.update(0, "vm with-a-long-name", running("a long stage name"));
    for (std::size_t at = 0; at < shown.size();) {
        const std::size_t end = shown.find('\n', at);
        EXPECT_LE(display_width(shown.substr(at, end - at)), 20U);
        at = end + 1;
    }
}

TEST_F(ProgressTest, NothingIsWrittenAfterAQuestionUntilItIsAnswered) {
    Progress progress({true, false, 80}, 1, write(), clock());
    progress.update(0, "vm a", running("booting"));
    shown.clear();
    progress.ask("leave it?");
    EXPECT_TRUE(progress.asking());
    EXPECT_EQ(shown, "\r\033[1A\033[Jleave it?\n"); // in the place of the live line
    shown.clear();
    progress.update(0, "vm a", running("network", {{"booting", 1, "done"}, {"network", {}, ""}}));
    progress.say("bangerd went away");
    progress.tick();
    EXPECT_EQ(shown, "");
    progress.answered();
    EXPECT_FALSE(progress.asking());
    EXPECT_THAT(shown, StartsWith("\r\033[J✓ booting  1.0 s\nbangerd went away\n"));
    EXPECT_THAT(shown, HasSubstr("vm a  network"));
    shown.clear();
    progress.answered();
    EXPECT_EQ(shown, "");
}

TEST_F(ProgressTest, WhatEndedWithoutAnAnswerIsShownAllTheSame) {
    {
        Progress progress({true, false, 80}, 1, write(), clock());
        progress.update(0, "vm a", running("booting"));
        progress.ask("leave it?");
        progress.update(0, "vm a", running("network", {{"booting", 1, "done"}}));
        progress.finish(0);
    }
    EXPECT_THAT(shown, EndsWith("leave it?\n\r\033[J✓ booting  1.0 s\n"));
}

TEST_F(ProgressTest, PercentIsShown) {
    Progress progress({}, 1, write(), clock());
    Operation operation = running("copying");
    operation.percent = 37.4;
    progress.update(0, "image a", operation);
    EXPECT_EQ(shown, "image a: copying  37 % (at 0 ms)\n");
}

TEST_F(ProgressTest, WhatIsCountedIsShownWithItsRateAndTheTimeLeft) {
    constexpr double mib = 1 << 20;
    Progress progress({}, 1, write(), clock());
    Operation operation = running("copying");
    operation.percent = 25;
    operation.count = Count{25 * mib, 100 * mib, true};
    progress.update(0, "image a", operation);
    EXPECT_EQ(shown, "image a: copying  25M of 100M (at 0 ms)\n");
    shown.clear();
    now += 15s; // of a rate since we look, not since the stage began
    operation.count = Count{55 * mib, 100 * mib, true};
    progress.update(0, "image a", operation);
    progress.tick();
    EXPECT_EQ(shown, "image a: copying  55M of 100M, 2M/s, 22 s left (at 15 s)\n");
    shown.clear();
    now += 15s;
    operation.count = Count{3, 0, false};
    progress.update(0, "image a", operation);
    progress.tick();
    EXPECT_EQ(shown, "image a: copying  3 (at 30 s)\n"); // it counts something else now
}

} // namespace
} // namespace banger::cli
