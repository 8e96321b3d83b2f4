#include "plugin_host.hpp"

#include "plugin/actions.hpp"
#include "vm/guest_config.hpp"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

/// What a plugin in C++ sees of the host, through the SDK's layer.
namespace banger::plugin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using vm::Hook;

struct Sdk : testing::Test {
    PluginHost host;
    vm::VmView web = vm_named("web");
    std::string failure;

    void SetUp() override {
        host.add("polite");
        ASSERT_EQ(host.load(), "");
        while (!host.kv.find("polite", "thread")) { // its own thread is under way
            std::this_thread::yield();
        }
    }
    std::vector<std::string> ask(const std::string& verb, const std::string& args = "") {
        const Plugin& plugin = *host.catalog->find("polite");
        const banger_actions& all = *plugin.manifest.actions.at("cli");
        for (std::uint32_t i = 0; i < all.count; ++i) {
            const banger_action& action = *all.items[i];
            if (verb == action.name) {
                CallSpec spec{.site = {.hook = verb},
                              .timeout = std::chrono::seconds(20),
                              .context = &host.context};
                const Outcome outcome =
                    host.catalog->guard().run(*host.catalog->find("polite"), std::move(spec),
                                              [&](banger_call* call, const banger_vm*) {
                                                  return action.run(plugin.self, call, str(args));
                                              });
                failure = outcome.message + (outcome.hint.empty() ? "" : " | " + outcome.hint);
                std::vector<std::string> texts;
                for (const Output& output : outcome.output) {
                    texts.push_back(output.bytes);
                }
                return texts;
            }
        }
        return {"no such verb"};
    }
    std::string run(Hook hook) {
        return error_of([&] { host.dispatch->run(hook, web, host.context); });
    }
};

TEST_F(Sdk, ExceptionsAreSealedAndCarryTheirText) {
    EXPECT_EQ(run(Hook::before_start), "plugin polite, before_start of VM web: no table is free");
    EXPECT_EQ(host.kv.find("polite", "undone"), "web"); // its own Undo, on the way out
    EXPECT_EQ(run(Hook::after_stop), "plugin polite, after_stop of VM web: chair");
    EXPECT_EQ(run(Hook::before_stop), "plugin polite, before_stop of VM web: unknown exception");
    EXPECT_EQ(host.info("polite").state, State::active); // nothing left the library
}

TEST_F(Sdk, TheGuestConfigurationIsWrittenAndAConflictIsTheHostsText) {
    vm::GuestConfig config;
    config.kernel_arg("host", "console", "ttyS0");
    EXPECT_EQ(error_of([&] { host.dispatch->contribute(web, config, host.context); }),
              "plugin polite, contribute of VM web: kernel_arg:console is set by both host and "
              "polite, to different values");
    ASSERT_EQ(config.nics().size(), 1U);
    EXPECT_EQ(config.nics()[0].mtu, 1400U);
    ASSERT_EQ(config.drives().size(), 1U);
    EXPECT_TRUE(config.drives()[0].read_only);
}

TEST_F(Sdk, KeysAreKept) {
    EXPECT_THAT(ask("remember", "a note"), ElementsAre("a note", R"(["note","thread"])"));
    EXPECT_EQ(host.kv.find("polite", "note"), std::nullopt);
}

TEST_F(Sdk, TheNetworkIsToldByTheHost) {
    EXPECT_THAT(ask("network"),
                ElementsAre("banger 10.9.8.0/24 24 1000", "02:00:00:00:00:07", "no such VM"));
}

TEST_F(Sdk, PrivilegedStepsAreShownWithTheOperation) {
    std::vector<std::string> steps;
    host.context.privileged = [&](const std::string& command, std::chrono::milliseconds, bool ok) {
        steps.push_back(command + (ok ? " ok" : " failed"));
    };
    EXPECT_THAT(ask("step"), ElementsAre(R"({"verb":"tap-create","args":{"tap":"bgr1"}})"));
    EXPECT_EQ(failure, "tap-refuse: sudo wants a password | run: sudo -v");
    EXPECT_THAT(steps, ElementsAre("banger-priv tap-create ok", "banger-priv tap-refuse failed"));
}

TEST_F(Sdk, ProgramsRunInThePluginsFolder) {
    const auto state_dir = (host.settings.state_dir / "polite").string();
    EXPECT_THAT(ask("run"), ElementsAre("heard it", "in and out", state_dir + "\n", "3"));
    EXPECT_THAT(failure, HasSubstr("no-such-program-anywhere"));
}

TEST_F(Sdk, ATimerTicksUntilItIsDropped) {
    EXPECT_THAT(ask("tick"), ElementsAre("ended with the timer"));
}

TEST_F(Sdk, EventsComeAndGo) {
    host.events.publish("image.added", "{}"); // not what it listens to
    host.events.publish("vm.state", R"({"name":"web"})");
    EXPECT_THAT(ask("events"), ElementsAre(R"({"type":"vm.state","data":{"name":"web"}})"));
    const std::scoped_lock hold(host.events.lock);
    EXPECT_EQ(host.events.published.back(), R"(plugin.polite.greeted {"n":1})");
}

TEST_F(Sdk, AnAbsentExtensionIsSaidSo) {
    EXPECT_THAT(ask("missing"), ElementsAre());
    EXPECT_EQ(failure, "this host has no extension banger.guest-channel/1");
}

TEST_F(Sdk, VmsAreFoundByName) {
    EXPECT_THAT(ask("query"), ElementsAre(R"([{"name":"web"}])", R"({"name":"web"})"));
    EXPECT_EQ(failure, "no VM 'nobody'");
}

TEST_F(Sdk, TheApiAnswersInProcess) {
    EXPECT_THAT(ask("api"), ElementsAre(R"(201 POST /v1/vms {"name":"a"})",
                                        R"(0 {"error":{"hint":"wait","kind":"unavailable",)"
                                        R"("message":"the daemon is \"ending\""}})"));
}

TEST_F(Sdk, AStreamIsFollowedToItsEnd) {
    EXPECT_THAT(ask("follow"),
                ElementsAre("/v1/events line 1;/v1/events line 2;/v1/events line 3;;"));
}

TEST_F(Sdk, ThreadsEndWithThePlugin) {
    host.stop(); // the plugin's thread waits for its call to be cancelled
    EXPECT_EQ(host.info("polite").state, State::stopped);
    EXPECT_EQ(host.kv.find("polite", "thread"), "was here");
    EXPECT_TRUE(host.events.listeners.empty());
}

} // namespace
} // namespace banger::plugin
