#include "os/clock.hpp"

#include <gtest/gtest.h>

namespace banger::os {
namespace {

TEST(Clock, PeriodsHaveAllTheirUnits) {
    using std::chrono::seconds;
    EXPECT_EQ(period_text(seconds(0)), "0s");
    EXPECT_EQ(period_text(seconds(45)), "45s");
    EXPECT_EQ(period_text(seconds(1800)), "30m");
    EXPECT_EQ(period_text(seconds(5400)), "1h30m");
    EXPECT_EQ(period_text(seconds(172'801)), "2d1s");
}

} // namespace
} // namespace banger::os
