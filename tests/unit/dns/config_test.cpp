#include "config.hpp"

#include <banger/plugin.hpp>

#include <gtest/gtest.h>

namespace dns {
namespace {

TEST(DnsConfig, NamesTheKeyThatIsWrong) {
    EXPECT_EQ(read_config("{}").port, 0);
    EXPECT_EQ(read_config(R"({"port":"auto"})").port, 0);
    EXPECT_EQ(read_config(R"({"port":5354})").port, 5354);
    EXPECT_FALSE(read_config(R"({"host_integration":"off"})").host_integration);
    for (const char* wrong : {R"({"port":53})", R"({"port":"x"})", R"({"port":70000})",
                              R"({"upstreams":["nonsense"]})", R"({"upstreams":["1.2.3.4:"]})"}) {
        EXPECT_THROW((void)read_config(wrong), banger::Error) << wrong;
    }
}

} // namespace
} // namespace dns
