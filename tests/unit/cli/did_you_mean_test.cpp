#include "cli/did_you_mean.hpp"

#include <gtest/gtest.h>

namespace banger::cli {
namespace {

TEST(DidYouMean, FindsSlips) {
    const std::vector<std::string> known{"testbox", "web-1", "web-2"};
    EXPECT_EQ(nearest("tetsbox", known), "testbox"); // swapped
    EXPECT_EQ(nearest("testbx", known), "testbox");  // left out
    EXPECT_EQ(nearest("web1", known), "web-1");
    EXPECT_EQ(did_you_mean("tetsbox", known), "; did you mean 'testbox'?");
}

TEST(DidYouMean, SaysNothingWhenNothingIsNear) {
    EXPECT_EQ(nearest("database", {"testbox", "web-1"}), std::nullopt);
    EXPECT_EQ(nearest("a", {}), std::nullopt);
    EXPECT_EQ(nearest("a", {"xyz"}), std::nullopt);
    EXPECT_EQ(nearest(std::string(1000, 'a'), {"a"}), std::nullopt);
    EXPECT_EQ(did_you_mean("database", {"testbox"}), "");
}

} // namespace
} // namespace banger::cli
