#include "plugin_host.hpp"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/eventfd.h>
#include <unistd.h>

namespace banger::plugin {
namespace {

using std::chrono::milliseconds;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using vm::Hook;
using vm::Phase;

struct GuardTest : testing::Test {
    PluginHost host;
    vm::VmView web = vm_named("web");

    void load(const std::string& orders, const std::string& plugin = "rec-a") {
        host.add(plugin, orders);
        ASSERT_EQ(host.load(), "");
        host.recorded();
    }
    std::string run(Hook hook, const char* name = "web") {
        vm::VmView vm = web;
        vm.name = name;
        vm.id = vm.id.substr(0, 11) + name[0];
        return error_of([&] { host.dispatch->run(hook, vm, host.context); });
    }
    template <class F>
    static bool soon(F&& f) {
        for (int i = 0; i < 2000; ++i) {
            if (f()) {
                return true;
            }
            std::this_thread::sleep_for(milliseconds(5));
        }
        return false;
    }
};

TEST_F(GuardTest, AnExceptionIsCaughtAndTheFaultyPluginOnlyCleansUp) {
    load("before_start=throw-std");
    EXPECT_EQ(run(Hook::before_start),
              "plugin rec-a, before_start of VM web: an exception left it: out of paper");
    EXPECT_EQ(host.info("rec-a").state, State::faulted);
    EXPECT_THAT(host.reason("rec-a"),
                HasSubstr("before_start of VM web: an exception left it: out of paper"));
    EXPECT_THAT(run(Hook::before_create),
                HasSubstr("not asked, the plugin is faulted: before_start"));
    host.recorded();
    EXPECT_EQ(run(Hook::after_stop), "");
    EXPECT_THAT(host.recorded(), Contains("rec-a after_stop web"));
}

TEST_F(GuardTest, SoIsOneThatIsNoStdException) {
    load("on_ready=throw-int");
    EXPECT_EQ(run(Hook::on_ready), "plugin rec-a, on_ready of VM web: an exception left it: an "
                                   "exception that is no std::exception");
}

TEST_F(GuardTest, TheDeadlineIsShownToThePluginAndReported) {
    host.timeouts.grace = milliseconds(20'000);
    host.add("rec-a", "before_start=wait");
    host.entry("rec-a").timeout = milliseconds(50);
    ASSERT_EQ(host.load(), "");
    host.recorded();
    EXPECT_EQ(run(Hook::before_start),
              "plugin rec-a, before_start of VM web: no answer within 50 ms (returned -6 without a "
              "message)");
    EXPECT_THAT(host.recorded(), ElementsAre("rec-a before_start web", "rec-a cancelled=1"));
    EXPECT_EQ(host.info("rec-a").state, State::active); // one slow call is no ban
}

TEST_F(GuardTest, ACancelledOperationCancelsTheCall) {
    host.timeouts.grace = milliseconds(20'000);
    load("before_start=wait");
    const os::UniqueFd cancel(::eventfd(0, EFD_CLOEXEC));
    host.context.cancel_fd = cancel.get();
    std::thread canceller([&] {
        std::this_thread::sleep_for(milliseconds(50));
        EXPECT_EQ(::eventfd_write(cancel.get(), 1), 0);
    });
    try {
        host.dispatch->run(Hook::before_start, web, host.context);
        ADD_FAILURE();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::cancelled);
    }
    canceller.join();
    // The operation is over, its undo is not cancelled with it.
    EXPECT_TRUE(host.dispatch->undo(web, Phase::start, host.context).empty());
}

TEST_F(GuardTest, ADeafHookIsLeftBehindAndUndoneWhenItReturns) {
    host.timeouts.grace = milliseconds(50);
    host.add("rec-a", "before_start=deaf");
    host.add("rec-b");
    host.entry("rec-a").timeout = milliseconds(50);
    ASSERT_EQ(host.load(), "");
    host.recorded();
    EXPECT_EQ(run(Hook::before_start),
              "plugin rec-a, before_start of VM web: did not return within 50 ms, nor in the 50 ms "
              "after it was told to stop");
    const PluginInfo stuck = host.info("rec-a");
    EXPECT_EQ(stuck.state, State::stuck);
    EXPECT_THAT(stuck.reason, MatchesRegex("before_start of VM web has not returned for [0-9]+ s"));
    EXPECT_EQ(stuck.hint, "wait until it returns, or end it: banger daemon restart");
    try {
        host.dispatch->run(Hook::before_create, vm_named("other"), host.context);
        ADD_FAILURE();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.hint(), stuck.hint);
    }

    // Fail fast for it, its undo waits for its own hook; others are as before.
    EXPECT_THAT(run(Hook::before_create, "other"), HasSubstr("not asked, the plugin is stuck"));
    const vm::VmView vm{.id = "0123456789aw",
                        .name = "web",
                        .state = "starting",
                        .run_dir = "/run",
                        .spec_json = "{}"};
    EXPECT_EQ(host.dispatch->undo(vm, Phase::start, host.context).size(), 1U);
    EXPECT_THAT(host.open_records(), ElementsAre("rec-a before_start undo_failed"));
    EXPECT_EQ(host.catalog->find("rec-b")->state(), State::active);

    host.recorded();
    host.let_go();
    EXPECT_TRUE(soon([&] { return host.open_records().empty(); }));
    EXPECT_THAT(host.recorded(),
                ElementsAre("rec-a before_start let go", "rec-a undo before_start PARTIAL RETRY"));
    EXPECT_EQ(host.info("rec-a").state, State::active);
    EXPECT_TRUE(host.logged("too late to count"));
}

TEST_F(GuardTest, WhatALateCallMayHaveTakenIsNotReleasedUnasked) {
    for (const Hook last : {Hook::after_stop, Hook::after_delete}) {
        SCOPED_TRACE(vm::to_string(last));
        PluginHost own;
        own.timeouts.grace = milliseconds(50);
        own.add("rec-bare", "before_start=deaf"); // it has neither hook
        own.entry("rec-bare").timeout = milliseconds(50);
        ASSERT_EQ(own.load(), "");
        const auto ask = [&](Hook hook) {
            return error_of([&] { own.dispatch->run(hook, web, own.context); });
        };
        EXPECT_NE(ask(Hook::before_start), "");
        EXPECT_THAT(ask(last),
                    MatchesRegex("plugin rec-bare, undo of before_start of VM web: not asked, the "
                                 "plugin is stuck: before_start of VM web has not returned for "
                                 "[0-9]+ s"));
        EXPECT_THAT(own.open_records(), ElementsAre("rec-bare before_start undo_failed"));
        own.recorded();
        own.let_go();
        EXPECT_TRUE(soon([&] { return own.open_records().empty(); }));
        EXPECT_THAT(own.recorded(), ElementsAre("rec-bare before_start let go",
                                                "rec-bare undo before_start PARTIAL RETRY"));
        EXPECT_EQ(ask(last), "");
    }
}

TEST_F(GuardTest, SoIsWhatAnUndoLeftButNotWhatEndedWell) {
    host.add("rec-bare", "after_start=error undo=error");
    ASSERT_EQ(host.load(), "");
    EXPECT_EQ(run(Hook::before_create), "");
    EXPECT_NE(run(Hook::after_start), "");
    EXPECT_EQ(run(Hook::after_delete),
              "plugin rec-bare, undo of after_start of VM web: as ordered");
    EXPECT_THAT(host.open_records(), ElementsAre("rec-bare after_start undo_failed"));
    host.journal.forget("0123456789aw");
}

TEST_F(GuardTest, OneCallAtATimeUnlessThePluginIsConcurrent) {
    host.timeouts.grace = milliseconds(20'000);
    load("on_ready=deaf");
    std::thread first([&] { EXPECT_EQ(run(Hook::on_ready, "one"), ""); });
    EXPECT_TRUE(soon([&] { return !host.recorded().empty(); }));
    const os::UniqueFd cancel(::eventfd(1, EFD_CLOEXEC));
    vm::CallContext cancelled{.operation_id = "op2", .cancel_fd = cancel.get()};
    const vm::VmView other = vm_named("other");
    try {
        host.dispatch->run(Hook::on_ready, other, cancelled);
        ADD_FAILURE();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::cancelled);
        EXPECT_STREQ(error.what(), "plugin rec-a, on_ready of VM other: cancelled while it waited "
                                   "for the plugin, which is busy with on_ready of VM one");
    }
    // A readiness stage runs beside other hooks.
    host.dispatch->wait_ready("rec-a", web, host.context,
                              std::chrono::steady_clock::now() + std::chrono::seconds(20));
    host.let_go();
    first.join();
}

TEST(LanesTest, NobodyEntersThemOnceTheyAreClosed) {
    Lanes lanes;
    const auto later = Call::Clock::now() + std::chrono::seconds(20);
    ASSERT_EQ(lanes.enter("a", later, -1), Lanes::Entry::entered);
    std::thread waiter([&] { EXPECT_EQ(lanes.enter("a", later, -1), Lanes::Entry::closed); });
    lanes.close();
    EXPECT_EQ(lanes.enter("b", later, -1), Lanes::Entry::closed);
    lanes.leave("a");
    EXPECT_TRUE(lanes.wait_empty(later));
    waiter.join();
}

TEST_F(GuardTest, OneRecordIsUndoneOnceWhoeverAsks) {
    host.timeouts.grace = milliseconds(20'000);
    load("undo=deaf");
    EXPECT_EQ(error_of([&] { host.dispatch->run(Hook::before_start, web, host.context); }), "");
    host.recorded();
    const auto undo = [&] {
        EXPECT_TRUE(host.dispatch->undo(web, Phase::start, host.context).empty());
    };
    std::thread first(undo);
    std::vector<std::string> all;
    const auto read = [&] {
        for (auto& line : host.recorded()) {
            all.push_back(line);
        }
    };
    EXPECT_TRUE(soon([&] {
        read();
        return !all.empty();
    }));
    std::thread second(undo); // finds the record open
    std::this_thread::sleep_for(milliseconds(100));
    host.let_go();
    first.join();
    second.join();
    read();
    EXPECT_THAT(all, testing::SizeIs(2)); // asked, and let go
    EXPECT_TRUE(host.open_records().empty());
}

TEST_F(GuardTest, AConcurrentPluginHasALanePerVm) {
    host.timeouts.grace = milliseconds(20'000);
    load("on_ready=deaf", "rec-wide");
    std::thread first([&] { EXPECT_EQ(run(Hook::on_ready, "one"), ""); });
    std::thread second([&] { EXPECT_EQ(run(Hook::on_ready, "two"), ""); });
    std::vector<std::string> all;
    EXPECT_TRUE(soon([&] {
        for (auto& line : host.recorded()) {
            all.push_back(line);
        }
        return all.size() == 2;
    }));
    host.let_go();
    first.join();
    second.join();
}

TEST_F(GuardTest, ACallEndsWithItsHookAndBelongsToOneThread) {
    load("before_create=keep after_create=late before_start=elsewhere");
    EXPECT_EQ(run(Hook::before_create), "");
    EXPECT_THAT(run(Hook::after_create), HasSubstr("returned -2 without a message"));
    EXPECT_TRUE(
        host.logged("used a call that is over in call_set_cookie (before_create of VM web)"));
    EXPECT_THAT(run(Hook::before_start), HasSubstr("returned -2 without a message"));
    EXPECT_TRUE(host.logged("used a call on another thread in call_set_cookie"));
}

TEST_F(GuardTest, ChatterIsLimitedAndCounted) {
    load("on_ready=chatter");
    EXPECT_EQ(run(Hook::on_ready), "");
    EXPECT_GE(host.operation_log.size(), 200U);
    EXPECT_LT(host.operation_log.size(), 600U);
    EXPECT_EQ(host.operation_log.front(), "info rec-a: blah");
    std::this_thread::sleep_for(milliseconds(60));
    EXPECT_EQ(run(Hook::on_ready), "");
    EXPECT_TRUE(host.logged("lines dropped before this one) blah"));
}

} // namespace
} // namespace banger::plugin
