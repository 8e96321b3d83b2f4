#include "store/hook_journal.hpp"

#include "os/error.hpp"
#include "os/temporary_dir.hpp"
#include "store/database.hpp"
#include "store/vm_table.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace banger::store {
namespace {

struct HookJournalTest : testing::Test {
    os::TemporaryDir dir;
    std::filesystem::path path = dir.path() / "banger.sqlite";
    HookJournal journal{path};

    std::vector<JournalState> open_states(const std::string& vm_id) const {
        std::vector<JournalState> states;
        for (const JournalRecord& record : journal.open_records(vm_id)) {
            states.push_back(record.state);
        }
        return states;
    }
};

TEST_F(HookJournalTest, ARecordGoesFromIntentToDoneToItsEnd) {
    const auto seq = journal.begin("vm1", "tap-pool", "before_start");
    EXPECT_EQ(open_states("vm1"), std::vector{JournalState::intent});
    journal.done(seq, std::string("tap\0one", 7));
    const auto records = journal.open_records("vm1");
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].seq, seq);
    EXPECT_EQ(records[0].plugin, "tap-pool");
    EXPECT_EQ(records[0].hook, "before_start");
    EXPECT_EQ(records[0].state, JournalState::done);
    EXPECT_EQ(records[0].cookie, std::string("tap\0one", 7));
    EXPECT_GT(records[0].at_ms, 1'600'000'000'000);
    journal.finish(seq, JournalState::undone);
    EXPECT_TRUE(journal.open_records().empty());
}

TEST_F(HookJournalTest, WhatIsDroppedWhileOpenIsRemembered) {
    const auto seq = journal.begin("vm1", "nat", "after_start");
    journal.done(seq, "c");
    journal.finish(seq, JournalState::undo_failed, "bad bytes: \xff");
    const auto over = journal.begin("vm1", "tap-pool", "before_start");
    journal.finish(over, JournalState::released);
    const auto other = journal.begin("vm2", "nat", "after_start");
    const auto dropped = journal.drop("vm1", "web", [](const std::string& plugin) {
        return std::vector<std::string>{"rule of " + plugin};
    });
    ASSERT_EQ(dropped.size(), 1U);
    EXPECT_EQ(open_states("vm1"), std::vector<JournalState>{});
    EXPECT_EQ(open_states("vm2"), std::vector{JournalState::intent});

    const auto kept = HookJournal(path).dropped();
    ASSERT_EQ(kept.size(), 1U);
    EXPECT_EQ(kept[0].seq, seq);
    EXPECT_EQ(kept[0].vm_id, "vm1");
    EXPECT_EQ(kept[0].vm_name, "web");
    EXPECT_EQ(kept[0].plugin, "nat");
    EXPECT_EQ(kept[0].hook, "after_start");
    EXPECT_EQ(kept[0].error, "bad bytes: \xef\xbf\xbd");
    EXPECT_EQ(kept[0].objects, std::vector<std::string>{"rule of nat"});
    EXPECT_GT(kept[0].at_ms, 1'600'000'000'000);
    // However much a plugin says, it can be given up.
    journal.drop("vm2", "db", [](const std::string&) {
        return std::vector<std::string>(200, std::string(1000, '\x01'));
    });
    EXPECT_EQ(journal.dropped().at(1).objects.size(), 50U);
    journal.forget_dropped(other);
    EXPECT_EQ(journal.dropped().size(), 1U);
    journal.forget_dropped(seq);
    EXPECT_TRUE(journal.dropped().empty());
}

TEST_F(HookJournalTest, AFailedUndoStaysOpenAndCountsItsAttempts) {
    const auto seq = journal.begin("vm1", "nat", "after_start");
    journal.done(seq, "c");
    journal.finish(seq, JournalState::undo_failed, "busy");
    journal.finish(seq, JournalState::undo_failed, "still busy");
    const auto record = journal.open_records("vm1").at(0);
    EXPECT_EQ(record.state, JournalState::undo_failed);
    EXPECT_EQ(record.attempts, 2);
    EXPECT_EQ(record.error, "still busy");
    EXPECT_EQ(record.cookie, "c");
    journal.finish(seq, JournalState::undone);
    EXPECT_TRUE(journal.open_records("vm1").empty());
}

TEST_F(HookJournalTest, TheCookieIsTheOneStoredLastByThatPluginForThatVm) {
    EXPECT_EQ(journal.cookie("vm1", "nat"), "");
    const auto first = journal.begin("vm1", "nat", "before_create");
    journal.done(first, "one");
    const auto second = journal.begin("vm1", "nat", "before_start");
    EXPECT_EQ(journal.cookie("vm1", "nat"), "one");
    journal.done(second, "two");
    EXPECT_EQ(journal.cookie("vm1", "nat"), "two");
    EXPECT_EQ(journal.cookie("vm2", "nat"), "");
    EXPECT_EQ(journal.cookie("vm1", "dns"), "");
    journal.finish(second, JournalState::released);
    EXPECT_EQ(journal.cookie("vm1", "nat"), "one");
}

TEST_F(HookJournalTest, RecordsComeInOrderAndForgetDropsThoseOfOneVm) {
    static_cast<void>(journal.begin("vm1", "a", "before_start"));
    static_cast<void>(journal.begin("vm2", "a", "before_start"));
    static_cast<void>(journal.begin("vm1", "b", "before_start"));
    ASSERT_EQ(journal.open_records("vm1").size(), 2U);
    EXPECT_EQ(journal.open_records("vm1")[1].plugin, "b");
    EXPECT_EQ(journal.open_records().size(), 3U);
    journal.forget("vm1");
    EXPECT_EQ(journal.open_records().size(), 1U);
}

TEST_F(HookJournalTest, MisuseIsAnError) {
    EXPECT_THROW(journal.done(77, ""), os::Error);
    EXPECT_THROW(journal.finish(77, JournalState::undone), os::Error);
    const auto seq = journal.begin("vm1", "a", "before_start");
    EXPECT_THROW(journal.finish(seq, JournalState::done), os::Error);
    EXPECT_THROW(journal.done(seq, std::string((64U << 10U) + 1, 'x')), os::Error);
    EXPECT_EQ(open_states("vm1"), std::vector{JournalState::intent});
}

TEST_F(HookJournalTest, EveryThreadMayUseItBesideTheLoopsConnection) {
    Database database(path);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([this, i] {
            for (int step = 0; step < 10; ++step) {
                journal.done(journal.begin("vm" + std::to_string(i), "p", "before_start"), "c");
            }
        });
    }
    for (int i = 0; i < 10; ++i) {
        VmRow row;
        row.id = row.name = std::to_string(i);
        VmTable(database).insert(row);
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(journal.open_records().size(), 40U);
}

TEST_F(HookJournalTest, AnIntentIsThereAfterAKill) {
    const pid_t child = ::fork();
    if (child == 0) {
        HookJournal own(path);
        static_cast<void>(own.begin("vm1", "tap-pool", "before_start"));
        ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(open_states("vm1"), std::vector{JournalState::intent});
}

} // namespace
} // namespace banger::store
