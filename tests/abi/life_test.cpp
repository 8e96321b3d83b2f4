#include "../integration/plugin/plugin_host.hpp"

#include "plugin/actions.hpp"
#include "plugin/footprint.hpp"
#include "vm/guest_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

/// Plugins that were built with the frozen SDK of 1.0, with one of a later minor and in another
/// language go through the whole life of a VM in today's host.
namespace banger::plugin {
namespace {

using testing::HasSubstr;
using vm::Hook;

struct Built {
    const char* id;
    const char* grown; ///< what it says of the host
    bool contributes = true;
};

class Life : public testing::TestWithParam<Built> {
  protected:
    void SetUp() override {
        if (!std::filesystem::exists(std::filesystem::path(BANGER_TEST_PLUGINS) /
                                     (std::string(GetParam().id) + ".so"))) {
            GTEST_SKIP() << GetParam().id << " could not be built here: no compiler for it";
        }
        host.add(GetParam().id);
        ASSERT_EQ(host.load(), "");
        ASSERT_EQ(host.info(GetParam().id).state, State::active) << host.reason(GetParam().id);
    }
    std::string noted(const std::string& key) {
        return host.kv.find(GetParam().id, key).value_or("(not called)");
    }
    std::string run(Hook hook) {
        return error_of([&] { host.dispatch->run(hook, web, host.context); });
    }

    PluginHost host;
    vm::VmView web = vm_named("web");
    std::string cookie = std::string("cookie of ") + GetParam().id;
};

TEST_P(Life, RunsFromCreateToDelete) {
    for (const Hook hook : {Hook::before_create, Hook::after_create, Hook::before_start}) {
        EXPECT_EQ(run(hook), "");
    }
    EXPECT_EQ(noted("before_start"), "web");
    vm::GuestConfig config;
    host.dispatch->contribute(web, config, host.context);
    host.dispatch->validate(web, config.merged_json(), host.context);
    if (GetParam().contributes) {
        EXPECT_EQ(noted("on_start").empty(), false);
        EXPECT_EQ(noted("init"), "done");
        EXPECT_EQ(noted("validate"), "merged");
        EXPECT_THAT(config.kernel_args(), testing::Contains(std::string(GetParam().id) + "=1"));
        ASSERT_EQ(config.drives().size(), 1U);
        EXPECT_TRUE(config.drives()[0].read_only);
        EXPECT_TRUE(
            host.dispatch->wait_ready(GetParam().id, web, host.context,
                                      std::chrono::steady_clock::now() + std::chrono::seconds(20)));
        EXPECT_EQ(noted("wait_ready"), cookie);
    }
    for (const Hook hook : {Hook::after_start, Hook::on_ready, Hook::before_stop, Hook::after_stop,
                            Hook::before_delete, Hook::after_delete}) {
        EXPECT_EQ(run(hook), "");
    }
    for (const char* hook : {"after_start", "on_ready", "before_stop", "after_stop"}) {
        EXPECT_EQ(noted(hook), cookie) << hook;
    }
    EXPECT_EQ(noted("before_delete"), "");
    EXPECT_EQ(noted("after_delete"), "");
    EXPECT_THAT(host.open_records(), testing::IsEmpty());
    host.stop();
}

TEST_P(Life, IsUndoneWithItsCookie) {
    EXPECT_EQ(run(Hook::before_start), "");
    EXPECT_THAT(host.dispatch->undo(web, vm::Phase::start, host.context), testing::IsEmpty());
    EXPECT_EQ(noted("undo"), cookie);
    EXPECT_THAT(host.open_records(), testing::IsEmpty());
}

TEST_P(Life, IsReconciledListedAndReleased) {
    if (!GetParam().contributes) {
        GTEST_SKIP() << "it has before_start and undo only";
    }
    EXPECT_EQ(run(Hook::before_start), "");
    EXPECT_EQ(run(Hook::reconcile), "");
    EXPECT_EQ(noted("reconcile"), cookie);
    host.catalog->reconcile_all();
    EXPECT_EQ(noted("reconcile_all"), "done");

    const Footprint footprint(*host.catalog);
    const nlohmann::json all = footprint.list_all(host.context);
    ASSERT_EQ(all.size(), 1U) << all.dump();
    EXPECT_EQ(all[0]["name"], GetParam().id);
    EXPECT_EQ(footprint.list(web, host.context).size(), 1U);
    footprint.release(all[0], host.context);
    EXPECT_THAT(noted("release"), HasSubstr(R"("kind":"life")"));
}

TEST_P(Life, TakesAChangeOfItsOption) {
    if (!GetParam().contributes) {
        GTEST_SKIP() << "it has no option";
    }
    const std::string id = GetParam().id;
    web.pid = 4711; // it runs
    const nlohmann::json before = {{id, {{id, 3}}}};
    const nlohmann::json after = {{id, {{id, 4}}}};
    host.dispatch->change_options(web, before, after, host.context);
    EXPECT_EQ(noted("validate_options"), after[id].dump());
    EXPECT_EQ(noted("option_changed"), after[id].dump());
    EXPECT_EQ(noted("option_undo"), "(not called)");
}

TEST_P(Life, LeavesWhenItWasSwitchedOff) {
    if (!GetParam().contributes) {
        GTEST_SKIP() << "it has no leave";
    }
    EXPECT_EQ(run(Hook::before_start), "");
    host.stop();
    EXPECT_EQ(noted("on_stop"), "done");
    host.entry(GetParam().id).enabled = false;
    ASSERT_EQ(host.load(), "");
    host.dispatch->let_leave(Leavers::Answer::any);
    EXPECT_EQ(noted("leave"), "done");
    EXPECT_THAT(host.open_records(), testing::IsEmpty());
    EXPECT_EQ(host.info(GetParam().id).state, State::disabled);
}

TEST_P(Life, KnowsHowNewTheHostIs) {
    const auto result = Actions(*host.catalog).run(GetParam().id, "cli", "grown", "", host.context);
    ASSERT_EQ(result.output.size(), 1U);
    EXPECT_EQ(result.output[0].bytes, GetParam().grown);
}

INSTANTIATE_TEST_SUITE_P(Sdk, Life,
                         testing::Values(Built{"life-c", "the host is as new"},
                                         Built{"life-cpp", "the host is as new"},
                                         Built{"future-c", "the host is older"},
                                         Built{"future-cpp", "the host is older"},
                                         Built{"life-rust", "the host is as new", false}),
                         [](const auto& one) {
                             std::string name = one.param.id;
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name;
                         });

/// A plugin of a later minor that cannot do without it says so, and this older host refuses it.
TEST(LaterPlugin, ThatNeedsALaterHostIsRefused) {
    for (const char* id : {"needs-c", "needs-cpp"}) {
        PluginHost host;
        host.add(id);
        EXPECT_EQ(host.load(), "");
        EXPECT_EQ(host.info(id).state, State::failed);
        EXPECT_THAT(host.reason(id), HasSubstr("needs ABI 1.1 or later, this host has 1.0"));
    }
}

TEST(RustPlugin, APanicThatIsCaughtIsAnError) {
    if (!std::filesystem::exists(std::filesystem::path(BANGER_TEST_PLUGINS) / "life-rust.so")) {
        GTEST_SKIP() << "life-rust could not be built here: no rustc of 1.77 or later";
    }
    PluginHost host;
    host.add("life-rust");
    ASSERT_EQ(host.load(), "");
    EXPECT_THAT(error_of([&] {
                    (void)Actions(*host.catalog)
                        .run("life-rust", "cli", "panics", R"({"now":true})", host.context);
                }),
                HasSubstr("a panic was caught"));
    EXPECT_EQ(host.info("life-rust").state, State::active);
}

} // namespace
} // namespace banger::plugin
