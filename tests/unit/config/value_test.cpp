#include "config/value.hpp"

#include "config/yaml_json.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <yaml-cpp/yaml.h>

namespace banger::config {
namespace {

std::string problem_of(const std::string& yaml, const Rule& rule, const Slot& slot) {
    return read_value(YAML::Load(yaml), rule, slot).value_or("none");
}

TEST(Value, ABooleanIsTrueOrFalseOnly) {
    bool flag = false;
    EXPECT_EQ(problem_of("true", {Kind::boolean}, &flag), "none");
    EXPECT_TRUE(flag);
    EXPECT_EQ(problem_of("yes", {Kind::boolean}, &flag), "\"yes\" is neither true nor false");
    EXPECT_TRUE(flag);
}

TEST(Value, NumbersHaveARange) {
    std::int64_t number = 5;
    const Rule rule{Kind::integer, 1, 64};
    EXPECT_EQ(problem_of("64", rule, &number), "none");
    EXPECT_EQ(number, 64);
    EXPECT_EQ(problem_of("65", rule, &number), "it must be from 1 to 64, not 65");
    EXPECT_EQ(problem_of("1.5", rule, &number), "\"1.5\" is not a whole number");
    EXPECT_EQ(problem_of("", rule, &number), "it has no value");
    EXPECT_EQ(problem_of("[1]", rule, &number), "it must be one value, not a list");
    EXPECT_EQ(number, 64);
}

TEST(Value, ASizeSaysItsLimitsAsAPersonWritesThem) {
    std::int64_t memory = 0;
    const Rule rule{Kind::mib, 64, 1 << 24};
    EXPECT_EQ(problem_of("2G", rule, &memory), "none");
    EXPECT_EQ(memory, 2048);
    EXPECT_EQ(problem_of("32M", rule, &memory), "it must be from 64M to 16T, not 32M");
    EXPECT_EQ(problem_of("100000K", rule, &memory), "\"100000K\" is not a whole number of MiB");
    EXPECT_EQ(problem_of("much", rule, &memory), "\"much\" is not a size such as 512M or 8G");
    EXPECT_EQ(show_value(rule, &memory), "2G");
}

TEST(Value, ALimitIsNoneOrEnoughForAGuestToBoot) {
    std::int64_t bytes = 1;
    const Rule rule{Kind::bytes, 0, std::int64_t{1} << 40U, {}, 64 << 10};
    EXPECT_EQ(problem_of("0", rule, &bytes), "none");
    EXPECT_EQ(bytes, 0);
    EXPECT_EQ(problem_of("64K", rule, &bytes), "none");
    EXPECT_EQ(bytes, 64 << 10);
    EXPECT_EQ(problem_of("63K", rule, &bytes), "it must be 0, or from 64K to 1T, not 63K");
    EXPECT_EQ(problem_of("2T", rule, &bytes), "it must be 0, or from 64K to 1T, not 2T");
    EXPECT_EQ(problem_of("0.0001K", rule, &bytes), "\"0.0001K\" is less than a byte");
    EXPECT_EQ(problem_of("0.0K", rule, &bytes), "none");
    std::int64_t count = 1;
    EXPECT_EQ(problem_of("9", {Kind::integer, 0, 100, {}, 10}, &count),
              "it must be 0, or from 10 to 100, not 9");
}

TEST(Value, ATimeSaysItsLimitsAsTheDocumentationDoes) {
    std::chrono::milliseconds time{0};
    const Rule rule{Kind::duration, 1000, 3'600'000};
    EXPECT_EQ(problem_of("90m", rule, &time), "it must be from 1s to 1h, not 90m");
    EXPECT_EQ(problem_of("10", {Kind::duration, 0, 9000}, &time),
              "it must be from 0s to 9s, not 10");
}

TEST(Value, AChoiceNamesTheNearest) {
    constexpr std::array<std::string_view, 3> names{"auto", "firecracker", "qemu"};
    std::string vmm = "auto";
    const Rule rule{Kind::choice, 0, 0, names};
    EXPECT_EQ(problem_of("qemu", rule, &vmm), "none");
    EXPECT_EQ(problem_of("firecraker", rule, &vmm),
              "\"firecraker\" is not auto, firecracker or qemu; did you mean \"firecracker\"?");
    EXPECT_EQ(vmm, "qemu");
}

TEST(Value, PathsAreAbsoluteOrBelowHome) {
    std::string path;
    ASSERT_EQ(::setenv("HOME", "/home/me", 1), 0);
    EXPECT_EQ(problem_of("~/bundle", {Kind::path}, &path), "none");
    EXPECT_EQ(path, "/home/me/bundle");
    EXPECT_EQ(problem_of("bundle", {Kind::path}, &path), "\"bundle\" is not an absolute path");
    EXPECT_EQ(problem_of("qemu-kvm", {Kind::program}, &path), "none");
    EXPECT_EQ(problem_of("./qemu", {Kind::program}, &path), "\"./qemu\" is not an absolute path");
}

TEST(Value, ABridgeIsOneOfOurs) {
    std::string bridge;
    EXPECT_EQ(problem_of("banger-2", {Kind::bridge}, &bridge), "none");
    for (const char* bad : {"docker0", "banger-too-long-a-name", "bangerX", "banger/1", "\"\""}) {
        EXPECT_NE(problem_of(bad, {Kind::bridge}, &bridge), "none") << bad;
    }
    EXPECT_EQ(bridge, "banger-2");
}

TEST(Value, ASubnetIsPrivateAndOfUsefulSize) {
    std::string subnet;
    EXPECT_EQ(problem_of("10.1.0.0/16", {Kind::subnet}, &subnet), "none");
    EXPECT_EQ(problem_of("auto", {Kind::subnet}, &subnet), "none");
    for (const char* bad :
         {"10.0.0.0/8", "10.0.0.0/30", "8.8.8.0/24", "10.0.0.1/24", "x", "10.0.0.0"}) {
        EXPECT_NE(problem_of(bad, {Kind::subnet}, &subnet), "none") << bad;
    }
    EXPECT_EQ(subnet, "auto");
}

TEST(Value, AListHoldsTexts) {
    std::vector<std::string> list{"old"};
    EXPECT_EQ(problem_of("[a, b]", {Kind::texts}, &list), "none");
    EXPECT_EQ(list, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(problem_of("a", {Kind::texts}, &list), "it must be a list, such as [a, b]");
    EXPECT_EQ(problem_of("[{a: 1}]", {Kind::texts}, &list), "each item of the list must be a text");
    EXPECT_EQ(problem_of("[/a, b]", {Kind::paths}, &list), "\"b\" is not an absolute path");
    EXPECT_EQ(problem_of("[]", {Kind::texts}, &list), "none");
    EXPECT_TRUE(list.empty());
}

std::string json_of(const std::string& yaml) {
    std::string text;
    const auto problem = to_canonical_json(YAML::Load(yaml), text);
    return problem ? "problem: " + *problem : text;
}

TEST(YamlJson, ScalarsHaveTheTypesOfYaml12) {
    EXPECT_EQ(
        json_of("{b: true, a: no, c: 007, d: 1.5, e: '8', f: ~, g: -3, h: 1.2.3.4, i: .inf}"),
        R"({"a":"no","b":true,"c":7,"d":1.5,"e":"8","f":null,"g":-3,"h":"1.2.3.4","i":".inf"})");
    EXPECT_EQ(json_of("{list: [1, [2]], map: {x: {}}, s: !!str 5}"),
              R"({"list":[1,[2]],"map":{"x":{}},"s":"5"})");
}

TEST(YamlJson, WhatJsonCannotHoldIsAProblem) {
    EXPECT_EQ(json_of("{a: 1, a: 2}"), "problem: \"a\" is in it twice");
    EXPECT_EQ(json_of("{[1]: 2}"), "problem: a key in it is not a text");
    EXPECT_EQ(json_of("a: \"\\xff\\x80\""),
              "{\"a\":\"\xc3\xbf\xc2\x80\"}"); // escapes are code points
    EXPECT_EQ(json_of("a: \"\xff\""), "problem: it has a text that is not UTF-8");
}

TEST(YamlJson, AliasesThatMultiplyAreRefused) {
    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 9; ++i) {
        const std::string before = std::to_string(i - 1);
        const std::string now = std::to_string(i);
        bomb += "a" + now + ": &a" + now + " [";
        for (int k = 0; k < 10; ++k) {
            bomb += "*a" + before + (k < 9 ? ", " : "]\n");
        }
    }
    EXPECT_EQ(json_of(bomb), "problem: it is nested too deep or has too many values");
    EXPECT_EQ(json_of(std::string(100, '[') + std::string(100, ']')),
              "problem: it is nested too deep or has too many values");
}

} // namespace
} // namespace banger::config
