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
        EXPECT_FALSE(report_text("file", {finding}).empty());
    }
}

} // namespace
} // namespace banger::plugin_probe
