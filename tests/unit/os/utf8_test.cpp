#include "os/utf8.hpp"

#include <gtest/gtest.h>

namespace banger::os {
namespace {

TEST(IsUtf8, KnowsWellFormedText) {
    EXPECT_TRUE(is_utf8(""));
    EXPECT_TRUE(is_utf8("plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x8d\xb5"));
    EXPECT_FALSE(is_utf8("\xff"));
    EXPECT_FALSE(is_utf8("\xc3"));             // cut
    EXPECT_FALSE(is_utf8("\xc0\xaf"));         // overlong
    EXPECT_FALSE(is_utf8("\xed\xa0\x80"));     // a surrogate
    EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80")); // beyond U+10FFFF
    EXPECT_FALSE(is_utf8("\xe0\x80\x80 overlong"));
}

TEST(OneLine, IsFitForALog) {
    EXPECT_EQ(one_line("two\nlines\tand\x1b[31mcolour", 100), "two lines and [31mcolour");
    EXPECT_EQ(one_line("C1 \xc2\x9b"
                       "2J\xc2\x80",
                       100),
              "C1  2J ");
    EXPECT_EQ(one_line("exe.\xe2\x80\xae"
                       "txt\xe2\x81\xa6 \xe2\x80\x8f\xd8\x9c",
                       100),
              "exe. txt    ");
    EXPECT_EQ(one_line("\xc2\xa0\xe2\x80\x90\xe2\x81\xaa\xd8\x9b", 100),
              "\xc2\xa0\xe2\x80\x90\xe2\x81\xaa\xd8\x9b"); // their neighbours stay
    EXPECT_EQ(one_line("bad \xff byte", 100), "bad \xef\xbf\xbd byte");
    EXPECT_EQ(one_line("0123456789", 4), "0123... (6 more bytes)");
}

} // namespace
} // namespace banger::os
