#include "cli/limit_flags.hpp"

#include "cli/noun.hpp"
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
        try {
            (void)put({"--disk-bandwidth", size});
            FAIL() << size;
        } catch (const os::Error& error) {
            EXPECT_NE(error.hint().find(", or off; a plain number is MiB"), std::string::npos);
        }
    }
}

TEST(LimitFlags, AFloorIsToldInTheWordsOfTheFlags) {
    const os::Error told =
        in_flags({os::ErrorKind::invalid, "disk_ops_per_s must be at least 10, not 9",
                  "with less a guest does not boot; 0 is no limit"});
    EXPECT_STREQ(told.what(), "--disk-iops must be at least 10, not 9");
    EXPECT_EQ(told.hint(), "with less a guest does not boot; off is no limit");
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
