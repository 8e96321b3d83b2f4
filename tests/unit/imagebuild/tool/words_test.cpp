#include "arguments.hpp"
#include "failure.hpp"
#include "path.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace image_tool {
namespace {

std::string refusal(const std::vector<std::string>& words) {
    try {
        const Arguments arguments(words, {"fs", "size", "drop"});
        return arguments.one("fs") + std::to_string(arguments.number("size", 5, 100));
    } catch (const Failure& failure) {
        return failure.what();
    }
}

TEST(Arguments, MayBeFlags) {
    const Arguments arguments({"--replace", "--fs", "a"}, {"fs"}, {"replace", "quiet"});
    EXPECT_TRUE(arguments.has("replace"));
    EXPECT_FALSE(arguments.has("quiet"));
    EXPECT_EQ(arguments.one("fs"), "a");
}

TEST(Arguments, AreNamesWithValues) {
    EXPECT_EQ(refusal({"--fs", "file"}), "file5");
    EXPECT_EQ(refusal({"--size", "100", "--fs", "--odd"}), "--odd100");
    EXPECT_EQ(refusal({}), "--fs is missing");
    EXPECT_EQ(refusal({"--fs"}), "--fs needs a value");
    EXPECT_EQ(refusal({"--fs", ""}), "--fs takes one value, once");
    EXPECT_EQ(refusal({"--fs", "a", "--fs", "b"}), "--fs takes one value, once");
    EXPECT_EQ(refusal({"fs"}), "unexpected word 'fs'");
    EXPECT_EQ(refusal({"--nosuch", "1"}), "unknown option --nosuch");
    for (const char* text : {"101", "-1", "1x", "99999999999999999999", " 1"}) {
        EXPECT_THAT(refusal({"--fs", "f", "--size", text}), testing::HasSubstr("is no number"));
    }
    EXPECT_EQ(Arguments({"--drop", "a", "--drop", "b"}, {"drop"}).all("drop"),
              (std::vector<std::string>{"a", "b"}));
}

TEST(Path, IsMadePlain) {
    EXPECT_EQ(plain_path("/etc//x/./y/"), "etc/x/y");
    EXPECT_EQ(plain_path("a"), "a");
    for (const char* path : {"", "/", "./", "..", "a/../b"}) {
        EXPECT_THROW((void)plain_path(path), Failure) << path;
    }
}

TEST(Path, IsShownWithoutBytesThatHarmATerminal) {
    EXPECT_EQ(shown_path("etc/\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80\\"),
              "etc/\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80\\");
    EXPECT_EQ(shown_path("\x1b[31m"), "\\x1b[31m");
    EXPECT_EQ(shown_path("a\\\x7f"), "a\\x5c\\x7f");
    EXPECT_EQ(shown_path("\xc2\x9b"), "\\xc2\\x9b"); // a control character of Latin 1
    // No UTF-8: alone, cut off, too long a form, a surrogate, beyond the end.
    EXPECT_EQ(shown_path("\xe4"), "\\xe4");
    EXPECT_EQ(shown_path("\xe2\x82"), "\\xe2\\x82");
    EXPECT_EQ(shown_path("\xc0\xaf"), "\\xc0\\xaf");
    EXPECT_EQ(shown_path("\xed\xa0\x80"), "\\xed\\xa0\\x80");
    EXPECT_EQ(shown_path("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
}

} // namespace
} // namespace image_tool
