#include "plugin_host.hpp"

#include "plugin/actions.hpp"
#include "plugin/background.hpp"

#include <cstdlib>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// Events wait for plugins within bounds of number and size, and no plugin floods the others.
namespace banger::plugin {
namespace {

struct Flooded : testing::Test {
    PluginHost host;

    void SetUp() override {
        ::setenv("CROWD_FOLDER", host.dir.path().c_str(), 1);
        host.add("crowd-a");
        ASSERT_EQ(host.load(), "");
    }
    void TearDown() override { let_go(); }
    void let_go() const { std::ofstream(host.dir.path() / "go") << "x"; }
    std::string run(const char* verb) {
        return Actions(*host.catalog)
            .run("crowd-a", "cli", verb, "", host.context)
            .output.front()
            .bytes;
    }
};

TEST_F(Flooded, WhatWaitsIsBoundedInBytesAndTheOldestIsDroppedAndTold) {
    constexpr int sent = 200;
    constexpr std::size_t each = 64 * 1024;
    const std::string large = "\"" + std::string(each, 'x') + "\"";
    for (int i = 0; i < sent; ++i) {
        host.events.publish("vm.large", large);
    }
    let_go();
    // One is in the plugin or not yet when the flood begins; all others wait.
    constexpr int fit = static_cast<int>(Background::max_waiting_bytes / (each + 32));
    std::string heard;
    for (int i = 0; i < 1000; ++i) {
        heard = run("heard");
        const auto space = heard.find(' ');
        if (std::stoi(heard) + std::stoi(heard.substr(space)) == sent) {
            break;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    const int delivered = std::stoi(heard);
    EXPECT_EQ(delivered + std::stoi(heard.substr(heard.find(' '))), sent) << heard;
    EXPECT_GE(delivered, fit);
    EXPECT_LE(delivered, fit + 2);
}

TEST_F(Flooded, OneTextIsSharedByAllThatListen) {
    const auto text = std::make_shared<const std::string>(R"({"type":"vm.state"})");
    for (const auto& [id, listener] : host.events.listeners) {
        listener("vm.state", text);
        listener("vm.state", text);
    }
    EXPECT_GE(text.use_count(), 2); // what waits is the text itself
}

TEST_F(Flooded, ThePluginPublishesSoManyASecond) {
    let_go();
    const std::string told = run("flood");
    EXPECT_EQ(told.substr(told.find(' ')), " " + std::to_string(BANGER_E_BUSY));
    const int done = std::stoi(told);
    EXPECT_GE(done, 1000);
    EXPECT_LT(done, 20'000);
    EXPECT_EQ(host.events.published.size(), static_cast<std::size_t>(done));
}

} // namespace
} // namespace banger::plugin
