#include "side_effects.hpp"

namespace banger::plugin {
namespace {

struct BadEntry {
    const char* id;
    const char* reason; ///< after "FILE: "
};

struct BadEntries : Misbehaving, testing::WithParamInterface<BadEntry> {};

TEST_P(BadEntries, AreRefusedWithTheReasonAndCostNobodyElse) {
    const BadEntry& bad = GetParam();
    EXPECT_EQ(load("", bad.id), "");
    EXPECT_EQ(host->info(bad.id).state, State::failed);
    const std::string file = (host->plugins / (std::string(bad.id) + ".so")).string();
    const std::string reason = bad.reason;
    if (reason.ends_with(": ")) { // the rest is the library's
        EXPECT_THAT(host->reason(bad.id), testing::StartsWith(file + ": " + reason));
    } else {
        EXPECT_EQ(host->reason(bad.id), file + ": " + reason);
    }
    EXPECT_EQ(run(vm::Hook::before_create), "");
    EXPECT_EQ(run(vm::Hook::before_start), "");
    EXPECT_EQ(host->catalog->active().size(), 1U);
    expect_the_other_is_well();
}

constexpr BadEntry bad_entries[] = {
    {"null-entry", "banger_plugin_entry_v1 returned NULL"},
    {"bad-magic", "magic is 0x12345678, expected 0x31504742"},
    {"major-two", "built for ABI major 2, this host has 1"},
    {"minor-99", "needs ABI 1.99 or later, this host has 1.0 (upgrade banger, or take an older "
                 "version of the plugin)"},
    {"short-entry", "its entry has 40 bytes, expected at least 64"},
    {"short-descriptor", "its descriptor has 16 bytes, expected at least 112"},
    {"short-table", "banger.daemon/1's table has 8 bytes, expected at least 32"},
    {"twice", "interface banger.daemon/1 twice"},
    {"no-create", "its entry has no create"},
    {"no-table", "an interface without a table: banger.daemon/1"},
    {"long-name", "its name is longer than 128 bytes"},
    {"bad-utf8", "its name is not UTF-8"},
    {"many-ifaces", "its entry has 65 interfaces, at most 64"},
    {"long-timeout", "its hook_timeout_ms is 3600001, at most 3600000"},
    {"many-after", "after has more than 256 items"},
    {"bad-pattern", "its config_schema is unusable: schema of a: pattern \"(?=x)y\" is not a "
                    "regular expression as RE2 takes them: "},
};
INSTANTIATE_TEST_SUITE_P(Misbehave, BadEntries, testing::ValuesIn(bad_entries),
                         [](const auto& test) {
                             std::string name = test.param.id;
                             std::erase(name, '-');
                             return name;
                         });

} // namespace
} // namespace banger::plugin
