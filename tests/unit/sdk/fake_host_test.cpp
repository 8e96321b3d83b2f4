#include <banger/test/fake_host.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// The host that authors test their plugins with, and a plugin of the real SDK in it.
namespace banger::fake {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct FakeHost : testing::Test {
    Host host{BANGER_SAMPLE};
    Vm vm;
};

TEST_F(FakeHost, LeadsAVmThroughItsLife) {
    host.begin();
    const Operation made = host.create(vm);
    const Operation started = host.start(vm);
    EXPECT_TRUE(made.done && started.done) << started.outcome.message;
    EXPECT_THAT(started.hooks, ElementsAre("before_start", "after_start"));
    EXPECT_EQ(vm.state, BANGER_VM_RUNNING);
    EXPECT_EQ(vm.cookie(), "second");
    ASSERT_EQ(started.guest.size(), 2U);
    EXPECT_EQ(started.guest[0].field + "=" + started.guest[0].value, "kernel_arg:cookie=first");
    EXPECT_TRUE(started.guest[1].read_only);
    EXPECT_EQ(host.kv[vm.id], "testbox");
    EXPECT_TRUE(host.stop(vm).done);
    EXPECT_TRUE(host.remove(vm).done);
    EXPECT_EQ(host.kv.count(vm.id), 0U);
    EXPECT_EQ(vm.cookie(), "");
    EXPECT_THAT(host.misuse(), IsEmpty());
}

TEST_F(FakeHost, AFailingFunctionIsUndoneNewestFirst) {
    host.begin();
    host.fail["guest-config.drive"] = {BANGER_E_CONFLICT, "drive:data is taken", "use another"};
    const Operation started = host.start(vm);
    EXPECT_FALSE(started.done);
    EXPECT_EQ(started.failed_hook, "contribute");
    EXPECT_EQ(started.outcome.message, "drive:data is taken");
    EXPECT_EQ(started.outcome.hint, "use another");
    EXPECT_EQ(host.kv["undone"], "3:0:first ");
    EXPECT_EQ(vm.state, BANGER_VM_STOPPED);

    host.fail.clear();
    host.fail["call.set_cookie"] = {};
    EXPECT_EQ(host.start(vm).failed_hook, "before_start");
    EXPECT_EQ(host.kv["undone"], "3:0:first 3:1: ");
}

TEST_F(FakeHost, UndoHasTheNewestCookieThatStands) {
    host.begin();
    ASSERT_TRUE(host.start(vm).done);
    (void)host.undo(vm, BANGER_HOOK_AFTER_START, 0);
    (void)host.undo(vm, BANGER_HOOK_BEFORE_START, 0);
    EXPECT_EQ(host.kv["undone"], "4:0:second 3:0:first ");
}

TEST_F(FakeHost, ARefusalOfCreateIsAnOutcome) {
    const Outcome outcome = host.create("refuse");
    EXPECT_EQ(outcome.status, BANGER_E_INVALID);
    EXPECT_EQ(outcome.message, "port: must be even");
    EXPECT_EQ(outcome.hint, "say 2");
    EXPECT_THROW(host.begin("refuse"), std::runtime_error);
}

TEST_F(FakeHost, AnAbsentExtensionIsAbsent) {
    host.absent.insert(BANGER_EXT_KV);
    EXPECT_THAT(host.create().message, HasSubstr(BANGER_EXT_KV));
}

TEST_F(FakeHost, WhatARealHostRefusesIsTold) {
    host.begin("late");
    ASSERT_TRUE(host.start(vm).done);
    EXPECT_THAT(host.misuse(), ElementsAre("call_emit after create has returned"));
    host.end();
    host.begin("relative");
    (void)host.contribute(vm);
    EXPECT_THAT(host.misuse().back(), HasSubstr("'data.img' is no absolute path"));
    banger_call* foreign = nullptr;
    (void)host.call("test", [&](void*, banger_call* raw) {
        foreign = raw;
        std::thread([&] { host.raw()->call_emit(raw, BANGER_EMIT_TEXT, str("x")); }).join();
        return BANGER_OK;
    });
    EXPECT_THAT(host.misuse().back(), HasSubstr("by a thread that test does not belong to"));
    (void)host.call("test", [&](void*, banger_call*) { return -999; });
    EXPECT_THAT(host.misuse().back(), HasSubstr("-999, which is no status"));
}

TEST_F(FakeHost, TimersAndEventsComeWhenTheTestSaysSo) {
    host.begin();
    EXPECT_EQ(host.fire_timers(), 1U);
    EXPECT_EQ(host.kv["ticked"], "yes");
    EXPECT_EQ(host.event("image.added", "{}"), 0U);
    EXPECT_EQ(host.event("vm.started", R"({"type":"vm.started"})"), 1U);
    EXPECT_EQ(host.kv["event"], R"({"type":"vm.started"})");
    host.end(); // joins the thread, whose call is cancelled
    EXPECT_EQ(host.open_calls(), 0U);
    EXPECT_EQ(host.fire_timers(), 0U);
    EXPECT_THAT(host.misuse(), IsEmpty());
}

TEST_F(FakeHost, ProgramsAreScriptedOrRun) {
    host.begin();
    EXPECT_EQ(host.action(BANGER_IFACE_CLI, "run").message, "no such program: sh");
    host.programs = [](const Program& program, banger_call&) {
        return ProgramEnd{BANGER_OK, 0, program.argv.at(2), {}, {}};
    };
    EXPECT_EQ(host.action(BANGER_IFACE_CLI, "run", "text").printed(), "text\n");
    host.programs = run_program;
    EXPECT_EQ(host.action(BANGER_IFACE_CLI, "run", "cat; echo; pwd").printed(),
              "typed\n" + host.state_dir().string() + "\n\n");
    host.cancel_after = std::chrono::milliseconds(50);
    const Outcome killed = host.action(BANGER_IFACE_CLI, "run", "exec sleep 20");
    EXPECT_EQ(killed.status, BANGER_E_CANCELLED);
    EXPECT_LT(killed.took, std::chrono::seconds(10));
    EXPECT_THAT(host.recorded().calls, testing::Contains(HasSubstr("exec.run sh -c cat")));
}

TEST_F(FakeHost, JobsRunWhenTheTestSaysSo) {
    host.begin();
    const std::string id = host.action(BANGER_IFACE_CLI, "begin").printed();
    EXPECT_EQ(host.kv.count("copied"), 0U);
    const std::vector<Job> jobs = host.run_jobs();
    ASSERT_EQ(jobs.size(), 1U);
    EXPECT_EQ(jobs[0].id + "\n", id);
    EXPECT_EQ(jobs[0].kind + " " + jobs[0].target, "copy a to b");
    EXPECT_THAT(jobs[0].stages, ElementsAre("read", "write"));
    EXPECT_THAT(jobs[0].lines, ElementsAre("a line"));
    EXPECT_EQ(jobs[0].outcome.printed(), "{\"bytes\":3}\n");
    EXPECT_EQ(host.kv["copied"], "yes");
    EXPECT_THAT(host.run_jobs(), IsEmpty());
    EXPECT_THAT(host.misuse(), IsEmpty());

    host.fail["operations.start"] = {BANGER_E_BUSY, "16 jobs run", ""};
    EXPECT_EQ(host.action(BANGER_IFACE_CLI, "begin").message, "16 jobs run");
}

TEST_F(FakeHost, CallsAreCancelledAndRunOut) {
    host.begin();
    host.timeout = std::chrono::milliseconds(50);
    EXPECT_EQ(host.action(BANGER_IFACE_CLI, "linger").status, BANGER_E_CANCELLED);
    host.timeout = std::chrono::seconds(60);
    host.cancel_after = std::chrono::milliseconds(0);
    const Outcome waited = host.action(BANGER_IFACE_CLI, "linger");
    EXPECT_EQ(waited.message, "cancelled");
    EXPECT_LT(waited.took, std::chrono::seconds(4));
}

} // namespace
} // namespace banger::fake
