#include "terminal/scrollback.hpp"

#include <gtest/gtest.h>

namespace web {
namespace {

TEST(ScrollbackTest, KeepsTheLastBytes) {
    Scrollback kept(10);
    EXPECT_EQ(kept.end(), 0U);
    EXPECT_EQ(kept.read(0, 100), "");
    kept.add("abcdef");
    EXPECT_EQ(kept.read(0, 100), "abcdef");
    EXPECT_EQ(kept.read(2, 3), "cde");
    kept.add("ghijklm");
    EXPECT_EQ(kept.begin(), 3U);
    EXPECT_EQ(kept.end(), 13U);
    EXPECT_EQ(kept.read(3, 100), "defghijklm");
    EXPECT_EQ(kept.read(11, 1), "l");
    EXPECT_EQ(kept.read(13, 100), "");
    EXPECT_EQ(kept.read(2, 100), "");  // forgotten
    EXPECT_EQ(kept.read(14, 100), ""); // yet to come
}

TEST(ScrollbackTest, IsTheSameHoweverItCame) {
    std::string all;
    for (int i = 0; i < 300; ++i) {
        all += std::to_string(i) + "\n";
    }
    for (const std::size_t piece : {1U, 3U, 64U, 65U, 500U, 5000U}) {
        Scrollback kept(64);
        for (std::size_t at = 0; at < all.size(); at += piece) {
            kept.add(std::string_view(all).substr(at, piece));
        }
        EXPECT_EQ(kept.end(), all.size()) << piece;
        EXPECT_EQ(kept.read(kept.begin(), 1000), all.substr(all.size() - 64)) << piece;
    }
}

TEST(ScrollbackTest, BeginsWithALineWhereItCan) {
    Scrollback kept(10);
    kept.add("\x1b[31mred\n");
    EXPECT_EQ(kept.first_line(), 0U); // nothing is forgotten
    kept.add("next");
    EXPECT_EQ(kept.read(kept.first_line(), 100), "next");
    Scrollback wide(10);
    wide.add("no end of a line");
    EXPECT_EQ(wide.first_line(), wide.begin());
}

} // namespace
} // namespace web
