#include "pages/text.hpp"

#include "state/field.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace web {
namespace {

using nlohmann::json;

const auto now = std::chrono::system_clock::from_time_t(1'800'000'000); // 2027-01-15 08:00:00

TEST(Text, Sizes) {
    EXPECT_EQ(bytes_text(0), "0 B");
    EXPECT_EQ(bytes_text(1023), "1023 B");
    EXPECT_EQ(bytes_text(1536), "1.5 KiB");
    EXPECT_EQ(bytes_text(10 * 1024), "10 KiB");
    EXPECT_EQ(bytes_text(UINT64_MAX), "16384 PiB");
    EXPECT_EQ(mib_text(768), "768 MiB");
    EXPECT_EQ(mib_text(2048), "2 GiB");
    EXPECT_EQ(mib_text(UINT64_MAX), "8192 PiB");
    EXPECT_EQ(percent_text(0.44), "0.4 %");
    EXPECT_EQ(percent_text(9.96), "10 %");
    EXPECT_EQ(percent_text(37.4), "37 %");
    EXPECT_EQ(percent_text(NAN), "0 %");
}

TEST(Text, Times) {
    EXPECT_EQ(seconds_text(4.24), "4.2 s");
    EXPECT_EQ(seconds_text(185), "3 min 5 s");
    EXPECT_EQ(seconds_text(7800), "2 h 10 min");
    EXPECT_EQ(seconds_text(3 * 86400 + 4 * 3600), "3 d 4 h");
    EXPECT_EQ(seconds_text(-5), "0 s");
    EXPECT_EQ(seconds_text(INFINITY), "0 s");
    EXPECT_EQ(seconds_text(1e300), "11574074 d 1 h");
    EXPECT_EQ(age_text("2027-01-15T07:54:59.123Z", now), "5 min ago");
    EXPECT_EQ(age_text("2027-01-15T07:59:59.123Z", now), "just now");
    EXPECT_EQ(age_text("2027-01-15T09:00:00Z", now), "just now") << "two clocks";
    EXPECT_EQ(until_text("2027-01-15T09:30:00Z", now), "in 1 h");
    EXPECT_EQ(until_text("2027-01-15T07:00:00Z", now), "now");
}

TEST(Text, WhatIsNoTimeIsNothing) {
    for (const json& wrong : {json(), json(7), json("yesterday"), json("0001-01-01T00:00:00Z"),
                              json("9999-12-31T23:59:59Z"), json::array(), json::object()}) {
        EXPECT_EQ(age_text(wrong, now), "") << wrong;
        EXPECT_EQ(until_text(wrong, now), "") << wrong;
    }
}

TEST(Text, WhatAnOperationDoes) {
    const auto text = [](const char* kind, const char* target) {
        return operation_text({{"kind", kind}, {"target", target}});
    };
    EXPECT_EQ(text("create", "testbox"), "create testbox");
    EXPECT_EQ(text("create", ""), "create a VM");
    EXPECT_EQ(text("imagebuild.build", "dev"), "build image dev");
    EXPECT_EQ(text("share-dir.sync", "x"), "sync x (share-dir)");
    EXPECT_EQ(operation_text({{"kind", 7}, {"target", json::array()}}), "");
    EXPECT_EQ(operation_text(json()), "");
}

TEST(Text, OneLineOfWhatOthersSay) { // T9
    EXPECT_EQ(line_text("a\tb\nc\033[31md\x7f"), "a b c[31md");
    EXPECT_EQ(line_text("evil\u202egnp.exe \u2066x\u2069\u200b\ufeff\u061c\u0085"),
              "evilgnp.exe x");
    EXPECT_EQ(line_text("gr\u00fcn \u2713"), "gr\u00fcn \u2713");
    EXPECT_EQ(line_text("\u00fc\u00fc\u00fc", 2), "\u00fc\u00fc\u2026");
    EXPECT_EQ(line_text("\u00fc\u00fc", 2), "\u00fc\u00fc");
    EXPECT_EQ(line_text("\xe2\x80"), "\xe2\x80") << "cut in the middle: nothing is read behind it";
    EXPECT_EQ(line_in({{"a", json::array({1})}}, "a"), "");
    EXPECT_EQ(line_in(json(3), "a"), "");
}

TEST(Text, StatesHaveTones) {
    EXPECT_EQ(vm_state({{"state", "running"}}).at("TONE"), "good");
    EXPECT_EQ(vm_state({{"state", "paused"}}).at("TONE"), "warn");
    EXPECT_EQ(vm_state({{"state", "crashed"}}).at("TONE"), "bad");
    EXPECT_EQ(vm_state({{"state", "something new"}}),
              json({{"STATE", "something new"}, {"TONE", "idle"}}));
    EXPECT_EQ(vm_state({{"state", 7}}).at("STATE"), "");
    EXPECT_EQ(operation_state({{"state", "failed"}}).at("TONE"), "bad");
    EXPECT_EQ(operation_state({{"state", "cancelling"}}).at("TONE"), "busy");
}

TEST(Field, IsThereOnlyAsWhatItShouldBe) {
    const json object{{"text", "x"}, {"number", 4.5},          {"list", {1, 2}},
                      {"yes", true}, {"object", {{"a", "b"}}}, {"minus", -4}};
    EXPECT_EQ(field_text(object, "text"), "x");
    EXPECT_EQ(field_text(object, "number"), "");
    EXPECT_EQ(field_number(object, "number"), 4.5);
    EXPECT_EQ(field_number(object, "minus", 7), 7);
    EXPECT_EQ(field_number(object, "text", 7), 7);
    EXPECT_EQ(field_count(object, "number"), 4U);
    EXPECT_EQ(field_count(object, "minus"), 0U);
    EXPECT_EQ(field_count({{"n", UINT64_MAX}}, "n"), std::uint64_t{1} << 53U);
    EXPECT_EQ(field_count({{"n", 1e300}}, "n"), std::uint64_t{1} << 53U);
    EXPECT_TRUE(field_flag(object, "yes"));
    EXPECT_FALSE(field_flag(object, "text"));
    EXPECT_EQ(field_list(object, "list").size(), 2U);
    EXPECT_TRUE(field_list(object, "object").empty());
    EXPECT_EQ(field_object(object, "object").size(), 1U);
    EXPECT_TRUE(field_object(object, "list").is_object());
    for (const json& no_object : {json(), json(7), json::array({1}), json("x")}) {
        EXPECT_TRUE(field(no_object, "text").is_null());
        EXPECT_EQ(field_text(no_object, "text"), "");
    }
}

} // namespace
} // namespace web
