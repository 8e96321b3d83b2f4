#include "guest/managed_block.hpp"

#include <gtest/gtest.h>

namespace banger::guest {
namespace {

TEST(ManagedBlock, LeavesTheUsersLinesAlone) {
    const std::string once = replace_block("mine 1", "ours\n");
    EXPECT_TRUE(once.starts_with("mine 1\n# banger: begin"));
    const std::string edited = once + "mine 2\n";
    const std::string again = replace_block(edited, "ours, new");
    EXPECT_TRUE(again.starts_with("mine 1\n"));
    EXPECT_TRUE(again.ends_with("# banger: end\nmine 2\n"));
    EXPECT_EQ(again.find("ours\n"), std::string::npos);
    EXPECT_NE(again.find("ours, new\n"), std::string::npos);
}

TEST(ManagedBlock, TheSameLinesGiveTheSameText) {
    const std::string once = replace_block("a\n", "b\n");
    EXPECT_EQ(replace_block(once, "b\n"), once);
}

TEST(ManagedBlock, NoLinesRemoveTheBlock) {
    EXPECT_EQ(replace_block(replace_block("a\n", "b\n"), ""), "a\n");
    EXPECT_EQ(replace_block("", ""), "");
}

} // namespace
} // namespace banger::guest
