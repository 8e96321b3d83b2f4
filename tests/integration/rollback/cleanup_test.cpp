// An undo that fails: its record stays, what it stands for stays reserved, it is tried again, and
// `delete --force` gives it up with a word.

#include "kill_vfs.hpp"
#include "model.hpp"

#include "daemon/dropped_checks.hpp"
#include "os/temporary_dir.hpp"
#include "plugin/footprint.hpp"

#include <cstdint>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace banger::rollback {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;

class Cleanup : public testing::Test {
  protected:
    static void SetUpTestSuite() { use_kill_vfs(); } // no disk is waited for
    void SetUp() override {
        ground.make();
        begin();
    }
    void TearDown() override {
        if (daemon) {
            for (const auto& machine : daemon->world.machines.list()) {
                vm::test::end(*machine);
            }
        }
    }
    void begin() {
        daemon.reset();
        daemon.emplace(ground);
        daemon->world.settings.cleanup_retry = first_retry;
        daemon->take_up();
    }
    vm::Machine& vm() { return *daemon->world.machines.get("a"); }
    /// A create that hold-c fails, and whose undo hold-b does not get done.
    vm::Lifecycle::Started fail_create(const std::string& undo) {
        ground.order("hold-c", "after_start", "error");
        ground.order("hold-b", "undo:before_start", undo);
        auto operation = daemon->create("a");
        ground.calls();
        return operation;
    }
    bool wait_called() {
        bool called = false; // what was called is told once
        return daemon->world.wait([&] { return called = called || !ground.calls().empty(); });
    }
    /// When hold-b was asked to undo its before_start, in ms.
    [[nodiscard]] std::vector<std::int64_t> tries() const {
        std::ifstream times(ground.dir / "host/times");
        std::vector<std::int64_t> all;
        std::int64_t at = 0;
        for (std::string plugin, hook; times >> plugin >> hook >> at;) {
            if (plugin == "hold-b" && hook == "undo:before_start") {
                all.push_back(at);
            }
        }
        return all;
    }
    bool wait_gone() {
        return daemon->world.wait([&] { return !daemon->world.machines.find("a"); });
    }

    milliseconds first_retry = std::chrono::minutes(5); ///< none of itself
    os::TemporaryDir dir{"bgr-clean"};
    Ground ground{dir.path() / "ground"};
    std::optional<Daemon> daemon;
};

const std::string undo_failed = "plugin hold-b, undo of before_start of VM a: as ordered";

TEST_F(Cleanup, AFailedUndoKeepsItsRecordAndTheOthersGoOn) {
    const auto operation = fail_create("error");
    EXPECT_STREQ(operation->error()->what(), "plugin hold-c, after_start of VM a: as ordered");
    EXPECT_EQ(vm().state, vm::State::cleanup_pending);
    EXPECT_THAT(open_records(ground), ElementsAre("hold-b before_start undo_failed"));
    const std::string id = vm().id();
    EXPECT_EQ(ground.held(),
              (std::set<std::string>{"hold-b before_start " + id, "hold-b tap0 " + id}));
    EXPECT_THAT(vm().row.warnings, HasSubstr("not taken back yet: " + undo_failed));
    EXPECT_TRUE(ground.processes().empty());
    check_books(ground, true);
}

TEST_F(Cleanup, WhatIsOnRecordStaysReserved) {
    fail_create("error");
    const auto row = vm().row;
    EXPECT_EQ(row.ip, "10.9.8.2");
    EXPECT_NE(row.cid, 0);
    // the name
    try {
        (void)daemon->create("a");
        ADD_FAILURE() << "a second VM of that name";
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::conflict);
        EXPECT_STREQ(error.what(), "a VM named 'a' exists already");
    }
    ground.no_orders();
    ASSERT_FALSE(daemon->create("b")->error());
    {
        const auto other = daemon->world.machines.get("b");
        // the address
        EXPECT_EQ(other->row.ip, "10.9.8.3");
        // the context id: the store knows whose it is, which is what a new one is looked up in
        EXPECT_NE(other->row.cid, row.cid);
        EXPECT_EQ(store::VmTable(daemon->world.database).find_by_cid(row.cid).value().id, row.id);
        // the tap, at whoever still has it
        EXPECT_EQ(ground.taps_of(other->id()),
                  (std::set<std::string>{"hold-a tap0", "hold-b tap1", "hold-c tap0"}));
    } // no VM outlives its daemon
    ASSERT_FALSE(daemon->run(daemon->world.lifecycle.remove("b", true))->error());

    // All four are free once the undo is done.
    begin();
    EXPECT_FALSE(daemon->world.machines.find("a"));
    EXPECT_FALSE(store::VmTable(daemon->world.database).find_by_cid(row.cid).has_value());
    ASSERT_FALSE(daemon->create("a")->error());
    EXPECT_EQ(vm().row.ip, row.ip);
    EXPECT_EQ(ground.taps_of(vm().id()),
              (std::set<std::string>{"hold-a tap0", "hold-b tap0", "hold-c tap0"}));
    check_books(ground, true);
}

TEST_F(Cleanup, AnUndoThatFailsOnceIsDoneAtTheNextTry) {
    daemon->world.settings.cleanup_retry = milliseconds(20);
    fail_create("once");
    EXPECT_TRUE(wait_gone());
    EXPECT_THAT(ground.calls(), ElementsAre("hold-b undo:before_start a PARTIAL RETRY"));
    EXPECT_TRUE(ground.held().empty());
    EXPECT_TRUE(open_records(ground).empty());
    check_books(ground, true);
}

TEST_F(Cleanup, AnUndoThatAlwaysFailsIsTriedLessAndLessOften) {
    daemon->world.settings.cleanup_retry = milliseconds(60);
    std::ofstream(ground.dir / "host/times"); // from here on the plugins write their times
    fail_create("error");
    ASSERT_TRUE(daemon->world.wait([&] { return tries().size() >= 6; }));
    // The undo of the create itself; then 60, 120, 240, 480, 960 ms, from the end of one to the
    // next.
    const auto at = tries();
    for (std::size_t i = 1; i < 6; ++i) {
        EXPECT_GE(at[i] - at[i - 1], (60 << (i - 1)) - 2) << "try " << i; // whole ms
    }
    EXPECT_EQ(vm().state, vm::State::cleanup_pending);
    EXPECT_THAT(open_records(ground), ElementsAre("hold-b before_start undo_failed"));
    const auto records = daemon->world.journal.open_records();
    EXPECT_GE(records.front().attempts, 5); // the last may not be on record yet
    EXPECT_EQ(records.front().error, undo_failed);
}

TEST_F(Cleanup, TheNextDaemonTriesAtOnceAndGoesOnTrying) {
    fail_create("error");
    const std::string id = vm().id();
    begin();
    EXPECT_THAT(ground.calls(), ElementsAre("hold-b undo:before_start a PARTIAL RETRY"));
    EXPECT_EQ(vm().state, vm::State::cleanup_pending);
    EXPECT_EQ(vm().id(), id);
    check_books(ground, true);

    first_retry = milliseconds(20);
    begin();
    ground.calls();
    ASSERT_TRUE(wait_called());
    EXPECT_EQ(vm().state, vm::State::cleanup_pending);
    ground.no_orders();
    EXPECT_TRUE(wait_gone());
    EXPECT_TRUE(ground.held().empty());
    check_books(ground, true);
}

TEST_F(Cleanup, AStartWhoseUndoFailsIsRetriedUntilTheVmIsStopped) {
    ASSERT_FALSE(daemon->create("a")->error());
    ASSERT_FALSE(daemon->run(daemon->world.lifecycle.stop("a", {}))->error());
    daemon->world.settings.cleanup_retry = milliseconds(20);
    ground.order("hold-c", "after_start", "throw");
    ground.order("hold-b", "undo:before_start", "once");
    const auto start = daemon->run(daemon->world.lifecycle.start("a", std::nullopt));
    EXPECT_STREQ(start->error()->what(),
                 "plugin hold-c, after_start of VM a: an exception left it: out of paper");
    EXPECT_TRUE(daemon->world.wait([&] { return vm().state == vm::State::stopped; }));
    EXPECT_EQ(open_records(ground).size(), 6U);
    check_books(ground, true);
}

TEST_F(Cleanup, DeleteWithForceGivesItUpWithAWord) {
    fail_create("error");
    ground.order("hold-b", "after_delete", "error");
    const std::string id = vm().id();
    const std::string lost = "given up: " + undo_failed + "; it still holds: held hold-b." +
                             "before_start." + id + ", taps hold-b.tap0";
    {
        const auto refused = daemon->run(daemon->world.lifecycle.remove("a", false));
        EXPECT_STREQ(refused->error()->what(),
                     ("VM a is gone, but the host still holds objects of it: plugin hold-b, "
                      "after_delete of VM a: as ordered; not taken back yet: " +
                      undo_failed + "; change the order")
                         .c_str());

        const auto removal = daemon->run(daemon->world.lifecycle.remove("a", true));
        EXPECT_FALSE(removal->error());
        EXPECT_FALSE(daemon->world.machines.find("a"));
        EXPECT_TRUE(open_records(ground).empty());
        // who waits for the command, who reads the operation, and who reads the log
        const auto told = removal->to_json();
        EXPECT_EQ(told.at("result").at("warnings").at(0), lost);
        EXPECT_EQ(
            told.at("result").at("warnings").at(1),
            "VM a is deleted all the same; see what is left of it with: banger doctor --leaks");
        EXPECT_THAT(told.at("log").dump(), HasSubstr(lost));
        EXPECT_TRUE(daemon->logged("warning " + lost));
    } // no operation outlives its daemon

    // and the doctor, also that of the next daemon
    begin();
    const plugin::Footprint footprint(daemon->catalog());
    auto& journal = daemon->world.journal;
    auto checks = daemon::dropped_checks(journal, daemon->catalog(), footprint);
    ASSERT_EQ(checks.size(), 1U);
    EXPECT_EQ(checks[0].severity, "warning");
    EXPECT_EQ(checks[0].title, "VM a was deleted with --force, and plugin hold-b had not given "
                               "back what before_start took");
    EXPECT_EQ(checks[0].cause, undo_failed + "; there is still: held hold-b.before_start." + id +
                                   ", taps hold-b.tap0");
    EXPECT_THAT(checks[0].fix, HasSubstr("banger doctor --leaks --fix"));
    EXPECT_EQ(footprint.list_all(daemon->context).size(), 2U);
    // until it is gone
    for (const char* kind : {"held", "taps"}) {
        fs::remove_all(ground.dir / "host" / kind);
        fs::create_directory(ground.dir / "host" / kind);
    }
    EXPECT_TRUE(daemon::dropped_checks(journal, daemon->catalog(), footprint).empty());
    EXPECT_TRUE(journal.dropped().empty());
}

} // namespace
} // namespace banger::rollback
