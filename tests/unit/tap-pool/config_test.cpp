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
    EXPECT_EQ(keys.at("vm_to_vm").at("default"), config.vm_to_vm);
    EXPECT_EQ(read_config("").size, config.size);
}

TEST(TapPoolConfig, KeysAreRead) {
    const Config config =
        read_config(R"({"size":5,"min_age_s":0,"prefill":true,"vm_to_vm":false})");
    EXPECT_EQ(config.size, 5U);
    EXPECT_EQ(config.min_age_s, 0);
    EXPECT_TRUE(config.prefill);
    EXPECT_FALSE(config.vm_to_vm);
}

} // namespace
} // namespace tap_pool
