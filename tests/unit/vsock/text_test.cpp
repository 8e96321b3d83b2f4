#include "text.hpp"

#include <gtest/gtest.h>

namespace vsock {
namespace {

TEST(Text, WhatIsNoUtf8IsReplaced) {
    EXPECT_EQ(as_utf8("plain"), "plain");
    EXPECT_EQ(as_utf8("\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xa7"),
              "\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xa7");
    EXPECT_EQ(as_utf8("a\xff"
                      "b"),
              "a\xef\xbf\xbd"
              "b");
    EXPECT_EQ(as_utf8("\xc0\xaf"), "\xef\xbf\xbd\xef\xbf\xbd") << "a detour to '/'";
    EXPECT_EQ(as_utf8("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd") << "a surrogate";
    EXPECT_EQ(as_utf8("\xe2\x82"), "\xef\xbf\xbd\xef\xbf\xbd") << "cut";
    EXPECT_EQ(as_utf8("\xf4\x90\x80\x80").size(), 12U) << "beyond Unicode";
}

TEST(Text, EscapeSequencesAreLeftOut) {
    EXPECT_EQ(shown("\x1b[31;1mred\x1b[0m", 80), "red");
    EXPECT_EQ(shown("\x1b]0;a title\x07"
                    "after",
                    80),
              "after");
    EXPECT_EQ(shown("\x1b]8;;http://x\x1b\\link", 80), "link");
    EXPECT_EQ(shown("a\x1b]no end", 80), "a");
    EXPECT_EQ(shown("\x1b(Bplain\x1b", 80), "plain");
    EXPECT_EQ(shown("\x1b[\x1b[2Jx", 80), "x");
    EXPECT_EQ(shown("\x1b]a\x1b\\b\x07"
                    "c",
                    80),
              "b?c");
}

TEST(Text, ControlAndDeceptiveCharactersAreQuestionMarks) {
    EXPECT_EQ(shown("a\r\nb\tc\x7f", 80), "a??b?c?");
    EXPECT_EQ(shown("\xc2\x9b"
                    "31m",
                    80),
              "?31m")
        << "CSI as one character";
    EXPECT_EQ(shown("a\xe2\x80\xae"
                    "b",
                    80),
              "a?b")
        << "right-to-left override";
    EXPECT_EQ(shown(std::string_view("a\0b", 3), 80), "a?b");
}

TEST(Text, IsCutAtACharacter) {
    EXPECT_EQ(shown("12345678", 8), "12345678");
    EXPECT_EQ(shown("123456789", 8), "12345\xe2\x80\xa6");
    EXPECT_EQ(shown("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 8), "\xc3\xa9\xc3\xa9\xe2\x80\xa6");
}

} // namespace
} // namespace vsock
