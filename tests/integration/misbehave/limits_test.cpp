#include "side_effects.hpp"

#include "plugin/limits.hpp"
#include "plugin/schema.hpp"
#include "vm/guest_config.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <mutex>

#include <nlohmann/json.hpp>

namespace banger::plugin {
namespace {

using vm::Hook;

TEST_F(Misbehaving, ALogLineAndItsFieldsAreCut) {
    std::vector<LogLine> lines;
    std::mutex lock;
    host->services.log = [&](const LogLine& line) {
        const std::scoped_lock hold(lock);
        lines.push_back(line);
    };
    ASSERT_EQ(load("on_ready=log-much"), "");
    EXPECT_EQ(run(Hook::on_ready), "");
    end();
    const auto found = std::find_if(lines.begin(), lines.end(),
                                    [](const LogLine& line) { return !line.fields.empty(); });
    ASSERT_NE(found, lines.end());
    constexpr std::size_t note = 32; // "... (N more bytes)"
    EXPECT_LE(found->text.size(), limits::log_line + note);
    ASSERT_EQ(found->fields.size(), limits::log_fields);
    for (const auto& [key, value] : found->fields) {
        EXPECT_LE(key.size(), limits::log_key + note);
        EXPECT_LE(value.size(), limits::log_value + note);
    }
}

TEST_F(Misbehaving, AGibibyteIsRefusedWithoutOneBeingTaken) {
    ASSERT_EQ(load("before_start=much-emit"), "");
    const auto resident = [] {
        std::ifstream file("/proc/self/statm");
        std::size_t size = 0;
        std::size_t pages = 0;
        file >> size >> pages;
        return pages * 4096;
    };
    const std::size_t before_it = resident();
    EXPECT_EQ(run(Hook::before_start), "plugin misbehave, before_start of VM web: call_emit: one "
                                       "piece is 1073741824 bytes, at most 16777216");
    EXPECT_LT(resident(), before_it + (64U << 20U));
    EXPECT_TRUE(undo(vm::Phase::start).empty());
}

TEST_F(Misbehaving, ResultsOfOneCallAreBounded) {
    ASSERT_EQ(load("before_create=ask-for-ever"), "");
    EXPECT_EQ(run(Hook::before_create),
              "plugin misbehave, before_create of VM web: this call keeps 64 MiB of results, the "
              "most that one may: nothing was done");
    EXPECT_TRUE(undo(vm::Phase::create).empty());
    expect_the_other_is_well();
}

TEST_F(Misbehaving, AStructThatIsTooShortIsNotReadBeyondItsEnd) {
    ASSERT_EQ(load("on_ready=short-exec before_stop=short-job"), "");
    const std::string about = "plugin misbehave, ";
    EXPECT_EQ(run(Hook::on_ready), about + "on_ready of VM web: exec: the request is too short");
    EXPECT_EQ(run(Hook::before_stop),
              about + "before_stop of VM web: operations.start: the job is too short");
}

TEST_F(Misbehaving, ATimeForEverIsALongOne) {
    ASSERT_EQ(load("on_ready=for-ever"), "");
    EXPECT_EQ(run(Hook::on_ready), "");
}

TEST_F(Misbehaving, AnArgumentMayHaveAnyBytes) { // the name of a file, say
    ASSERT_EQ(load("on_ready=bad-exec-argument before_stop=bad-exec-value"), "");
    EXPECT_EQ(run(Hook::on_ready), "");
    EXPECT_EQ(run(Hook::before_stop), "");
}

struct Guest : Misbehaving, testing::WithParamInterface<std::pair<const char*, const char*>> {};

TEST_P(Guest, GetsNothingThatIsTooLarge) {
    ASSERT_EQ(load(std::string("contribute=guest-") + GetParam().first), "");
    vm::GuestConfig config;
    EXPECT_EQ(error_of([&] { host->dispatch->contribute(web, config, host->context); }),
              std::string("plugin misbehave, contribute of VM web: ") + GetParam().second);
    expect_the_other_is_well();
}
INSTANTIATE_TEST_SUITE_P(
    Limits, Guest,
    testing::Values(std::pair("key", "kernel argument: its key is 1073741824 bytes, at most 64"),
                    std::pair("value",
                              "kernel argument: its value is 1073741824 bytes, at most 1024"),
                    std::pair("drive", "drive: its path is 1073741824 bytes, at most 4095"),
                    std::pair("path", "file: its path is 1073741824 bytes, at most 4095"),
                    std::pair("data", "file: its data is 1073741824 bytes, at most 1048576")),
    [](const auto& test) { return std::string(test.param.first); });

TEST(Limits, APatternTakesATimeInProportionToTheText) {
    const Schema schema(R"({"type":"string","pattern":"^(a+)+$"})"); // 2^n for a backtracker
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(schema.problems(std::string(4000, 'a') + "b").size(), 1U);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
    EXPECT_TRUE(schema.problems(std::string(4000, 'a')).empty());
    EXPECT_EQ(schema.problems(std::string(5000, 'a')).size(), 1U); // longer than any is tried on
}

std::string refusal(const std::string& text) {
    return error_of([&] { const Schema schema(text); });
}

TEST(Limits, PatternsAndSchemasHaveASize) {
    const std::string deep = std::string(500, '(') + "a" + std::string(500, ')');
    EXPECT_EQ(refusal(R"({"pattern":")" + deep + R"("})"), ""); // no recursion in the match
    EXPECT_EQ(refusal(R"({"pattern":")" + std::string(1025, 'a') + R"("})"),
              "schema: pattern is 1025 bytes, at most 1024");
    EXPECT_THAT(refusal(R"({"pattern":"((a{100}){100}){100}"})"),
                testing::HasSubstr("is not a regular expression as RE2 takes them: "));
    EXPECT_EQ(refusal(R"({"pattern":3})"), "schema: pattern is a text");
    EXPECT_EQ(refusal(std::string(300'000, ' ')), "schema: it is 300000 bytes, at most 262144");
}

} // namespace
} // namespace banger::plugin
