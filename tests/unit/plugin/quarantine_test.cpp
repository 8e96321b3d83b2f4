#include "plugin/quarantine.hpp"

#include "os/error.hpp"
#include "os/temporary_dir.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace banger::plugin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::StartsWith;

constexpr std::int64_t minute = 60'000;
const FileIdentity nat{.device = 1, .inode = 2, .size = 3, .mtime_ns = 4};
const FileIdentity newer{.device = 1, .inode = 5, .size = 3, .mtime_ns = 4};

struct Quarantined : testing::Test {
    os::TemporaryDir dir;
    std::filesystem::path file = dir.path() / "plugin-quarantine.json";

    /// A daemon that begins after one that ended like that.
    Quarantine start(std::int64_t now, const std::string& how = "SIGSEGV",
                     const FileIdentity& from = nat) const {
        Quarantine quarantine(file);
        count(quarantine, now, how, from);
        return Quarantine(file); // what is on the disk counts
    }
    static void count(Quarantine& quarantine, std::int64_t now, const std::string& how,
                      const FileIdentity& from) {
        quarantine.count({{.plugin = "nat",
                           .hook = "before_start",
                           .vm = "web",
                           .operation = "op1",
                           .file = from.text(),
                           .how = how,
                           .at_ms = now}},
                         now);
    }
};

TEST_F(Quarantined, TheThirdExitWithinTenMinutesIsOneTooMany) {
    EXPECT_FALSE(start(0).reason("nat", nat));
    EXPECT_EQ(Quarantine(file).count_text("nat"), "1 of 3 before quarantine");
    EXPECT_EQ(Quarantine(file).count_text("dns"), "");
    EXPECT_FALSE(start(5 * minute, "exit()").reason("nat", nat));
    const auto reason = start(10 * minute, "SIGABRT").reason("nat", nat);
    ASSERT_TRUE(reason);
    EXPECT_EQ(Quarantine(file).count_text("nat"), "it is in quarantine now");
    EXPECT_THAT(*reason,
                HasSubstr("it ended bangerd 3 times within 10 minutes, the last time at "));
    EXPECT_THAT(*reason, HasSubstr(" in before_start of VM web: SIGABRT; it is loaded again after "
                                   "banger plugin release nat, or with another version"));
    EXPECT_TRUE(start(500 * minute, "").holds("nat")); // for good
}

TEST_F(Quarantined, ThreeInALongerTimeAreNot) {
    static_cast<void>(start(0));
    static_cast<void>(start(5 * minute));
    const Quarantine quarantine = start(10 * minute + 1);
    EXPECT_FALSE(quarantine.reason("nat", nat));
    EXPECT_THAT(quarantine.warnings(), ElementsAre(Pair("nat", HasSubstr("(2 of the 3 times"))));
}

TEST_F(Quarantined, WhenTheNextDaemonBeginsSaysNothing) {
    static_cast<void>(start(0));
    static_cast<void>(start(4 * minute));
    Quarantine quarantine(file);
    quarantine.count({{.plugin = "nat",
                       .hook = "before_start",
                       .vm = "web",
                       .operation = "op1",
                       .file = nat.text(),
                       .how = "SIGSEGV",
                       .at_ms = 8 * minute}},
                     60 * minute);
    EXPECT_TRUE(quarantine.reason("nat", nat));
}

TEST_F(Quarantined, WhatWasNotThePluginsIsNotCounted) {
    for (int i = 0; i < 5; ++i) {
        EXPECT_FALSE(start(i, "").reason("nat", nat));
    }
    EXPECT_THAT(Quarantine(file).warnings(), IsEmpty());
}

TEST_F(Quarantined, SuspicionsCountWithTheRest) {
    const auto suspected = [&](std::int64_t at) {
        Quarantine(file).count({{.plugin = "nat",
                                 .hook = "on_start",
                                 .file = nat.text(),
                                 .at_ms = at,
                                 .suspect = true}},
                               at);
    };
    suspected(0);
    EXPECT_THAT(
        Quarantine(file).warnings(),
        ElementsAre(Pair("nat", StartsWith("is suspected: bangerd ended without a word, "
                                           "before it was ready, while it was asked at "))));
    suspected(1);
    suspected(2);
    EXPECT_THAT(Quarantine(file).reason("nat", nat).value_or(""),
                StartsWith("bangerd ended without a word while it was in on_start, before it was "
                           "ready, 3 times within 10 minutes, which makes it suspect, the last "
                           "time at "));
    ASSERT_TRUE(Quarantine(file).release("nat"));
    suspected(3);
    static_cast<void>(start(4));
    EXPECT_THAT(start(5).reason("nat", nat).value_or(""),
                HasSubstr("SIGSEGV; 1 of them by suspicion: bangerd ended without a word"));
}

TEST_F(Quarantined, OneThatEndedItsProbeIsHeldAtOnce) {
    Quarantine(file).hold("nat", nat, "opening it killed the probe");
    Quarantine quarantine = start(0, "");
    EXPECT_EQ(quarantine.reason("nat", nat).value_or(""),
              "opening it killed the probe; it is loaded again after banger plugin release nat, or "
              "with another version of its file");
    EXPECT_FALSE(quarantine.reason("nat", newer));
    EXPECT_THAT(quarantine.warnings(), IsEmpty());
    EXPECT_TRUE(quarantine.release("nat"));
    EXPECT_FALSE(Quarantine(file).reason("nat", nat));
}

TEST_F(Quarantined, AnotherFileIsAnotherPlugin) {
    static_cast<void>(start(0));
    static_cast<void>(start(1));
    EXPECT_FALSE(start(2, "SIGSEGV", newer).reason("nat", newer)); // its first
    static_cast<void>(start(3, "SIGSEGV", newer));
    const Quarantine quarantine = start(4, "SIGSEGV", newer);
    EXPECT_TRUE(quarantine.reason("nat", newer));
    EXPECT_FALSE(quarantine.reason("nat", nat));
    EXPECT_FALSE(quarantine.reason("dns", newer));
}

TEST_F(Quarantined, ReleaseForgetsAll) {
    for (int i = 0; i < 3; ++i) {
        static_cast<void>(start(i));
    }
    Quarantine quarantine(file);
    EXPECT_TRUE(quarantine.release("nat"));
    EXPECT_FALSE(quarantine.holds("nat"));
    EXPECT_FALSE(Quarantine(file).reason("nat", nat));
    EXPECT_FALSE(quarantine.release("nat"));
    EXPECT_FALSE(start(4).reason("nat", nat)); // it begins at one again
}

TEST_F(Quarantined, ADamagedRecordIsNone) {
    for (int i = 0; i < 3; ++i) {
        static_cast<void>(start(i));
    }
    std::ofstream(file) << R"({"plugins": {"nat": {"file": 3}}})";
    EXPECT_FALSE(Quarantine(file).holds("nat"));
}

TEST_F(Quarantined, ARecordThatCannotBeWrittenHoldsInThisProcess) {
    Quarantine quarantine(dir.path() / "absent" / "record.json");
    for (int i = 0; i < 3; ++i) {
        count(quarantine, i, "SIGSEGV", nat);
    }
    EXPECT_TRUE(quarantine.reason("nat", nat));
    EXPECT_THROW(quarantine.release("nat"), os::Error);
    EXPECT_TRUE(quarantine.holds("nat"));
}

TEST_F(Quarantined, WhatIsNoFileInItsPlaceGoes) {
    std::filesystem::create_directory(file);
    EXPECT_EQ(Quarantine(file).trouble(), "");
    EXPECT_FALSE(std::filesystem::exists(file));
    const auto elsewhere = dir.path() / "elsewhere";
    std::ofstream(elsewhere) << "mine";
    std::filesystem::create_symlink(elsewhere, file);
    start(0);
    EXPECT_TRUE(std::filesystem::is_regular_file(std::filesystem::symlink_status(file)));
    std::string left;
    std::ifstream(elsewhere) >> left;
    EXPECT_EQ(left, "mine");
}

TEST_F(Quarantined, OneThatCannotBeWrittenSaysWhy) {
    std::filesystem::create_directories(file / "full");
    Quarantine quarantine(file);
    EXPECT_THAT(quarantine.trouble(), StartsWith("remove the folder " + file.string()));
    count(quarantine, 0, "SIGSEGV", nat);
    EXPECT_THROW(quarantine.require_saved(), os::Error);
    EXPECT_TRUE(quarantine.warnings().contains("nat")); // of this process it holds
    std::filesystem::remove_all(file);
    count(quarantine, 0, "SIGSEGV", nat);
    EXPECT_NO_THROW(quarantine.require_saved());
}

} // namespace
} // namespace banger::plugin
