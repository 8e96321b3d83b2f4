#include "os/nearest.hpp"

#include <gtest/gtest.h>

namespace banger::os {
namespace {

TEST(Nearest, FindsTheMeantWordAndNothingFar) {
    const std::vector<std::string> names{"testbox", "web-1", "web-2"};
    EXPECT_EQ(nearest("tetsbox", names), "testbox");
    EXPECT_EQ(nearest("web1", names), "web-1");
    EXPECT_EQ(nearest("database", names), std::nullopt);
    EXPECT_EQ(nearest("", names), std::nullopt);
    EXPECT_EQ(nearest("a", {"b"}), std::nullopt);
}

} // namespace
} // namespace banger::os
