#include "plugin/schema.hpp"

#include "os/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace banger::plugin {
namespace {

using nlohmann::json;
using testing::ElementsAre;

std::string refusal(const std::string& schema) {
    try {
        const Schema parsed(schema);
    } catch (const os::Error& error) {
        return error.what();
    }
    return "";
}

TEST(Schema, NamesTheKeyAndTheNearestOne) {
    const Schema schema(R"({"type":"object","properties":{
        "size":{"type":"integer","minimum":0,"maximum":64},
        "mode":{"enum":["fast","slow"]},
        "name":{"type":"string","pattern":"^[a-z]+$","minLength":2},
        "ratio":{"type":["number","null"]},
        "tags":{"type":"array","items":{"type":"string"},"maxItems":2},
        "inner":{"properties":{"deep":{"type":"boolean"}},"required":["deep"]}},
        "required":["size"]})");
    EXPECT_THAT(schema.problems({{"size", 8}, {"ratio", nullptr}, {"inner", {{"deep", true}}}}),
                ElementsAre());
    EXPECT_THAT(schema.problems({{"siez", 8}}),
                ElementsAre("siez: unknown key; did you mean 'size'?", "size: missing"));
    EXPECT_THAT(schema.problems({{"size", 65}}), ElementsAre("size: 65 is more than 64"));
    EXPECT_THAT(schema.problems({{"size", -1}}), ElementsAre("size: -1 is less than 0"));
    EXPECT_THAT(schema.problems({{"size", "8"}}),
                ElementsAre(R"(size: expected integer, found "8")"));
    EXPECT_THAT(schema.problems({{"size", 1.5}}), ElementsAre("size: expected integer, found 1.5"));
    EXPECT_THAT(schema.problems({{"size", 1}, {"mode", "fsat"}}),
                ElementsAre("mode: \"fsat\" is not one of fast, slow; did you mean 'fast'?"));
    EXPECT_THAT(schema.problems({{"size", 1}, {"name", "A"}}),
                ElementsAre("name: 1 bytes is less than 2", "name: \"A\" does not match ^[a-z]+$"));
    EXPECT_THAT(schema.problems({{"size", 1}, {"ratio", true}}),
                ElementsAre("ratio: expected number, null, found true"));
    EXPECT_THAT(schema.problems({{"size", 1}, {"tags", {"a", 2, "c"}}}),
                ElementsAre("tags: 3 items is more than 2", "tags[1]: expected string, found 2"));
    EXPECT_THAT(
        schema.problems({{"size", 1}, {"inner", {{"deeep", 1}}}}),
        ElementsAre("inner.deeep: unknown key; did you mean 'deep'?", "inner.deep: missing"));
}

TEST(Schema, FillsInDefaultsAlsoInside) {
    const Schema schema(R"({"properties":{"size":{"default":4},
        "inner":{"properties":{"on":{"type":"boolean","default":true}}}}})");
    EXPECT_EQ(schema.checked_text("", "x"), (json{{"size", 4}}));
    EXPECT_EQ(schema.checked_text(R"({"inner":{}})", "x"),
              (json{{"size", 4}, {"inner", {{"on", true}}}}));
    EXPECT_EQ(Schema(R"({"properties":{"inner":{"default":{},"properties":{"on":{"default":1}}}}})")
                  .checked_text("{}", "x"),
              (json{{"inner", {{"on", 1}}}}));
}

TEST(Schema, ADefaultFitsWhereItStands) {
    EXPECT_EQ(refusal(R"({"properties":{"greeting":{"type":"string","default":5}}})"),
              "schema of greeting: its default does not fit: expected string, found 5");
    EXPECT_EQ(refusal(R"({"properties":{"a":{"properties":{"b":{"enum":[1,2],"default":3}}}}})"),
              "schema of a.b: its default does not fit: 3 is not one of 1, 2");
    EXPECT_EQ(refusal(R"({"properties":{"l":{"items":{"maximum":4,"default":5}}}})"),
              "schema of l.items: its default does not fit: 5 is more than 4");
    EXPECT_EQ(refusal(R"({"default":{"x":1}})"),
              "schema: its default does not fit: x: unknown key");
    EXPECT_EQ(refusal(R"({"properties":{"s":{"pattern":"^a","default":"b"}}})"),
              R"(schema of s: its default does not fit: "b" does not match ^a)");
    // What a member's own default fills in need not be said again.
    EXPECT_EQ(refusal(R"({"properties":{"o":{"default":{},"required":["n"],
                          "properties":{"n":{"default":1}}},
                          "default":{"type":"boolean","default":true}}})"),
              "");
}

TEST(Schema, ThrowsWithEveryProblem) {
    const Schema schema(R"({"properties":{"a":{"type":"string"}}})");
    try {
        static_cast<void>(schema.checked_text(R"({"a":1,"b":2})", "the config"));
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_STREQ(error.what(), "the config: a: expected string, found 1");
        EXPECT_EQ(error.details().size(), 2U);
    }
}

TEST(Schema, AdditionalPropertiesMayBeAllowed) {
    EXPECT_THAT(Schema(R"({"additionalProperties":true})").problems({{"x", 1}}), ElementsAre());
    EXPECT_THAT(Schema(R"({"additionalProperties":{"type":"string"}})").problems({{"x", 1}}),
                ElementsAre("x: expected string, found 1"));
    EXPECT_THAT(Schema("").problems({{"x", 1}}), ElementsAre("x: unknown key"));
}

TEST(Schema, RefusesWhatItDoesNotUnderstand) {
    EXPECT_EQ(refusal("nonsense"), "schema: not JSON");
    EXPECT_EQ(refusal("[]"), "schema: not an object");
    EXPECT_EQ(refusal(R"({"properties":{"a":{"oneOf":[]}}})"),
              "schema of a: unknown keyword 'oneOf'");
    EXPECT_EQ(refusal(R"({"minimun":1})"),
              "schema: unknown keyword 'minimun'; did you mean 'minimum'?");
    EXPECT_EQ(refusal(R"({"type":"integr"})"), "schema: unknown type \"integr\"");
    EXPECT_EQ(refusal(R"({"pattern":"("})"),
              "schema: pattern \"(\" is not a regular expression as RE2 takes them: missing ): (");
    EXPECT_EQ(refusal(R"({"minimum":"one"})"), "schema: minimum is a number");
    std::string deep = "{}";
    for (int i = 0; i < 30; ++i) {
        deep = R"({"items":)" + deep + "}";
    }
    EXPECT_THAT(refusal(deep), testing::EndsWith("nested too deeply"));
}

TEST(Schema, APathIsAbsolute) {
    const Schema schema(R"({"properties":{"file":{"type":"string","x-path":true}}})");
    EXPECT_TRUE(schema.problems({{"file", "/a/b"}}).empty());
    EXPECT_TRUE(schema.problems({{"file", ""}}).empty());
    EXPECT_EQ(schema.problems({{"file", "a/b"}}).at(0), "file: \"a/b\" is not an absolute path");
    EXPECT_THROW(Schema(R"({"properties":{"file":{"x-path":"yes"}}})"), os::Error);
}

} // namespace
} // namespace banger::plugin
