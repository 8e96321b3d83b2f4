#include "os/temporary_dir.hpp"
#include "plugin/actions.hpp"
#include "plugin/catalog.hpp"
#include "plugin/dispatch.hpp"
#include "store/hook_journal.hpp"
#include "vm/guest_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

/// The plugins that outsider.sh built with nothing but an installed SDK, one in C and one in C++.
namespace banger::plugin {
namespace {

struct Outsider : testing::Test {
    os::TemporaryDir dir;
    std::filesystem::path plugins = dir.path() / "plugins";
    store::HookJournal journal{dir.path() / "banger.sqlite"};
    std::unique_ptr<Catalog> catalog;
    vm::CallContext context;

    void SetUp() override {
        std::filesystem::copy(BANGER_OUTSIDER, plugins);
        for (const char* id : {"hello-c", "hello-cpp"}) {
            std::filesystem::permissions(plugins / (std::string(id) + ".so"),
                                         std::filesystem::perms(0755));
        }
        Settings settings{.path = {plugins}, .state_dir = dir.path() / "state", .uid = ::getuid()};
        settings.entries["hello-c"].enabled = true;
        settings.entries["hello-cpp"].config_json = R"({"greeting":"good day"})";
        catalog = std::make_unique<Catalog>(std::move(settings), Services{});
        catalog->load();
        catalog->start();
    }
    std::string greeting(const char* plugin) {
        const auto result = Actions(*catalog).run(plugin, "cli", "greet", "", context);
        return result.output.empty() ? "" : result.output[0].bytes;
    }
};

TEST_F(Outsider, BothLoadAndGreet) {
    for (const PluginInfo& plugin : catalog->list()) {
        EXPECT_EQ(plugin.state, State::active) << plugin.reason;
    }
    EXPECT_EQ(greeting("hello-c"), "hello from C");
    EXPECT_EQ(greeting("hello-cpp"), R"({"greeting":"good day"})");
}

TEST_F(Outsider, TheirConflictNamesBoth) {
    Dispatch dispatch(*catalog, journal);
    vm::GuestConfig config;
    const vm::VmView vm{.id = "0123456789ab", .name = "web"};
    try {
        dispatch.contribute(vm, config, context);
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_STREQ(error.what(),
                     "plugin hello-cpp, contribute of VM web: kernel_arg:hello is set "
                     "by both hello-c and hello-cpp, to different values");
    }
}

} // namespace
} // namespace banger::plugin
