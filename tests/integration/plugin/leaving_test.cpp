// What is asked of a plugin that was active, and is switched off when the next daemon starts.
#include "plugin_host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace banger::plugin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Leaving : testing::Test {
    PluginHost host;
    const vm::VmView web = vm_named("web");

    /// A daemon with rec-a, in which the VM was started; then one where it is switched off.
    void switch_off(const std::string& orders) {
        host.add("rec-a", orders);
        ASSERT_EQ(host.load(), "");
        host.dispatch->run(vm::Hook::before_start, web, host.context);
        host.stop();
        host.entry("rec-a").enabled = false;
        ASSERT_EQ(host.load(), "");
        static_cast<void>(host.recorded());
    }
    void next_daemon() {
        host.stop();
        ASSERT_EQ(host.load(), "");
    }
};

TEST_F(Leaving, IsAskedForNothingElse) {
    switch_off("");
    EXPECT_EQ(host.info("rec-a").state, State::leaving);
    EXPECT_THAT(host.catalog->active(), IsEmpty());
    host.dispatch->let_leave();
    host.dispatch->run(vm::Hook::reconcile, web, host.context);
    host.dispatch->run(vm::Hook::after_stop, web, host.context);
    host.stop();
    EXPECT_THAT(host.recorded(), ElementsAre("rec-a leave", "rec-a destroy"));
}

TEST_F(Leaving, ThatHoldsNothingAnyMoreIsForgotten) {
    switch_off("");
    EXPECT_THAT(host.open_records(), ElementsAre("rec-a before_start done"));
    host.dispatch->let_leave();
    EXPECT_THAT(host.open_records(), IsEmpty());
    EXPECT_EQ(host.info("rec-a").state, State::disabled);
    EXPECT_EQ(host.reason("rec-a"), "switched off in config.yaml");
    static_cast<void>(host.recorded());
    next_daemon();
    EXPECT_THAT(host.recorded(), ElementsAre("rec-a destroy"));
    EXPECT_EQ(host.info("rec-a").state, State::disabled);
}

TEST_F(Leaving, IsAskedAgainWhenAVmHasStopped) {
    switch_off("leave=skip");
    host.dispatch->let_leave();
    EXPECT_EQ(host.reason("rec-a"), "switched off in config.yaml; running VMs need what it holds");
    EXPECT_THAT(host.open_records(), ElementsAre("rec-a before_start done"));
    EXPECT_THAT(host.dispatch->orphans(), IsEmpty());
    EXPECT_EQ(host.catalog->leavers().trouble("rec-a"), "");
    host.dispatch->run(vm::Hook::after_stop, web, host.context);
    EXPECT_THAT(host.recorded(), ElementsAre("rec-a leave", "rec-a leave"));
    next_daemon();
    host.dispatch->let_leave();
    EXPECT_THAT(host.recorded(), testing::Contains("rec-a leave"));
}

TEST_F(Leaving, ThatFailsIsToldAndAskedBeforeAVmStarts) {
    switch_off("leave=error");
    host.dispatch->let_leave();
    EXPECT_THAT(host.catalog->leavers().trouble("rec-a"),
                HasSubstr("plugin rec-a, leave: as ordered"));
    EXPECT_THAT(host.reason("rec-a"), HasSubstr("as ordered"));
    host.dispatch->run(vm::Hook::before_start, web, host.context);
    EXPECT_THAT(host.recorded(), ElementsAre("rec-a leave", "rec-a leave"));
}

TEST_F(Leaving, SwitchedOnAgainTakesPart) {
    switch_off("leave=skip");
    host.dispatch->let_leave();
    host.entry("rec-a").enabled = true;
    static_cast<void>(host.recorded());
    next_daemon();
    EXPECT_EQ(host.info("rec-a").state, State::active);
    EXPECT_THAT(host.recorded(),
                ElementsAre("rec-a destroy", "rec-a create", "rec-a init", "rec-a on_start"));
}

TEST_F(Leaving, IsNotTriedAgainWhenTheDaemonDiedOfIt) {
    switch_off("");
    const auto while_asked = host.kv.find("banger", "held:rec-a");
    host.stop();
    host.kv.set("banger", "held:rec-a", *while_asked); // as after kill -9
    static_cast<void>(host.recorded());
    ASSERT_EQ(host.load(), "");
    EXPECT_THAT(host.recorded(), IsEmpty());
    EXPECT_THAT(host.catalog->leavers().trouble("rec-a"), HasSubstr("bangerd died"));
    EXPECT_TRUE(host.logged("switched off, but"));
    host.dispatch->let_leave();
    EXPECT_THAT(host.recorded(), IsEmpty());
    host.entry("rec-a").enabled = true;
    next_daemon();
    EXPECT_EQ(host.info("rec-a").state, State::active);
}

TEST_F(Leaving, IsAskedByTheNextDaemonWhenThisOneEndedBefore) {
    switch_off("");
    next_daemon();
    host.dispatch->let_leave();
    EXPECT_THAT(host.recorded(), testing::Contains("rec-a leave"));
}

TEST_F(Leaving, WhoCannotBeLoadedIsToldNotFailed) {
    switch_off("leave=skip");
    std::string& config = host.entry("rec-a").config_json;
    config.replace(config.find("leave=skip"), 10, "create=error");
    next_daemon();
    EXPECT_THAT(host.catalog->leavers().trouble("rec-a"), HasSubstr("as ordered"));
    EXPECT_EQ(host.info("rec-a").state, State::leaving);
}

TEST_F(Leaving, WhoCannotBeAskedIsForgotten) {
    host.add("polite");
    ASSERT_EQ(host.load(), "");
    EXPECT_TRUE(host.kv.find("banger", "held:polite"));
    host.stop();
    host.entry("polite").enabled = false;
    ASSERT_EQ(host.load(), "");
    EXPECT_EQ(host.info("polite").state, State::disabled);
    EXPECT_FALSE(host.kv.find("banger", "held:polite"));
}

TEST_F(Leaving, WhoNeverTookPartIsNotLoaded) {
    host.add("rec-a");
    host.entry("rec-a").enabled = false;
    ASSERT_EQ(host.load(), "");
    host.dispatch->let_leave();
    EXPECT_THAT(host.recorded(), IsEmpty());
}

} // namespace
} // namespace banger::plugin
