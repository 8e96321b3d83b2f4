#include "side_effects.hpp"

#include "os/utf8.hpp"
#include "plugin/actions.hpp"
#include "vm/guest_config.hpp"

#include <nlohmann/json.hpp>

namespace banger::plugin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using vm::Hook;
using vm::Phase;

constexpr const char* replaced =
    "bad \xef\xbf\xbd\xef\xbf\xbd byte"; ///< two bytes that are no UTF-8

struct Veto {
    const char* how;
    std::string error; ///< after "plugin misbehave, before_start of VM web: "
    State after = State::active;
};

struct Vetoes : Misbehaving, testing::WithParamInterface<Veto> {};

TEST_P(Vetoes, FailTheOperationAndNothingElse) {
    const Veto& veto = GetParam();
    ASSERT_EQ(load(std::string("before_start=") + veto.how), "");
    EXPECT_EQ(run(Hook::before_create), "");
    const std::string error = run(Hook::before_start);
    EXPECT_EQ(error, "plugin misbehave, before_start of VM web: " + veto.error);
    EXPECT_TRUE(os::is_utf8(error));
    EXPECT_EQ(host->info("misbehave").state, veto.after);
    EXPECT_THAT(host->recorded(), testing::Not(testing::Contains("rec-well before_start web")));
    EXPECT_THAT(undo(Phase::start), IsEmpty());
    EXPECT_THAT(undo(Phase::create), IsEmpty());
    EXPECT_THAT(rows(), IsEmpty());
    expect_the_other_is_well();
}

const Veto vetoes[] = {
    {"error", "as ordered"},
    {"silent", "returned -2 without a message"},
    {"unknown", "returned -999 without a message"},
    {"elsewhere", "returned -2 without a message"},
    {"bad-key", "kv: a key has 1 to 255 bytes of UTF-8"},
    {"bad-prefix", "kv: a prefix is UTF-8, as keys are"},
    {"bad-exec-program", "exec: the program is not UTF-8"},
    {"bad-exec-folder", "exec: the folder is not UTF-8"},
    {"bad-exec-variable", "exec: the name of a variable is not UTF-8"},
    {"bad-emit", "call_emit: not UTF-8"},
    {"deep-emit", "call_emit: JSON of more than 64 levels"},
    {"throw-silent", "an exception left it: an exception", State::faulted},
    {"end-thread", "it ended its thread", State::faulted},
    {"throw-std", "an exception left it: out of paper", State::faulted},
    {"throw-int", "an exception left it: an exception that is no std::exception", State::faulted},
    {"throw-bad", std::string("an exception left it: ") + replaced, State::faulted},
    {"fail-bad", replaced},
    {"fail-long", std::string(4096, 'x') + "... (1044480 more bytes)"},
    {"record-bad", std::string("no VM '") + replaced + "'"},
    {"much-cookie", "call_set_cookie: the cookie is 1073741824 bytes, at most 65536"},
    {"much-emit", "call_emit: one piece is 1073741824 bytes, at most 16777216"},
    {"much-emits", "call_emit: pieces in one call: 65537, at most 65536"},
    {"much-kv-key", "kv: a key is 1073741824 bytes, at most 255"},
    {"much-kv-value", "kv: a value is 1073741824 bytes, at most 65536"},
    {"much-kv-get", "kv: a key is 1073741824 bytes, at most 255"},
    {"much-kv-prefix", "kv: a prefix is 1073741824 bytes, at most 255"},
    {"much-argument", "exec: an argument is 1073741824 bytes, at most 1048576"},
    {"much-arguments", "exec: arguments: 1073741824, at most 4096"},
    {"much-variables", "exec: variables: 1073741824, at most 4096"},
    {"much-folder", "exec: an argument is 1073741824 bytes, at most 1048576"},
    {"much-input", "exec: the input is 1073741824 bytes, at most 16777216"},
    {"much-verb", "privileged: a verb is 1073741824 bytes, at most 64"},
    {"much-verb-args", "privileged: the argument object is 1073741824 bytes, at most 1048576"},
    {"much-vm-name", "the name of a VM is 1073741824 bytes, at most 255"},
    {"much-method", "api: a method is 1073741824 bytes, at most 16"},
    {"much-target", "api: a target is 1073741824 bytes, at most 8192"},
    {"much-body", "api: a body is 1073741824 bytes, at most 1048576"},
};
INSTANTIATE_TEST_SUITE_P(Misbehave, Vetoes, testing::ValuesIn(vetoes), [](const auto& test) {
    std::string name = test.param.how;
    std::erase(name, '-');
    return name;
});

/// What a veto leaves for its reader to do.
struct Advice {
    const char* how;
    os::ErrorKind kind;
    std::string hint;
};
struct Advises : Misbehaving, testing::WithParamInterface<Advice> {};

TEST_P(Advises, TheNextStep) {
    ASSERT_EQ(load(std::string("before_start=") + GetParam().how), "");
    try {
        host->dispatch->run(Hook::before_start, web, host->context);
        ADD_FAILURE();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), GetParam().kind);
        EXPECT_EQ(error.hint(), GetParam().hint);
    }
    EXPECT_THAT(undo(Phase::start), IsEmpty());
}
const Advice advices[] = {
    // What the host does not take of the plugin is nobody's wrong request.
    {"bad-emit", os::ErrorKind::internal, "tell its author, or get another version of it"},
    {"silent", os::ErrorKind::invalid, ""}, // a wrong value is to be mended
    {"unknown", os::ErrorKind::internal,
     "plugins.entries.misbehave.on_error: warn in config.yaml goes on without it"},
};
INSTANTIATE_TEST_SUITE_P(Misbehave, Advises, testing::ValuesIn(advices), [](const auto& test) {
    std::string name = test.param.how;
    std::erase(name, '-');
    return name;
});

TEST_F(Misbehaving, AStatusWithoutAMeaningAndAFailureTakenBackAreSuccess) {
    ASSERT_EQ(load("before_start=seven after_start=fail-then-ok"), "");
    EXPECT_EQ(run(Hook::before_start), "");
    EXPECT_EQ(run(Hook::after_start), "");
    EXPECT_TRUE(host->logged("returned 7, which has no meaning; taken as success"));
    EXPECT_TRUE(host->logged("reported a failure, then returned success; taken as success: changed "
                             "my mind"));
    EXPECT_THAT(undo(Phase::start), IsEmpty());
    EXPECT_THAT(rows(), IsEmpty());
    expect_the_other_is_well();
}

TEST_F(Misbehaving, ASlowHookThatHonoursTheDeadlineCostsItsOperationAlone) {
    host->entry("misbehave").timeout = std::chrono::milliseconds(30);
    ASSERT_EQ(load("before_start=wait"), "");
    EXPECT_EQ(run(Hook::before_start), "plugin misbehave, before_start of VM web: no answer within "
                                       "30 ms (returned -6 without a message)");
    EXPECT_THAT(marks(), ElementsAre("cancelled 1"));
    EXPECT_EQ(host->info("misbehave").state, State::active);
    EXPECT_THAT(undo(Phase::start), IsEmpty());
    EXPECT_THAT(rows(), IsEmpty());
    expect_the_other_is_well();
}

/// An exception out of anything the plugin has is caught there, and costs the plugin alone.
struct Throws : Misbehaving, testing::WithParamInterface<const char*> {
    std::string provoke(const std::string& where) {
        const auto caught = [](auto&& f) { return error_of(f); };
        if (where == "undo") {
            EXPECT_EQ(run(Hook::before_start), "");
            const auto failures = undo(Phase::start);
            return failures.empty() ? "" : failures.front();
        }
        if (where == "contribute" || where == "validate") {
            return caught([&] {
                vm::GuestConfig config;
                host->dispatch->contribute(web, config, host->context);
                host->dispatch->validate(web, config.merged_json(), host->context);
            });
        }
        if (where == "options") {
            return caught([&] {
                host->dispatch->validate_options(web, nlohmann::json::object(), host->context);
            });
        }
        if (where == "act") {
            return caught([&] {
                static_cast<void>(
                    Actions(*host->catalog).run("misbehave", "cli", "act", "", host->context));
            });
        }
        if (where == "exec") {
            return caught(
                [&] { static_cast<void>(host->dispatch->guest_exec(web, "{}", host->context)); });
        }
        for (const Hook hook : {Hook::after_create, Hook::before_start, Hook::after_start,
                                Hook::on_ready, Hook::before_stop, Hook::after_stop,
                                Hook::before_delete, Hook::after_delete, Hook::reconcile}) {
            if (where == vm::to_string(hook)) {
                return run(hook);
            }
        }
        return "nothing called " + where;
    }
};

TEST_P(Throws, AreCaughtWhereverTheyComeFrom) {
    const std::string where = GetParam();
    ASSERT_EQ(load(where + "=throw-std"), "");
    EXPECT_THAT(provoke(where),
                testing::MatchesRegex("plugin misbehave, [a-z_ ]+: an exception left it: out of "
                                      "paper|plugin misbehave, [a-z_ ]+ of VM web: an exception "
                                      "left it: out of paper"));
    EXPECT_EQ(host->info("misbehave").state, State::faulted);
    EXPECT_THAT(host->reason("misbehave"), HasSubstr("an exception left it: out of paper"));
    expect_the_other_is_well();
}
INSTANTIATE_TEST_SUITE_P(Misbehave, Throws,
                         testing::Values("after_create", "before_start", "after_start", "on_ready",
                                         "before_stop", "after_stop", "before_delete",
                                         "after_delete", "reconcile", "undo", "contribute",
                                         "validate", "options", "act", "exec"),
                         [](const auto& test) { return std::string(test.param); });

TEST_F(Misbehaving, AnExceptionOutOfCreateOrInitKeepsItOut) {
    EXPECT_EQ(load("create=throw-std"), "");
    EXPECT_EQ(host->reason("misbehave"),
              "plugin misbehave, create: an exception left it: out of paper");
    expect_the_other_is_well();
}

TEST_F(Misbehaving, SoDoesOneOutOfInit) {
    EXPECT_EQ(load("init=throw-int"), "");
    EXPECT_EQ(host->reason("misbehave"), "plugin misbehave, init: an exception left it: an "
                                         "exception that is no std::exception");
    expect_the_other_is_well();
}

TEST_F(Misbehaving, OneOutOfDestroyIsLoggedAndTheOthersEndAsWell) {
    ASSERT_EQ(load("destroy=throw-std"), "");
    host->stop();
    EXPECT_TRUE(host->logged("plugin misbehave, destroy: an exception left it: cannot let go"));
    EXPECT_THAT(host->recorded(), ElementsAre("rec-well on_stop", "rec-well destroy"));
}

TEST_F(Misbehaving, AnUndoThatAlwaysFailsKeepsItsRecordAndTheOthersAreUndone) {
    ASSERT_EQ(load("undo=error after_start=error"), "");
    EXPECT_EQ(run(Hook::before_start), "");
    EXPECT_EQ(run(Hook::after_start), "plugin misbehave, after_start of VM web: as ordered");
    for (int attempt = 0; attempt < 3; ++attempt) {
        EXPECT_THAT(undo(Phase::start),
                    ElementsAre("plugin misbehave, undo of after_start of VM web: as ordered",
                                "plugin misbehave, undo of before_start of VM web: as ordered"));
        EXPECT_THAT(rows(), ElementsAre("misbehave before_start undo_failed",
                                        "misbehave after_start undo_failed"));
    }
    expect_the_other_is_well();
    host->journal.forget(web.id); // delete --force
}

TEST_F(Misbehaving, AnAdviserThatFailsLeavesNothingInTheGuestConfiguration) {
    host->entry("misbehave").warn_only = true;
    ASSERT_EQ(load("contribute=error validate=error options=error"), "");
    vm::GuestConfig config;
    config.kernel_arg("banger", "first", "1");
    host->dispatch->contribute(web, config, host->context);
    EXPECT_THAT(config.kernel_args(), ElementsAre("first=1", "rec-well=web"));
    EXPECT_THAT(config.merged_json().dump(), testing::Not(HasSubstr("misbehave")));
    host->dispatch->validate(web, config.merged_json(), host->context);
    host->dispatch->validate_options(web, nlohmann::json::object(), host->context);
    const std::string goes_on = " of VM web: as ordered (goes on: on_error is warn)";
    EXPECT_THAT(host->operation_log, ElementsAre("warning plugin misbehave, contribute" + goes_on,
                                                 "warning plugin misbehave, validate" + goes_on,
                                                 "warning plugin misbehave, options" + goes_on));
    expect_the_other_is_well();
}

TEST_F(Misbehaving, AnAdviserThatFailsInALiveChangeTakesItsPartBack) {
    host->entry("misbehave").warn_only = true;
    ASSERT_EQ(load("changed=error"), "");
    web.pid = 4711;
    const nlohmann::json old_values = {{"misbehave", {{"level", 1}}}, {"rec-well", {{"level", 1}}}};
    const nlohmann::json new_values = {{"misbehave", {{"level", 2}}}, {"rec-well", {{"level", 2}}}};
    host->dispatch->change_options(web, old_values, new_values, host->context);
    EXPECT_THAT(marks(), ElementsAre("unchanged"));
    EXPECT_THAT(host->recorded(),
                testing::Contains(R"(rec-well changed {"level":1} -> {"level":2})"));
    expect_the_other_is_well();
}

TEST_F(Misbehaving, AnOverrideNeedsPermission) {
    host->entry("misbehave").after = {"rec-well"};
    ASSERT_EQ(load("contribute=force"), "");
    const auto allow = [&](std::string_view plugin, std::string_view field) {
        return host->dispatch->may_override(plugin, field);
    };
    vm::GuestConfig config(allow);
    EXPECT_EQ(error_of([&] { host->dispatch->contribute(web, config, host->context); }),
              "plugin misbehave, contribute of VM web: misbehave may not override "
              "kernel_arg:rec-well of rec-well");
    expect_the_other_is_well();
}

TEST_F(Misbehaving, AnOverrideWithPermissionWins) {
    host->entry("misbehave").after = {"rec-well"};
    host->entry("misbehave").allow_override = {"kernel_arg:rec-*"};
    ASSERT_EQ(load("contribute=force"), "");
    const auto allow = [&](std::string_view plugin, std::string_view field) {
        return host->dispatch->may_override(plugin, field);
    };
    vm::GuestConfig config(allow);
    host->dispatch->contribute(web, config, host->context);
    EXPECT_THAT(config.kernel_args(), ElementsAre("rec-well=mine"));
    expect_the_other_is_well();
}

struct GivesDescriptor {
    const char* how;
    const char* error; ///< a regular expression
};
struct Descriptors : Misbehaving, testing::WithParamInterface<GivesDescriptor> {};

TEST_P(Descriptors, ThatAreNotItsOwnNewSocketAreNotTaken) {
    ASSERT_EQ(load(std::string("exec=") + GetParam().how), "");
    EXPECT_THAT(
        error_of([&] { static_cast<void>(host->dispatch->guest_exec(web, "{}", host->context)); }),
        testing::MatchesRegex(std::string("plugin misbehave, exec of VM web: gave "
                                          "descriptor [0-9]+, ") +
                              GetParam().error));
    EXPECT_TRUE(Holdings::now().descriptors.contains(0)); // not closed
    expect_the_other_is_well();
}
INSTANTIATE_TEST_SUITE_P(
    Misbehave, Descriptors,
    testing::Values(GivesDescriptor{"input", "which (is no socket|was open before)"},
                    GivesDescriptor{"file", "which is no socket"},
                    GivesDescriptor{"closed", "which is no socket"},
                    GivesDescriptor{"old", "which was open before"},
                    GivesDescriptor{"inherited", "which programs would inherit"}),
    [](const auto& test) { return std::string(test.param.how); });

TEST_F(Misbehaving, ANewSocketIsTaken) {
    ASSERT_EQ(load("exec=good"), "");
    EXPECT_TRUE(host->dispatch->guest_exec(web, "{}", host->context));
}

struct OwnVm : Misbehaving, testing::WithParamInterface<const char*> {};

TEST_P(OwnVm, IsBusyAtOnceWhoeverRunsTheHook) {
    ASSERT_EQ(load("before_start=api-web/start?x=1 reconcile=api-0123456789ab/stop "
                   "after_stop=api-w%65b/kill undo=api-web on_ready=api-other/start"),
              "");
    const std::string hook = GetParam();
    std::string said;
    std::string target;
    if (hook == "undo") {
        host->journal.done(host->journal.begin(web.id, "misbehave", "before_start"), "");
        said = undo(Phase::start).at(0);
        target = "/v1/vms/web";
        host->journal.forget(web.id);
    } else {
        const bool start = hook == "before_start";
        const bool reconcile = hook == "reconcile";
        said = run(start ? Hook::before_start : reconcile ? Hook::reconcile : Hook::after_stop);
        target = start       ? "/v1/vms/web/start?x=1"
                 : reconcile ? "/v1/vms/0123456789ab/stop"
                             : "/v1/vms/w%65b/kill";
        host->journal.forget(web.id);
    }
    const std::string name = hook == "undo" ? "undo of before_start" : hook;
    EXPECT_THAT(said, HasSubstr("plugin misbehave, " + name + " of VM web: 409 {\"error\""));
    EXPECT_THAT(said, HasSubstr("\"kind\":\"busy\""));
    EXPECT_THAT(said, HasSubstr("VM web is busy: " + name +
                                " of it is running, and asked for POST " + target));
    // Another VM is asked for as ever.
    EXPECT_THAT(run(Hook::on_ready), HasSubstr("201 POST /v1/vms/other/start"));
}
INSTANTIATE_TEST_SUITE_P(Misbehave, OwnVm,
                         testing::Values("before_start", "reconcile", "after_stop", "undo"),
                         [](const auto& test) { return std::string(test.param); });

} // namespace
} // namespace banger::plugin
