#include "plugin_host.hpp"

#include "plugin/actions.hpp"
#include "plugin/footprint.hpp"
#include "vm/guest_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace banger::plugin {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using vm::Hook;
using vm::Phase;

struct Hooks : testing::Test {
    PluginHost host;
    vm::VmView web = vm_named("web");

    void load(const std::string& a = "", const std::string& b = "", const std::string& c = "") {
        host.add("rec-a", a);
        host.add("rec-b", b);
        host.add("rec-c", c);
        ASSERT_EQ(host.load(), "");
        host.recorded();
    }
    std::string run(Hook hook) {
        return error_of([&] { host.dispatch->run(hook, web, host.context); });
    }
    std::vector<std::string> undo(Phase phase) {
        std::vector<std::string> failures;
        for (const auto& failure : host.dispatch->undo(web, phase, host.context)) {
            failures.emplace_back(failure.error.what());
        }
        return failures;
    }
};

TEST_F(Hooks, AWholeLifeRunsInOrderAndBack) {
    load("before_start=cookie");
    for (const Hook hook : {Hook::before_create, Hook::after_create, Hook::before_start,
                            Hook::after_start, Hook::on_ready}) {
        EXPECT_EQ(run(hook), "");
    }
    EXPECT_THAT(
        host.recorded(),
        ElementsAre("rec-a before_create web", "rec-b before_create web", "rec-c before_create web",
                    "rec-a after_create web", "rec-b after_create web", "rec-c after_create web",
                    "rec-a before_start web", "rec-b before_start web", "rec-c before_start web",
                    "rec-a after_start web cookie=rec-a@before_start", "rec-b after_start web",
                    "rec-c after_start web", "rec-a on_ready web cookie=rec-a@before_start",
                    "rec-b on_ready web", "rec-c on_ready web"));
    EXPECT_EQ(host.open_records().size(), 12U);

    EXPECT_EQ(run(Hook::before_stop), "");
    EXPECT_EQ(run(Hook::after_stop), "");
    EXPECT_THAT(host.recorded(), ElementsAre("rec-c before_stop web", "rec-b before_stop web",
                                             "rec-a before_stop web cookie=rec-a@before_start",
                                             "rec-c after_stop web", "rec-b after_stop web",
                                             "rec-a after_stop web cookie=rec-a@before_start"));
    EXPECT_EQ(host.open_records().size(), 6U); // those of the create

    EXPECT_EQ(run(Hook::before_delete), "");
    EXPECT_EQ(run(Hook::after_delete), "");
    EXPECT_THAT(host.recorded(), ElementsAre("rec-c before_delete web", "rec-b before_delete web",
                                             "rec-a before_delete web", "rec-c after_delete web",
                                             "rec-b after_delete web", "rec-a after_delete web"));
    EXPECT_THAT(host.open_records(), ElementsAre());
}

TEST_F(Hooks, AVetoStopsThereAndUndoGoesBackwards) {
    load("before_start=cookie", "before_start=cookiefail");
    EXPECT_EQ(run(Hook::before_create), "");
    EXPECT_EQ(run(Hook::before_start), "plugin rec-b, before_start of VM web: as ordered");
    host.recorded();
    EXPECT_THAT(host.open_records(),
                ElementsAre("rec-a before_create done", "rec-b before_create done",
                            "rec-c before_create done", "rec-a before_start done",
                            "rec-b before_start intent"));

    EXPECT_THAT(undo(Phase::start), ElementsAre());
    EXPECT_THAT(host.recorded(),
                ElementsAre("rec-b undo before_start PARTIAL cookie=rec-b@before_start",
                            "rec-a undo before_start cookie=rec-a@before_start"));
    EXPECT_THAT(undo(Phase::create), ElementsAre());
    EXPECT_THAT(host.recorded(), ElementsAre("rec-c undo before_create", "rec-b undo before_create",
                                             "rec-a undo before_create"));
    EXPECT_THAT(host.open_records(), ElementsAre());
}

TEST_F(Hooks, AVetoCarriesItsKindAndHint) {
    load("before_start=error");
    try {
        host.dispatch->run(Hook::before_start, web, host.context);
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::conflict);
        EXPECT_EQ(error.hint(), "change the order");
    }
}

TEST_F(Hooks, StatusesWithoutAMessageAndWithoutAMeaning) {
    load("before_start=silent after_start=unknown before_create=seven after_create=failthenok");
    EXPECT_EQ(run(Hook::before_start),
              "plugin rec-a, before_start of VM web: returned -2 without a message");
    EXPECT_EQ(run(Hook::after_start),
              "plugin rec-a, after_start of VM web: returned -999 without a message");
    EXPECT_EQ(run(Hook::before_create), "");
    EXPECT_TRUE(host.logged("returned 7, which has no meaning; taken as success"));
    EXPECT_EQ(run(Hook::after_create), "");
    EXPECT_TRUE(host.logged("reported a failure, then returned success"));
}

TEST_F(Hooks, WhatDoesNotApplyHoldsNothing) {
    load("before_start=skip");
    EXPECT_EQ(run(Hook::before_start), "");
    EXPECT_THAT(host.open_records(),
                ElementsAre("rec-b before_start done", "rec-c before_start done"));
}

TEST_F(Hooks, ACookieHasALimit) {
    load("before_start=bigcookie");
    EXPECT_EQ(run(Hook::before_start), "plugin rec-a, before_start of VM web: call_set_cookie: the "
                                       "cookie is 66560 bytes, at most 65536");
}

TEST_F(Hooks, AnUndoSeesTheNewestCookieThatIsNotUndone) {
    load("before_create=cookie after_start=cookie");
    for (const Hook hook : {Hook::before_create, Hook::before_start, Hook::after_start}) {
        EXPECT_EQ(run(hook), "");
    }
    host.recorded();
    EXPECT_THAT(undo(Phase::create), ElementsAre());
    std::vector<std::string> of_a = host.recorded();
    std::erase_if(of_a, [](const std::string& line) { return !line.starts_with("rec-a"); });
    EXPECT_THAT(of_a, ElementsAre("rec-a undo after_start cookie=rec-a@after_start",
                                  "rec-a undo before_start cookie=rec-a@before_create",
                                  "rec-a undo before_create cookie=rec-a@before_create"));
}

TEST_F(Hooks, AFailingUndoStaysAndIsTriedAgain) {
    load("", "undo=error");
    EXPECT_EQ(run(Hook::before_start), "");
    host.recorded();
    EXPECT_THAT(undo(Phase::start),
                ElementsAre("plugin rec-b, undo of before_start of VM web: as ordered"));
    EXPECT_THAT(host.recorded(), ElementsAre("rec-c undo before_start", "rec-b undo before_start",
                                             "rec-a undo before_start"));
    EXPECT_THAT(host.open_records(), ElementsAre("rec-b before_start undo_failed"));
    EXPECT_THAT(undo(Phase::start), ElementsAre());
    EXPECT_THAT(host.recorded(), ElementsAre("rec-b undo before_start PARTIAL RETRY"));
    EXPECT_THAT(host.open_records(), ElementsAre());
}

TEST_F(Hooks, ReportingHooksAskEverybody) {
    load("after_stop=error", "after_stop=silent");
    EXPECT_EQ(run(Hook::before_start), "");
    try {
        host.dispatch->run(Hook::after_stop, web, host.context);
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_THAT(error.details(),
                    ElementsAre("plugin rec-b, after_stop of VM web: returned -2 without a message",
                                "plugin rec-a, after_stop of VM web: as ordered"));
    }
    EXPECT_THAT(host.open_records(),
                ElementsAre("rec-a before_start done", "rec-b before_start done"));
}

TEST_F(Hooks, OnErrorWarnMakesAVetoAdvice) {
    host.add("rec-a", "before_start=error");
    host.add("rec-b");
    host.entry("rec-a").warn_only = true;
    ASSERT_EQ(host.load(), "");
    host.recorded();
    EXPECT_EQ(run(Hook::before_start), "");
    EXPECT_THAT(host.recorded(),
                ElementsAre("rec-a before_start web", "rec-a undo before_start PARTIAL",
                            "rec-b before_start web"));
    EXPECT_THAT(host.open_records(), ElementsAre("rec-b before_start done"));
    EXPECT_THAT(host.operation_log,
                ElementsAre("warning plugin rec-a, before_start of VM web: as ordered (goes on: "
                            "on_error is warn)"));
    std::vector<std::string> warnings; // where the operation tells them at its end
    host.context.warn = [&](const std::string& text) { warnings.push_back(text); };
    EXPECT_EQ(run(Hook::before_start), "");
    EXPECT_THAT(warnings, ElementsAre("plugin rec-a, before_start of VM web: as ordered (goes on: "
                                      "on_error is warn)"));
    EXPECT_EQ(host.operation_log.size(), 1U);
}

TEST_F(Hooks, RecordsOfAnAbsentPluginStay) {
    load();
    static_cast<void>(host.journal.begin("0123456789ab", "gone", "before_start"));
    EXPECT_EQ(host.dispatch->orphans().size(), 1U);
    EXPECT_THAT(undo(Phase::start), ElementsAre("plugin gone, undo of before_start of VM web: the "
                                                "plugin is not loaded"));
    EXPECT_THAT(host.open_records(), ElementsAre("gone before_start undo_failed"));
}

TEST_F(Hooks, ReconcileMayRenewACookie) {
    load("before_start=cookie reconcile=cookie");
    EXPECT_EQ(run(Hook::before_start), "");
    EXPECT_EQ(run(Hook::reconcile), "");
    EXPECT_EQ(host.journal.cookie("0123456789ab", "rec-a"), "rec-a@reconcile");
}

TEST_F(Hooks, ContributionsMergeAndConflictsNameBoth) {
    load();
    vm::GuestConfig config;
    host.dispatch->contribute(web, config, host.context);
    EXPECT_THAT(config.kernel_args(), ElementsAre("rec-a=web", "rec-b=web", "rec-c=web"));
    host.recorded();
    host.dispatch->validate(web, config.merged_json(), host.context);
    EXPECT_THAT(host.recorded(),
                ElementsAre("rec-a validate: sees itself", "rec-b validate: sees itself",
                            "rec-c validate: sees itself"));

    vm::GuestConfig taken;
    taken.kernel_arg("somebody", "rec-b", "mine");
    EXPECT_EQ(error_of([&] { host.dispatch->contribute(web, taken, host.context); }),
              "plugin rec-b, contribute of VM web: kernel_arg:rec-b is set by both somebody and "
              "rec-b, to different values");
}

TEST_F(Hooks, OnlyAPluginThatSaysSoAddsANetworkCard) {
    load("contribute=nic");
    vm::GuestConfig config;
    EXPECT_EQ(error_of([&] { host.dispatch->contribute(web, config, host.context); }),
              "plugin rec-a, contribute of VM web: guest configuration: plugin rec-a adds a "
              "network card, but does not say that it gives VMs a network");
    EXPECT_TRUE(config.nics().empty());
}

TEST_F(Hooks, AReservedFieldOfACardMustBe0) {
    load("contribute=nic reserved=1");
    vm::GuestConfig config;
    EXPECT_EQ(error_of([&] { host.dispatch->contribute(web, config, host.context); }),
              "plugin rec-a, contribute of VM web: guest configuration: a reserved field of its "
              "struct is not 0");
    EXPECT_TRUE(config.nics().empty());
}

TEST_F(Hooks, OverridesNeedPermission) {
    host.add("rec-a");
    host.entry("rec-a").allow_override = {"file:/etc/*", "kernel_arg:quiet"};
    ASSERT_EQ(host.load(), "");
    EXPECT_TRUE(host.dispatch->may_override("rec-a", "file:/etc/resolv.conf"));
    EXPECT_TRUE(host.dispatch->may_override("rec-a", "kernel_arg:quiet"));
    EXPECT_FALSE(host.dispatch->may_override("rec-a", "kernel_arg:console"));
    EXPECT_FALSE(host.dispatch->may_override("rec-b", "file:/etc/x"));
}

TEST_F(Hooks, ReadinessStagesAreWaitedForByName) {
    load("", "ready=error", "ready=skip");
    std::vector<std::string> stages;
    for (const vm::ReadinessStage& stage : host.dispatch->readiness_stages(web)) {
        stages.push_back(stage.name + (stage.ssh ? " (ssh)" : ""));
    }
    EXPECT_THAT(stages, ElementsAre("rec-a", "rec-b", "rec-c"));
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    const auto wait = [&](const std::string& stage) {
        return error_of([&] { host.dispatch->wait_ready(stage, web, host.context, deadline); });
    };
    EXPECT_EQ(wait("rec-a"), "");
    EXPECT_EQ(wait("rec-b"), "plugin rec-b, readiness rec-b of VM web: as ordered");
    EXPECT_EQ(wait("rec-c"), "");
    EXPECT_EQ(wait("rec-d"), "no plugin has a readiness stage 'rec-d'");
}

TEST_F(Hooks, OptionsAreCheckedAndFilledIn) {
    load("", "options=error");
    const auto list = host.dispatch->options();
    ASSERT_EQ(list.size(), 6U);
    EXPECT_EQ(list[0].flag, "--rec-a-level");
    EXPECT_EQ(list[0].description, "how much");
    EXPECT_TRUE(list[0].live);
    EXPECT_FALSE(list[1].live);
    const auto check = [&](const json& options) {
        return error_of([&] { static_cast<void>(host.dispatch->checked_options(options)); });
    };
    EXPECT_EQ(check({{"rec-x", json::object()}}),
              "options: no plugin 'rec-x' gives options to VMs; did you mean 'rec-a'?");
    EXPECT_EQ(check({{"rec-a", {{"levle", 1}}}}),
              "options.rec-a: levle: unknown key; did you mean 'level'?");
    EXPECT_EQ(check({{"rec-a", {{"level", 10}}}}), "options.rec-a: level: 10 is more than 9");
    EXPECT_EQ(host.dispatch->checked_options({{"rec-a", {{"level", 1}}}})["rec-a"],
              (json{{"level", 1}, {"mode", "fast"}}));
    EXPECT_THAT(host.recorded(), ElementsAre()); // by the schemas alone

    web.spec_json = R"({"options":{"rec-a":{"level":1,"mode":"fast"}}})";
    EXPECT_EQ(run(Hook::before_create), "plugin rec-b, options of VM web: as ordered");
    EXPECT_THAT(host.recorded(), ElementsAre(R"(rec-a options {"level":1,"mode":"fast"})"));
}

TEST_F(Hooks, LiveChangesAreToldAndTakenBack) {
    load("", "changed=error");
    web.pid = 4711; // they are for a VM that runs
    const json before = {{"rec-a", {{"level", 1}, {"mode", "fast"}}}, {"rec-b", {{"level", 1}}}};
    json after = before;
    after["rec-a"]["mode"] = "slow"; // not live: at the next start
    host.dispatch->change_options(web, before, after, host.context);
    EXPECT_THAT(host.recorded(), ElementsAre(R"(rec-a options {"level":1,"mode":"slow"})",
                                             R"(rec-b options {"level":1})"));

    after["rec-a"]["level"] = 2;
    after["rec-b"]["level"] = 2;
    EXPECT_EQ(error_of([&] { host.dispatch->change_options(web, before, after, host.context); }),
              "plugin rec-b, option_changed of VM web: as ordered");
    EXPECT_THAT(
        host.recorded(),
        ElementsAre(R"(rec-a options {"level":2,"mode":"slow"})", R"(rec-b options {"level":2})",
                    R"(rec-a changed {"level":1,"mode":"fast"} -> {"level":2,"mode":"slow"})",
                    R"(rec-b changed {"level":1} -> {"level":2})",
                    R"(rec-b unchanged {"level":1} -> {"level":2} PARTIAL)",
                    R"(rec-a unchanged {"level":1,"mode":"fast"} -> )"
                    R"({"level":2,"mode":"slow"})"));
}

TEST_F(Hooks, ActionsAreFoundCheckedAndCollected) {
    load();
    Actions actions(*host.catalog);
    const auto result = actions.run("rec-a", "cli", "say", R"({"word":"hi"})", host.context);
    ASSERT_EQ(result.output.size(), 1U);
    EXPECT_EQ(result.output[0].bytes, R"({"word":"hi"})");
    const auto run = [&](const char* plugin, const char* name, const char* args) {
        return error_of(
            [&] { static_cast<void>(actions.run(plugin, "cli", name, args, host.context)); });
    };
    EXPECT_EQ(run("rec-x", "say", ""), "no plugin 'rec-x' is active");
    EXPECT_EQ(run("rec-a", "sya", ""), "plugin rec-a has no cli action 'sya'");
    EXPECT_EQ(run("rec-a", "say", R"({"wrod":"hi"})"),
              "rec-a say: wrod: unknown key; did you mean 'word'?");
    EXPECT_EQ(run("rec-a", "say", "{"), "rec-a say: not JSON");
    EXPECT_EQ(run("rec-a", "spoil", ""), "plugin rec-a, cli spoil: call_emit: not UTF-8");
}

TEST_F(Hooks, TheFootprintComesFromThePlugins) {
    load("", "list_all=error", "");
    Footprint footprint(*host.catalog);
    const json all = footprint.list_all(host.context);
    ASSERT_EQ(all.size(), 4U);
    EXPECT_EQ(all[0], (json{{"kind", "thing"}, {"name", "one"}, {"plugin", "rec-a"}}));
    EXPECT_EQ(all[2]["error"], "plugin rec-b, list_all: as ordered");
    footprint.release(all[0], host.context);
    EXPECT_THAT(host.recorded(),
                ElementsAre(R"(rec-a release {"kind":"thing","name":"one"})")); // as it emitted it
    EXPECT_THAT(error_of([&] {
                    footprint.release({{"plugin", "nobody"}}, host.context);
                }),
                HasSubstr("no active plugin 'nobody'"));
    EXPECT_THAT(error_of([&] {
                    footprint.release({{"plugin", 7}, {"kind", "thing"}}, host.context);
                }),
                HasSubstr("no active plugin ''"));
}

} // namespace
} // namespace banger::plugin
