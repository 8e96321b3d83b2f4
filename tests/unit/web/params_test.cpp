#include "http/params.hpp"
#include "http/percent.hpp"

#include <gtest/gtest.h>

namespace web {
namespace {

using Items = std::vector<std::pair<std::string, std::string>>;
using namespace std::string_literals;

TEST(Params, AreReadAsFormsAreWritten) { // WHATWG URL, section 5.1
    const std::pair<const char*, Items> rows[] = {
        {"", {}},
        {"&&", {}},
        {"a=b", {{"a", "b"}}},
        {"a", {{"a", ""}}},
        {"a=", {{"a", ""}}},
        {"=b", {{"", "b"}}},
        {"a=b=c", {{"a", "b=c"}}},
        {"a=1&a=2&b=3", {{"a", "1"}, {"a", "2"}, {"b", "3"}}},
        {"&a=1&", {{"a", "1"}}},
        {"a+b=c+d", {{"a b", "c d"}}},
        {"a%2Bb=%26%3D%25", {{"a+b", "&=%"}}},
        {"q=%c3%A9", {{"q", "\xc3\xa9"}}},
        {"a=1;b=2", {{"a", "1;b=2"}}},
        {"a=%0d%0a", {{"a", "\r\n"}}},
        {"a[]=1", {{"a[]", "1"}}}};
    for (const auto& [text, items] : rows) {
        const auto params = Params::parse(text);
        ASSERT_TRUE(params) << text;
        EXPECT_EQ(params->items(), items) << text;
    }
}

TEST(Params, AreNothingWhenTheyAreBroken) {
    for (const std::string& text :
         {"a=%"s, "a=%4"s, "a=%g0"s, "a=%0g"s, "%=a"s, "a=%00"s, "a\0=b"s, "a=%ff"s, "a=%c3"s,
          "a=%c0%80"s, "a=%ed%a0%80"s, "a=%f4%90%80%80"s, "a=1&b=%"s}) {
        EXPECT_FALSE(Params::parse(text)) << text;
    }
}

TEST(Params, HaveAnEnd) {
    std::string text;
    for (int i = 0; i < 1000; ++i) {
        text += "a=1&";
    }
    EXPECT_TRUE(Params::parse(text));
    EXPECT_FALSE(Params::parse(text + "a=1"));
}

TEST(Params, AreFoundByName) {
    const Params params = Params::parse("a=1&b=2&a=3&c").value();
    EXPECT_EQ(params.get("a"), "1");
    EXPECT_EQ(params.all("a"), (std::vector<std::string>{"1", "3"}));
    EXPECT_EQ(params.get("absent"), "");
    EXPECT_FALSE(params.has("absent"));
    EXPECT_TRUE(params.has("c"));
    EXPECT_FALSE(params.has("A"));
    EXPECT_TRUE(params.all("absent").empty());
}

TEST(Percent, GoesThereAndBack) {
    std::string all;
    for (int c = 1; c < 128; ++c) {
        all += static_cast<char>(c);
    }
    all += "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";
    EXPECT_EQ(percent_decode(percent_encode(all), false), all);
    EXPECT_EQ(percent_decode(percent_encode(all), true), all);
    EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
    EXPECT_EQ(percent_encode("a/b?c&d=e f\"<>'"), "a%2Fb%3Fc%26d%3De%20f%22%3C%3E%27");
    EXPECT_EQ(percent_encode("\xff"), "%FF");
}

TEST(Percent, LeavesAPlusInAPath) {
    EXPECT_EQ(percent_decode("a+b", false), "a+b");
    EXPECT_EQ(percent_decode("a+b", true), "a b");
    EXPECT_EQ(percent_decode("%2e%2e%2f", false), "../");
    EXPECT_EQ(percent_decode("%252e", false), "%2e"); // once
}

TEST(Percent, KnowsUtf8) { // RFC 3629
    for (const std::string& good :
         {""s, "a"s, "\xc2\x80"s, "\xdf\xbf"s, "\xe0\xa0\x80"s, "\xed\x9f\xbf"s, "\xee\x80\x80"s,
          "\xef\xbf\xbf"s, "\xf0\x90\x80\x80"s, "\xf4\x8f\xbf\xbf"s}) {
        EXPECT_TRUE(is_utf8(good)) << percent_encode(good);
    }
    for (const std::string& bad : {"\x80"s,
                                   "\xbf"s,
                                   "\xc0\xaf"s,
                                   "\xc1\xbf"s,
                                   "\xe0\x80\xaf"s,
                                   "\xe0\x9f\xbf"s,
                                   "\xed\xa0\x80"s,
                                   "\xed\xbf\xbf"s,
                                   "\xf0\x80\x80\xaf"s,
                                   "\xf0\x8f\xbf\xbf"s,
                                   "\xf4\x90\x80\x80"s,
                                   "\xf5\x80\x80\x80"s,
                                   "\xf8\x88\x80\x80\x80"s,
                                   "\xfe"s,
                                   "\xff"s,
                                   "\xc3"s,
                                   "\xe2\x82"s,
                                   "\xf0\x9f\x98"s,
                                   "\xc3("s,
                                   "a\xe2\x82"s}) {
        EXPECT_FALSE(is_utf8(bad)) << percent_encode(bad);
    }
}

} // namespace
} // namespace web
