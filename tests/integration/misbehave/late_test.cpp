// Calls that are used, and threads that come back, when what they belong to is over.
#include "side_effects.hpp"

#include "vm/guest_config.hpp"

#include <chrono>

#include <nlohmann/json.hpp>

namespace banger::plugin {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using vm::Hook;
using vm::Phase;

// Long enough for what behaves, with sanitizers on a busy machine: it is loaded and asked with
// these times, too. What is deaf lets all of it pass.
constexpr std::chrono::milliseconds hook_time{500};
constexpr std::chrono::milliseconds control_time{1000};
constexpr std::chrono::milliseconds grace{20}; // counts once a call is cancelled

TEST_F(Misbehaving, ACallThatIsUsedManyCallsLaterIsNobodys) {
    ASSERT_EQ(load("before_create=keep after_create=late"), "");
    EXPECT_EQ(run(Hook::before_create), "");
    EXPECT_EQ(run(Hook::after_create),
              "plugin misbehave, after_create of VM web: returned -2 without a message");
    EXPECT_TRUE(host->logged("used a call that is over in call_fail (before_create of VM web)"));
    EXPECT_TRUE(host->logged("used a call that is over in call_emit (before_create of VM web)"));
    for (int i = 0; i < 100; ++i) { // its place is long somebody else's
        EXPECT_EQ(run(Hook::on_ready), "");
    }
    EXPECT_EQ(run(Hook::after_create),
              "plugin misbehave, after_create of VM web: returned -2 without a message");
    EXPECT_TRUE(host->logged("used a call that is over in call_set_cookie"));
    EXPECT_TRUE(host->logged("with an old call")); // a line needs no call
    EXPECT_THAT(undo(Phase::create), IsEmpty());
    EXPECT_THAT(rows(), IsEmpty());
    expect_the_other_is_well();
}

TEST_F(Misbehaving, OneWhoReturnsAfterTheDaemonsEndTouchesNothing) {
    host->timeouts.grace = grace;
    host->timeouts.control = control_time;
    host->entry("misbehave").timeout = hook_time;
    ASSERT_EQ(load("before_start=deaf"), "");
    EXPECT_THAT(run(Hook::before_start), HasSubstr("did not return within"));
    EXPECT_EQ(host->info("misbehave").state, State::stuck);
    EXPECT_EQ(undo(Phase::start).size(), 1U); // waits for the hook, in vain
    expect_the_other_is_well();

    host->dispatch.reset();
    host->catalog.reset();
    host.reset(); // the services, too
    let_go();
    EXPECT_TRUE(soon([&] { return !marks().empty(); }));
    EXPECT_THAT(marks(), ElementsAre("before_start returned"));
}

TEST_F(Misbehaving, OneWhoReturnsBetweenTheEndOfDispatchAndOfTheCatalogIsNotUndone) {
    host->timeouts.grace = grace;
    host->entry("misbehave").timeout = hook_time;
    ASSERT_EQ(load("before_start=deaf"), "");
    EXPECT_THAT(run(Hook::before_start), HasSubstr("did not return within"));
    EXPECT_EQ(undo(Phase::start).size(), 1U);
    host->dispatch.reset();
    let_go();
    EXPECT_TRUE(soon([&] { return host->info("misbehave").state == State::active; }));
    EXPECT_THAT(host->open_records(), Contains("misbehave before_start undo_failed"));
    EXPECT_TRUE(host->logged("here I am")); // the log is still there
}

TEST_F(Misbehaving, AThreadLeakedPastDestroyIsCutOff) {
    ASSERT_EQ(load("init=leak"), "");
    EXPECT_TRUE(soon([&] { return !marks().empty(); }));
    EXPECT_TRUE(soon([&] { return host->kv.find("misbehave", "leaked").has_value(); }));
    expect_the_other_is_well();
    host->stop();
    EXPECT_TRUE(host->logged("destroy() left 1 of its threads in a call"));
    host->kv.remove("misbehave", "leaked");
    const auto published = [&] {
        const std::scoped_lock hold(host->events.lock);
        return host->events.published.size();
    };
    const std::size_t before_wait = published();
    ::usleep(50'000);
    EXPECT_FALSE(host->kv.find("misbehave", "leaked").has_value());
    EXPECT_EQ(published(), before_wait);
    end(); // also of the services
    ::usleep(20'000);
    let_go();
    EXPECT_TRUE(soon([&] { return marks().size() == 2; }));
    EXPECT_THAT(marks(), ElementsAre("leaked", "cut off"));
}

TEST_F(Misbehaving, AHookThatDoesNotReturnAtTheEndLetsTheDaemonEnd) {
    host->timeouts.grace = grace;
    host->timeouts.control = control_time;
    host->entry("misbehave").timeout = hook_time;
    ASSERT_EQ(load("on_stop=deaf"), "");
    host->stop();
    EXPECT_TRUE(host->logged("plugin misbehave, on_stop: did not return within"));
    EXPECT_THAT(host->recorded(), ElementsAre("rec-well on_stop", "rec-well destroy"));
    let_go();
    EXPECT_TRUE(soon([&] { return !marks().empty(); }));
}

TEST_F(Misbehaving, ACreateThatReturnsTooLateDoesNotComeBackToLife) {
    host->timeouts.grace = grace;
    host->timeouts.control = control_time;
    ASSERT_EQ(load("create=deaf init=mark destroy=mark"), "");
    EXPECT_EQ(host->info("misbehave").state, State::failed);
    let_go();
    EXPECT_TRUE(soon([&] { return host->logged("too late to count"); }));
    ::usleep(50'000); // what it does with that
    expect_the_other_is_well();
    host->timeouts.control = std::chrono::seconds(20);
    host->stop();
    EXPECT_THAT(marks(), ElementsAre("create returned", "destroy")); // what it made is not leaked
}

TEST_F(Misbehaving, ACreateThatFailsTooLateIsNotDestroyed) {
    host->timeouts.grace = grace;
    host->timeouts.control = control_time;
    ASSERT_EQ(load("create=deaf-fail destroy=mark"), "");
    let_go();
    EXPECT_TRUE(soon([&] { return host->logged("too late to count"); }));
    ::usleep(50'000);
    host->stop();
    EXPECT_THAT(marks(), ElementsAre("create returned"));
}

struct Timed : Misbehaving, testing::WithParamInterface<const char*> {};

TEST_P(Timed, ByTheConfigurationIsEveryHookAboutAVm) {
    const std::string hook = GetParam();
    host->timeouts.grace = grace;
    host->entry("misbehave").timeout = hook_time; // the others have 20 s
    ASSERT_EQ(load(hook + "=deaf"), "");
    if (hook == "undo") {
        EXPECT_EQ(run(Hook::before_start), "");
    }
    const std::string error = error_of([&] {
        if (hook == "undo") {
            throw host->dispatch->undo(web, Phase::start, host->context).at(0).error;
        }
        if (hook == "options") {
            host->dispatch->validate_options(web, nlohmann::json::object(), host->context);
        } else if (hook == "exec") {
            static_cast<void>(host->dispatch->guest_exec(web, "{}", host->context));
        } else {
            vm::GuestConfig config;
            host->dispatch->contribute(web, config, host->context);
            host->dispatch->validate(web, config.merged_json(), host->context);
        }
    });
    const std::string name = hook == "undo" ? "undo of before_start" : hook;
    EXPECT_THAT(error, testing::StartsWith("plugin misbehave, " + name +
                                           " of VM web: did not return within "));
    EXPECT_EQ(host->info("misbehave").state, State::stuck);
    expect_the_other_is_well();
    let_go();
    EXPECT_TRUE(soon([&] { return host->info("misbehave").state == State::active; }));
}
INSTANTIATE_TEST_SUITE_P(Misbehave, Timed,
                         testing::Values("contribute", "validate", "options", "exec", "undo"),
                         [](const auto& test) { return std::string(test.param); });

} // namespace
} // namespace banger::plugin
