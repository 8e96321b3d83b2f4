#include "os/json_depth.hpp"

#include <string>

#include <gtest/gtest.h>

namespace banger::os {
namespace {

TEST(JsonDepth, CountsWhatIsInsideOfWhat) {
    EXPECT_EQ(json_depth(""), 0);
    EXPECT_EQ(json_depth("17"), 0);
    EXPECT_EQ(json_depth("{}"), 1);
    EXPECT_EQ(json_depth(R"([{"a":[1,2]},{"b":{}},[]])"), 3);
    EXPECT_EQ(json_depth(std::string(100000, '[')), 100000);
}

TEST(JsonDepth, BracketsInTextsAreText) {
    EXPECT_EQ(json_depth(R"({"a":"[[[["})"), 1);
    EXPECT_EQ(json_depth(R"(["\"[[[", "\\", [1]])"), 2);
    EXPECT_EQ(json_depth(R"("\)"), 0);
}

} // namespace
} // namespace banger::os
