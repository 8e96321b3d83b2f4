#include "rate_limit.hpp"

#include <gtest/gtest.h>

namespace dns {
namespace {

using namespace std::chrono_literals;

TEST(RateLimit, EachClientHasItsOwnAllowance) {
    RateLimit limit(10, 3);
    const auto start = RateLimit::Clock::now();
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(limit.take(1, start));
    }
    EXPECT_FALSE(limit.take(1, start));
    EXPECT_TRUE(limit.take(2, start));
    EXPECT_TRUE(limit.take(1, start + 100ms));
    EXPECT_FALSE(limit.take(1, start + 100ms));
    EXPECT_TRUE(limit.take(1, start + 10s));
    for (std::uint32_t client = 0; client < 10000; ++client) {
        (void)limit.take(client, start + std::chrono::milliseconds(client));
    }
    EXPECT_LE(limit.size(), 4096U);
}

} // namespace
} // namespace dns
