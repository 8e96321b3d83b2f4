#include "plugin_probe/check/report.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace banger::plugin_probe {
namespace {

using nlohmann::json;

TEST(PluginCheckReport, AFindingComesThroughTheChildsPipe) {
    const Finding finding{Verdict::skipped, "undo", "it has none", "nothing"};
    const Finding read = finding_from(to_json(finding));
    EXPECT_EQ(read.verdict, Verdict::skipped);
    EXPECT_EQ(read.check + read.text + read.next, "undoit has nonenothing");
}

/// The plugin is in the process that writes the lines, and may write some of its own.
TEST(PluginCheckReport, WhatIsNotUnderstoodIsAFailure) {
    for (const char* line :
         {R"({"result":"splendid","check":"undo","text":"x"})", R"({"result":7})", R"({})"}) {
        const Finding finding = finding_from(json::parse(line));
        EXPECT_EQ(finding.verdict, Verdict::failed) << line;
        EXPECT_EQ(line_text(finding).substr(0, 6), "failed");
    }
}

TEST(PluginCheckReport, ANoteIsNoFailure) {
    const std::vector<Finding> findings{{Verdict::ok, "hooks", "undo", {}},
                                        {Verdict::note, "hooks", "it takes", "give it back"}};
    EXPECT_FALSE(has_failed(findings));
    EXPECT_EQ(line_text(findings[1]), "note     hooks               it takes\n" +
                                          std::string(29, ' ') + "next: give it back\n");
    EXPECT_EQ(count_text(findings), "1 ok, 0 failed, 0 skipped, 1 note\n");
    EXPECT_EQ(finding_from(to_json(findings[1])).verdict, Verdict::note);
}

TEST(PluginCheckReport, WhoListensIsToldEachLineWhenItIsThere) {
    std::size_t told = 0;
    Findings findings([&](const Finding&) { ++told; });
    findings.add({Verdict::ok, "file", "x", {}});
    EXPECT_EQ(told, 1U);
    findings.add({Verdict::ok, "entry", "x", {}});
    EXPECT_EQ(told, findings.all().size());
}

} // namespace
} // namespace banger::plugin_probe
