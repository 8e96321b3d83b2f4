#include "cli/limit_flags.hpp"

#include "os/error.hpp"

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace banger::cli {
namespace {

using api_client::Json;

Json put(const std::vector<std::string>& words) {
    CLI::App app;
    LimitFlags flags;
    flags.add_to(app);
    std::vector<std::string> reversed(words.rbegin(), words.rend());
    app.parse(reversed);
    Json body = Json::object();
    flags.put(body);
    return body;
}

TEST(LimitFlags, OnlyWhatIsGivenIsAskedFor) {
    EXPECT_EQ(put({}), Json::object());
    EXPECT_EQ(put({"--disk-bandwidth", "50M", "--disk-iops", "1000"}),
              (Json{{"disk_bytes_per_s", 50 << 20}, {"disk_ops_per_s", 1000}}));
    EXPECT_EQ(put({"--network-bandwidth", "512K"}), (Json{{"network_bytes_per_s", 512 << 10}}));
    EXPECT_EQ(put({"--network-bandwidth", "off", "--disk-iops", "off", "--disk-bandwidth", "off"}),
              (Json{{"disk_bytes_per_s", 0}, {"disk_ops_per_s", 0}, {"network_bytes_per_s", 0}}));
}

TEST(LimitFlags, WhatIsNoLimitIsRefused) {
    for (const char* iops : {"x", "-1", "0", "1.5", "10K"}) {
        EXPECT_THROW((void)put({"--disk-iops", iops}), os::Error) << iops;
    }
    for (const char* size : {"fast", "-1M", "0"}) {
        EXPECT_THROW((void)put({"--disk-bandwidth", size}), os::Error) << size;
    }
}

TEST(LimitFlags, AreShownInOneLine) {
    EXPECT_EQ(limits_text(Json::object()), "");
    EXPECT_EQ(limits_text({{"disk_bytes_per_s", 50 << 20}, {"disk_ops_per_s", 1000}}),
              "each disk 50M/s, 1000 operations/s");
    EXPECT_EQ(limits_text({{"disk_ops_per_s", 10}, {"network_bytes_per_s", 10 << 20}}),
              "each disk 10 operations/s; network 10M/s each way");
}

} // namespace
} // namespace banger::cli
