#include "vmm/firecracker/version.hpp"

#include <gtest/gtest.h>

namespace banger::vmm::firecracker {
namespace {

TEST(FirecrackerVersion, HasThreeNumbersAndMayHaveMoreBehind) {
    EXPECT_EQ(parse_version("1.16.1"), (Version{1, 16, 1}));
    EXPECT_EQ(parse_version("v1.12.0"), (Version{1, 12, 0}));
    EXPECT_EQ(parse_version("1.17.0-dev"), (Version{1, 17, 0}));
    EXPECT_EQ(parse_version("1.17.0+fuzzing"), (Version{1, 17, 0}));
    for (const char* text : {"", "v", "1", "1.16", "1.16.", "1.16.x", "1.16.1.2", "1.16.1rc",
                             "-1.2.3", "1..3", "99999999999.1.1"}) {
        EXPECT_FALSE(parse_version(text)) << text;
    }
    EXPECT_EQ(to_string(Version{1, 2, 3}), "1.2.3");
}

TEST(FirecrackerVersion, IsOrderedByNumbers) {
    EXPECT_LT((Version{1, 9, 9}), least_version);
    EXPECT_LT((Version{1, 12, 0}), (Version{1, 12, 1}));
    EXPECT_LT((Version{1, 16, 9}), (Version{2, 0, 0}));
}

TEST(FirecrackerVersion, ThePauseBugIsToldOfTheReleasesThatHaveIt) {
    EXPECT_FALSE(known_trouble({1, 16, 0}).empty());
    EXPECT_FALSE(known_trouble({1, 16, 1}).empty());
    EXPECT_FALSE(known_trouble({1, 16, 2}).empty()) << "mended in 1.17 only";
    EXPECT_TRUE(known_trouble({1, 15, 1}).empty());
    EXPECT_TRUE(known_trouble({1, 17, 0}).empty());
}

} // namespace
} // namespace banger::vmm::firecracker
