// What is asked of a plugin that was active, and is switched off when the next daemon starts.
#include "plugin_host.hpp"

#include "plugin/breadcrumb.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <memory>
#include <thread>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

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
    void let_leave() { host.dispatch->let_leave(Leavers::Answer::any); }
    void order(const std::string& before, const std::string& now) {
        std::string& config = host.entry("rec-a").config_json;
        config.replace(config.find(before), before.size(), now);
    }
    /// What the store keeps of rec-a.
    std::string kept() { return host.kv.find("banger", "held:rec-a").value_or(""); }
    void wait_for_call(const std::string& hook) {
        while (!in_call(hook)) {
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
    }
    bool in_call(const std::string& hook) {
        for (const std::string& line : host.recorded()) {
            seen.push_back(line);
        }
        return std::find(seen.begin(), seen.end(), "rec-a " + hook) != seen.end();
    }
    std::vector<std::string> seen;
};

TEST_F(Leaving, IsAskedForNothingElse) {
    switch_off("");
    EXPECT_EQ(host.info("rec-a").state, State::leaving);
    EXPECT_THAT(host.catalog->active(), IsEmpty());
    let_leave();
    host.dispatch->run(vm::Hook::reconcile, web, host.context);
    host.dispatch->run(vm::Hook::after_stop, web, host.context);
    host.stop();
    EXPECT_THAT(host.recorded(), ElementsAre("rec-a leave", "rec-a destroy"));
}

TEST_F(Leaving, ThatHoldsNothingAnyMoreIsForgotten) {
    switch_off("");
    EXPECT_THAT(host.open_records(), ElementsAre("rec-a before_start done"));
    let_leave();
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
    let_leave();
    EXPECT_EQ(host.reason("rec-a"), "switched off in config.yaml; running VMs need what it holds");
    EXPECT_THAT(host.open_records(), ElementsAre("rec-a before_start done"));
    EXPECT_THAT(host.dispatch->orphans(), IsEmpty());
    EXPECT_EQ(host.catalog->leavers().trouble("rec-a"), "");
    host.dispatch->run(vm::Hook::after_stop, web, host.context);
    EXPECT_THAT(host.recorded(), ElementsAre("rec-a leave", "rec-a leave"));
    next_daemon();
    let_leave();
    EXPECT_THAT(host.recorded(), testing::Contains("rec-a leave"));
}

TEST_F(Leaving, ThatFailsIsToldAndAskedBeforeAVmStarts) {
    switch_off("leave=error");
    let_leave();
    EXPECT_THAT(host.catalog->leavers().trouble("rec-a"),
                HasSubstr("plugin rec-a, leave: as ordered"));
    EXPECT_THAT(host.reason("rec-a"), HasSubstr("as ordered"));
    host.dispatch->run(vm::Hook::before_start, web, host.context);
    EXPECT_THAT(host.recorded(), ElementsAre("rec-a leave", "rec-a leave"));
}

TEST_F(Leaving, SwitchedOnAgainTakesPart) {
    switch_off("leave=skip");
    let_leave();
    host.entry("rec-a").enabled = true;
    static_cast<void>(host.recorded());
    next_daemon();
    EXPECT_EQ(host.info("rec-a").state, State::active);
    EXPECT_THAT(host.recorded(),
                ElementsAre("rec-a destroy", "rec-a create", "rec-a init", "rec-a on_start"));
}

/// What a daemon that ends in its code leaves behind.
struct Killed : Leaving {
    std::unique_ptr<Breadcrumb> calls;

    ~Killed() override {
        host.catalog.reset(); // it asks the calls
    }
    /// A daemon that ended in that hook of rec-a, by that signal; then the next one.
    void end_in(const std::string& hook, int signal) {
        host.stop();
        const auto file = host.dir.path() / "calls";
        const pid_t pid = ::fork();
        if (pid == 0) {
            const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC); // a sanitizer's report
            ::dup2(null, STDERR_FILENO);
            Breadcrumb left(file, [](const auto&) {});
            std::thread([&] { // as the guard's, which no fork has changed
                const CallMark mark(&left, "rec-a", {.hook = hook});
                ::raise(signal);
            })
                .join();
            ::_exit(0);
        }
        ASSERT_EQ(::waitpid(pid, nullptr, 0), pid);
        calls = std::make_unique<Breadcrumb>(file, [](const auto&) {});
        host.services.calls = calls.get();
        static_cast<void>(host.recorded());
        ASSERT_EQ(host.load(), "");
    }
    /// Off in the last daemon, it is not loaded by this one, nor by the next.
    void expect_given_up() {
        EXPECT_THAT(host.recorded(), IsEmpty());
        EXPECT_THAT(host.catalog->leavers().trouble("rec-a"), HasSubstr("bangerd died"));
        EXPECT_TRUE(host.catalog->leavers().given_up_for_good("rec-a"));
        EXPECT_TRUE(host.logged("switched off, but"));
        let_leave();
        EXPECT_THAT(host.recorded(), IsEmpty());
        host.services.calls = nullptr;
        next_daemon();
        EXPECT_TRUE(host.catalog->leavers().given_up_for_good("rec-a"));
        host.entry("rec-a").enabled = true;
        next_daemon();
        EXPECT_EQ(host.info("rec-a").state, State::active);
    }
};

#ifdef __SANITIZE_THREAD__
constexpr const char* held_back = "ThreadSanitizer handles a signal later than it comes";
#endif

TEST_F(Killed, ByItWhileItLeaves) {
#ifdef __SANITIZE_THREAD__
    GTEST_SKIP() << held_back;
#endif
    switch_off("leave=skip");
    end_in("leave", SIGSEGV);
    expect_given_up();
}

TEST_F(Killed, ByItWhileItIsMadeToLeave) {
#ifdef __SANITIZE_THREAD__
    GTEST_SKIP() << held_back;
#endif
    switch_off("");
    end_in("init to leave", SIGABRT);
    expect_given_up();
}

TEST_F(Killed, ByItWhileItWasOnItIsAskedToLeave) {
    switch_off("");
    end_in("init", SIGSEGV);
    EXPECT_THAT(host.recorded(), testing::Contains("rec-a init"));
    let_leave();
    EXPECT_THAT(host.recorded(), testing::Contains("rec-a leave"));
}

TEST_F(Killed, FromOutsideWhileItLeavesItIsAskedAgain) {
    switch_off("leave=skip");
    end_in("leave", SIGKILL);
    EXPECT_EQ(host.catalog->leavers().trouble("rec-a"), "");
    let_leave();
    EXPECT_THAT(host.recorded(), testing::Contains("rec-a leave"));
}

TEST_F(Killed, BeforeItWasAskedItIsAskedByTheNext) {
    switch_off("");
    const std::string not_asked = kept();
    host.stop();
    host.kv.set("banger", "held:rec-a", not_asked);
    ASSERT_EQ(host.load(), "");
    EXPECT_EQ(host.catalog->leavers().trouble("rec-a"), "");
    let_leave();
    EXPECT_THAT(host.recorded(), testing::Contains("rec-a leave"));
}

TEST_F(Killed, AfterItWouldNotLeaveItIsAskedByTheNext) {
    switch_off("leave=error");
    let_leave();
    const std::string between = kept();
    host.stop();
    host.kv.set("banger", "held:rec-a", between);
    ASSERT_EQ(host.load(), "");
    EXPECT_FALSE(host.catalog->leavers().given_up_for_good("rec-a"));
    static_cast<void>(host.recorded());
    let_leave();
    EXPECT_THAT(host.recorded(), ElementsAre("rec-a leave"));
}

/// Ten come while rec-a is asked for the first time.
struct AskedTogether : Leaving {
    /// How often it was asked in all.
    long asked_by_ten(vm::Hook hook) {
        switch_off("leave=deafskip");
        std::vector<std::thread> threads;
        threads.emplace_back([this] { let_leave(); });
        wait_for_call("leave");
        for (int i = 0; i < 10; ++i) {
            threads.emplace_back([this, hook] {
                vm::CallContext context{.operation_id = "op"};
                host.dispatch->run(hook, web, context);
            });
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(200)); // all wait by then
        host.let_go();
        for (std::thread& thread : threads) {
            thread.join();
        }
        static_cast<void>(in_call("leave"));
        return std::count(seen.begin(), seen.end(), "rec-a leave");
    }
};

TEST_F(AskedTogether, StartsShareTheAnswerOnItsWay) {
    EXPECT_EQ(asked_by_ten(vm::Hook::before_start), 1);
}

TEST_F(AskedTogether, StopsShareOneThatKnowsOfThem) {
    EXPECT_EQ(asked_by_ten(vm::Hook::after_stop), 2);
}

TEST_F(Leaving, AFullDiskIsItsTroubleAndNotTheVms) {
    switch_off("");
    host.kv.disk_full = true;
    EXPECT_EQ(error_of([&] { host.dispatch->run(vm::Hook::after_stop, web, host.context); }), "");
    EXPECT_THAT(host.catalog->leavers().trouble("rec-a"), HasSubstr("the disk is full"));
    EXPECT_EQ(host.info("rec-a").state, State::leaving);
    host.kv.disk_full = false;
    let_leave();
    EXPECT_EQ(host.info("rec-a").state, State::disabled);
    EXPECT_THAT(host.open_records(), IsEmpty());
}

TEST_F(Leaving, IsAskedByTheNextDaemonWhenThisOneEndedBefore) {
    switch_off("");
    next_daemon();
    let_leave();
    EXPECT_THAT(host.recorded(), testing::Contains("rec-a leave"));
}

TEST_F(Leaving, WhoCannotBeLoadedIsToldNotFailed) {
    switch_off("leave=skip");
    order("leave=skip", "create=error");
    next_daemon();
    EXPECT_FALSE(host.catalog->leavers().given_up_for_good("rec-a"));
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
    let_leave();
    EXPECT_THAT(host.recorded(), IsEmpty());
}

} // namespace
} // namespace banger::plugin
