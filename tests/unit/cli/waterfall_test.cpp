#include "cli/waterfall.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace banger::cli {
namespace {

TEST(Waterfall, EachBarBeginsWhereTheLastEnded) {
    const std::string text = waterfall({{"disks", 1}, {"boot", 3}}, {true, false, 60});
    EXPECT_EQ(text, "disks       1.0 s  ██████████\n"
                    "boot        3.0 s            ███████████████████████████████\n"
                    "total       4.0 s\n");
}

TEST(Waterfall, ShowsEvenTheShortest) {
    const std::string text = waterfall({{"a", 0}, {"b", 100}, {"c", 0.001}}, {});
    EXPECT_THAT(text, ::testing::HasSubstr("0 ms  █\n"));
    EXPECT_THAT(text, ::testing::HasSubstr("1 ms"));
}

TEST(Waterfall, OfNothingIsNothing) {
    EXPECT_EQ(waterfall({}, {}), "");
    EXPECT_NE(waterfall({{"a", 0}}, {true, false, 5}), "");
}

} // namespace
} // namespace banger::cli
