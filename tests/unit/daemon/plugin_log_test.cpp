#include "daemon/plugin_log.hpp"

#include "plugin/services.hpp"

#include <sstream>

#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

namespace banger::daemon {
namespace {

struct PluginLog : testing::Test {
    std::ostringstream lines;
    std::shared_ptr<spdlog::logger> log = std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(lines));
    plugin::Services services;
    PluginLog() {
        log->set_pattern("%l %v");
        log_plugins(services, log);
    }
};

TEST_F(PluginLog, ALineNamesPluginHookAndVm) {
    services.log({3, "nat", "web", "before_start", "op-1", "no rules", {{"table", "filter"}}});
    services.log({2, "", "", "", "", "a plugin is stuck", {}});
    services.log({99, "nat", "", "", "", "too loud", {}});
    EXPECT_EQ(lines.str(), "warning plugin nat, before_start, VM web: no rules table=filter\n"
                           "info plugin host: a plugin is stuck\n"
                           "error plugin nat: too loud\n");
}

TEST_F(PluginLog, WhatTheLogDoesNotTakeIsSaidBefore) {
    log->set_level(spdlog::level::warn);
    EXPECT_FALSE(services.log_enabled(2));
    EXPECT_TRUE(services.log_enabled(3));
    EXPECT_TRUE(services.log_enabled(99));
}

} // namespace
} // namespace banger::daemon
