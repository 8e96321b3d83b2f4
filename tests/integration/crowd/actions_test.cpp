#include "plugin_host.hpp"

#include "plugin/actions.hpp"
#include "plugin/limits.hpp"

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

/// Actions that do not come back hold up neither those of other plugins nor whoever asks.
namespace banger::plugin {
namespace {

using std::chrono::milliseconds;
using testing::Each;
using testing::Field;
using testing::HasSubstr;
using testing::SizeIs;

struct Crowded : testing::Test {
    PluginHost host;
    std::optional<Actions> actions;
    std::vector<std::thread> callers;

    void SetUp() override {
        ::setenv("CROWD_FOLDER", host.dir.path().c_str(), 1);
        host.add("crowd-a");
        host.add("crowd-b");
    }
    void TearDown() override {
        put("go");
        for (std::thread& caller : callers) {
            caller.join();
        }
    }
    void load() {
        ASSERT_EQ(host.load(), "");
        actions.emplace(*host.catalog);
    }
    void put(const char* name) const { std::ofstream(host.dir.path() / name) << "x"; }
    std::string run(const char* plugin, const char* verb) {
        return error_of(
            [&] { static_cast<void>(actions->run(plugin, "cli", verb, "", host.context)); });
    }
};

TEST_F(Crowded, TheFifthActionOfAPluginIsRefusedAtOnceAndOthersAreNot) {
    load();
    std::atomic<int> begun{0};
    for (std::size_t i = 0; i < limits::actions; ++i) { // one runs, the others wait for it
        callers.emplace_back([&] {
            ++begun;
            run("crowd-a", "hang");
        });
    }
    std::string refused;
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    Lanes& lanes = host.catalog->find("crowd-a")->lanes;
    while (begun < 4 || lanes.holder("").empty()) {
        ASSERT_LT(std::chrono::steady_clock::now(), patience);
        std::this_thread::sleep_for(milliseconds(1));
    }
    std::this_thread::sleep_for(milliseconds(200)); // until the last has its place
    const auto before = std::chrono::steady_clock::now();
    try {
        static_cast<void>(actions->run("crowd-a", "cli", "heard", "", host.context));
        FAIL() << "it was not refused";
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::busy);
        EXPECT_THAT(error.what(), HasSubstr("plugin crowd-a is busy: 4 of its actions are under "
                                            "way, as many as may be; the oldest is cli hang, for"));
        EXPECT_THAT(error.hint(), HasSubstr("banger plugin show crowd-a"));
    }
    EXPECT_LT(std::chrono::steady_clock::now() - before, milliseconds(500));
    EXPECT_EQ(run("crowd-b", "heard"), "");
    put("go");
    for (std::thread& caller : callers) {
        caller.join();
    }
    callers.clear();
    EXPECT_EQ(run("crowd-a", "heard"), ""); // all have given back their places
}

TEST_F(Crowded, ThePluginsAreCheckedSideBySide) {
    host.timeouts.doctor = std::chrono::seconds(20);
    load();
    const auto reports = actions->doctor(host.context);
    ASSERT_THAT(reports, SizeIs(4));
    EXPECT_THAT(reports, Each(Field(&ActionReport::error, "")));
    EXPECT_EQ(reports[0].plugin + " " + reports[0].name, "crowd-a meet");
    EXPECT_EQ(reports[3].plugin + " " + reports[3].name, "crowd-b second");
}

TEST_F(Crowded, APluginThatIsLateWithACheckIsNotAskedForTheNext) {
    host.timeouts.doctor = milliseconds(50);
    put("late");
    load();
    const auto reports = actions->doctor(host.context);
    ASSERT_THAT(reports, SizeIs(4));
    EXPECT_THAT(reports, Each(Field(&ActionReport::error, HasSubstr("no answer within 50 ms"))));
    EXPECT_TRUE(reports[1].output.empty());
}

TEST_F(Crowded, AChecksOfABusyPluginDoNotWaitOneByOne) {
    host.timeouts.doctor = milliseconds(300);
    load();
    callers.emplace_back([&] { run("crowd-a", "hang"); });
    while (host.catalog->find("crowd-a")->lanes.holder("").empty()) {
        std::this_thread::sleep_for(milliseconds(1));
    }
    const auto reports = actions->doctor(host.context);
    ASSERT_THAT(reports, SizeIs(4));
    EXPECT_EQ(reports[0].error, "the plugin is busy with cli hang");
    EXPECT_EQ(reports[1].error, "the plugin is busy with cli hang");
}

TEST_F(Crowded, ALimitOfTheProcessThatAPluginLowersIsPutBackAndTold) {
    load();
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_EQ(run("crowd-a", "limit"), "");
    rlimit after{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &after), 0);
    EXPECT_EQ(after.rlim_cur, before.rlim_cur);
    EXPECT_TRUE(host.logged("RLIMIT_NOFILE was 64, and is " + std::to_string(before.rlim_cur) +
                            " again: the limits belong to the whole daemon"));
}

} // namespace
} // namespace banger::plugin
