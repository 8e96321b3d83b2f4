#include "xbps/plist.hpp"

#include "os/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace banger::xbps {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Plist parse(const std::string& body) {
    return parse_plist("<?xml version=\"1.0\"?>\n<!DOCTYPE plist PUBLIC \"a\" \"b\">\n<plist>" +
                           body + "</plist>",
                       "test");
}

std::string refusal(const std::string& body) {
    try {
        (void)parse(body);
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::invalid);
        return error.what();
    }
    return "parsed";
}

TEST(PlistTest, ReadsEveryKindOfValue) {
    const Plist value =
        parse("<dict><!-- a remark --><key>s</key><string>a &lt; b &#x26; &#65;</string>\n"
              "<key>n</key><integer>0x10</integer><key>t</key><true/><key>f</key><false />"
              "<key>d</key><data>\n\taGVs\n\tbG8=\n</data><key>l</key><array><string>x</string>"
              "<string/></array><key>e</key><dict/></dict>");
    EXPECT_EQ(value.text_of("s"), "a < b & A");
    EXPECT_EQ(value.text_of("n"), "0x10");
    EXPECT_TRUE(value.find("t")->truth);
    EXPECT_FALSE(value.find("f")->truth);
    EXPECT_EQ(value.text_of("d"), "hello");
    EXPECT_THAT(value.texts_of("l"), ElementsAre("x", ""));
    EXPECT_EQ(value.find("e")->kind, Plist::Kind::dict);
    EXPECT_EQ(value.find("absent"), nullptr);
    EXPECT_EQ(value.text_of("absent"), "");
}

TEST(PlistTest, WritesWhatItReads) {
    Plist value = Plist::dict();
    value.members.emplace("a<b", Plist::of("x & <y>"));
    value.members.emplace("bytes", Plist::data(std::string("\0\xff#!/bin/sh\n", 12)));
    value.members.emplace("list", Plist::list({"1", "2"}));
    value.members.emplace("yes", Plist::boolean(true));
    const Plist again = parse_plist(write_plist(value), "again");
    EXPECT_EQ(again.text_of("a<b"), "x & <y>");
    EXPECT_EQ(again.text_of("bytes"), std::string("\0\xff#!/bin/sh\n", 12));
    EXPECT_THAT(again.texts_of("list"), ElementsAre("1", "2"));
    EXPECT_EQ(write_plist(again), write_plist(value));
}

TEST(PlistTest, SaysWhatIsWrongAndWhere) {
    EXPECT_THAT(refusal("<dict>\n<key>a</key>"), HasSubstr("test, line 4"));
    EXPECT_THAT(refusal("<dict><key>a</key><string>b"), HasSubstr("expected </string>"));
    EXPECT_THROW((void)parse_plist("<plist><dict><key>a</key><string>b", "test"), os::Error);
    EXPECT_THROW((void)parse_plist("", "test"), os::Error);
    EXPECT_THAT(refusal("<dict><string>b</string></dict>"), HasSubstr("expected <key>"));
    EXPECT_THAT(refusal("<date>now</date>"), HasSubstr("<date>"));
    EXPECT_THAT(refusal("<string>&evil;</string>"), HasSubstr("evil"));
    EXPECT_THAT(refusal("<string>&#0;</string>"), HasSubstr("character"));
    EXPECT_THAT(refusal("<string>a</data>"), HasSubstr("</string>"));
    EXPECT_THAT(refusal("<data>a!b=</data>"), HasSubstr("base64"));
    EXPECT_THAT(refusal("<dict><key>a</key><true/><key>a</key><true/></dict>"), HasSubstr("twice"));
    std::string deep;
    for (int i = 0; i < 100; ++i) {
        deep += "<array>";
    }
    EXPECT_THAT(refusal(deep), HasSubstr("too deep"));
}

} // namespace
} // namespace banger::xbps
