#include "config.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tap_pool {
namespace {

TEST(TapPoolConfig, DefaultsAreThoseOfTheSchema) {
    const Config config = read_config("{}");
    const auto keys = nlohmann::json::parse(config_schema).at("properties");
    EXPECT_EQ(keys.at("size").at("default"), config.size);
    EXPECT_EQ(keys.at("min_age_s").at("default"), config.min_age_s);
    EXPECT_EQ(keys.at("prefill").at("default"), config.prefill);
    EXPECT_EQ(read_config("").size, config.size);
}

TEST(TapPoolConfig, KeysAreRead) {
    const Config config = read_config(R"({"size":5,"min_age_s":0,"prefill":true})");
    EXPECT_EQ(config.size, 5U);
    EXPECT_EQ(config.min_age_s, 0);
    EXPECT_TRUE(config.prefill);
}

} // namespace
} // namespace tap_pool
