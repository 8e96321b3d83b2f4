#include "os/run.hpp"
#include "os/temporary_dir.hpp"
#include "plugin_probe/check/conformance.hpp"
#include "plugin_probe/check/trial.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

/// banger-plugin check: each rule that a plugin breaks is a line of the report, and a plugin that
/// keeps them passes.
namespace banger {
namespace {

using nlohmann::json;

struct Report {
    int code = 0;
    json checks;
    std::string text;

    /// "text next" of the failures of a check.
    [[nodiscard]] std::string failures(const std::string& check) const {
        std::string all;
        for (const json& line : checks) {
            if (line["check"] == check && line["result"] == "failed") {
                all += line["text"].get<std::string>() + " | " + line.value("next", "") + "\n";
            }
        }
        return all;
    }
    [[nodiscard]] bool passed(const std::string& check) const {
        return std::any_of(checks.begin(), checks.end(), [&](const json& line) {
            return line["check"] == check && line["result"] == "ok";
        });
    }
    /// Why it was not looked at, or empty.
    [[nodiscard]] std::string skipped(const std::string& check) const {
        for (const json& line : checks) {
            if (line["check"] == check && line["result"] == "skipped") {
                return line["text"];
            }
        }
        return {};
    }
    [[nodiscard]] std::size_t count(const std::string& result) const {
        return static_cast<std::size_t>(
            std::count_if(checks.begin(), checks.end(),
                          [&](const json& line) { return line["result"] == result; }));
    }
};

Report check(const std::string& file, std::vector<std::string> words = {}) {
    std::vector<std::string> argv{BANGER_PLUGIN_PROGRAM, "check", "--json"};
    argv.insert(argv.end(), words.begin(), words.end());
    argv.push_back(file);
    const os::Output output = os::run(argv, {.timeout = std::chrono::seconds(100)});
    const json document = json::parse(output.out, nullptr, false);
    return {output.status.code, document.is_object() ? document["checks"] : json::array(),
            output.out + output.err};
}
Report rude(const std::string& what) {
    return check(BANGER_RUDE, {"--config", json{{"do", what}}.dump()});
}

TEST(PluginCheck, APoliteOnePasses) {
    const Report report = rude("nothing");
    EXPECT_EQ(report.code, 0) << report.text;
    EXPECT_EQ(report.count("failed"), 0U) << report.text;
    EXPECT_GE(report.count("ok"), 25U);
}

struct Broken {
    const char* what;
    const char* check;
    const char* says;
};
class PluginCheckRule : public testing::TestWithParam<Broken> {};

TEST_P(PluginCheckRule, IsToldWithTheNextStep) {
    const Broken& broken = GetParam();
    const Report report = rude(broken.what);
    EXPECT_EQ(report.code, 1);
    EXPECT_THAT(report.failures(broken.check), testing::HasSubstr(broken.says)) << report.text;
}
INSTANTIATE_TEST_SUITE_P(
    All, PluginCheckRule,
    testing::Values(
        Broken{"take-in-create", "create", "create uses kv.set made | it takes nothing"},
        Broken{"throw-out", "create", "do: must be kind"},
        Broken{"exit", "threads", "the process was ended with status 7"},
        Broken{"open-thread", "threads", "a thread takes signals that are meant for the host"},
        Broken{"leak-thread", "destroy", "1 threads more than before | destroy closes and joins"},
        Broken{"leak-fd", "destroy", "on /dev/null"},
        Broken{"chdir", "the process", "the working folder is now /tmp"},
        Broken{"environment", "the process", "the environment has now RUDE"},
        Broken{"handler", "the process", "the handler of User defined signal 1 is another"},
        Broken{"fork", "processes", "lets the copy of the daemon go on"},
        Broken{"leave-process", "left processes", "run on after its end: "},
        Broken{"close-streams", "the process", "standard input is now closed"},
        Broken{"limit", "the process", "RLIMIT_NOFILE is another"},
        Broken{"chatter", "output", "it prints more than 64 KiB"},
        Broken{"crash", "start",
               "the process died of Segmentation fault in before_start | run it in a debugger"},
        Broken{"crash-and-leave", "start", "the process died of Segmentation fault"},
        Broken{"slow", "start", "contribute took 2.6 s, allowed 2 s | it says what is known"},
        Broken{"late", "use of the host", "call_emit after create has returned"},
        Broken{"stubborn", "cancelling", "before_start returns"},
        Broken{"refuse", "start", "before_start: not today"},
        Broken{"impure", "contribute", "it writes values | dry runs call it, too"},
        Broken{"fickle", "contribute", "it gives two different things"},
        Broken{"undo-once", "undo before_start", "nothing is held | what is gone already"},
        Broken{"strict", "undo before_start", "a flag that it does not know ends in status -1"},
        Broken{"hold-on", "after delete", "it still holds {\"kind\":\"tap\""},
        Broken{"bad-object", "footprint list_all", "\"state\" is one of in-use, idle, stray"},
        Broken{"bad-doctor", "doctor state", "\"severity\" is one of ok"},
        Broken{"bad-answer", "rpc ask", "it does not fit result_schema"},
        Broken{"odd-ask", "rpc ask",
               "status -9: key 'started_at' not found | an exception that the plugin did not"},
        Broken{"refuse-ask", "rpc ask", "not now | it fails only when the user cannot have what"},
        Broken{"two-answers", "rpc ask", "a remote call emits one JSON object"},
        Broken{"bad-page", "web-panel page", "a panel emits BANGER_EMIT_MIME first"}),
    [](const auto& one) {
        std::string name = one.param.what;
        std::replace(name.begin(), name.end(), '-', '_');
        return name;
    });

TEST(PluginCheck, ACrashCostsOnlyItsGroup) {
    const Report report = rude("crash");
    EXPECT_EQ(report.failures("create") + report.failures("doctor state"), "") << report.text;
    EXPECT_THAT(report.text, testing::HasSubstr("\"check\": \"doctor state\""));
}

TEST(PluginCheck, OneThatClosesEverythingAndHangsIsEnded) {
    const auto findings = plugin_probe::try_out(
        BANGER_RUDE, {.config = R"({"do":"silent"})", .patience = std::chrono::seconds(3)});
    EXPECT_TRUE(std::any_of(findings.begin(), findings.end(), [](const auto& finding) {
        return finding.check == "start" && finding.text == "no return in before_start within 3 s";
    }));
}

TEST(PluginCheck, LeavesNothingBehind) {
    const os::TemporaryDir dir;
    ::setenv("TMPDIR", dir.path().c_str(), 1);
    (void)rude("crash");
    ::unsetenv("TMPDIR");
    EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

TEST(PluginCheck, WhatIsNoPluginIsToldAtOnce) {
    const std::string symbols = check(BANGER_OPEN).failures("one symbol");
    EXPECT_THAT(symbols, testing::ContainsRegex("it exports [0-9]+ symbols more than its entry: "
                                                "open_three\\(int\\), open_one\\(int\\), "
                                                "open_two\\(int\\), \\.\\.\\. . build with"));
    EXPECT_THAT(symbols, testing::Not(testing::HasSubstr("another_function")));
    EXPECT_EQ(check(BANGER_ONE_SIDED).failures("entry"),
              std::string(BANGER_ONE_SIDED) +
                  ": has before_start but no undo | add it: it gives "
                  "back what that hook took, when the operation does not come through\n");
    EXPECT_THAT(check("/etc/passwd").failures("file"), testing::HasSubstr("ELF"));
    const Report absent = check("/nonexistent/x.so");
    EXPECT_EQ(absent.code, 3);
    EXPECT_THAT(absent.text, testing::HasSubstr("no file /nonexistent/x.so"));
    EXPECT_THAT(check(BANGER_RUDE, {"--config", R"({"dont":1})"}).failures("entry"),
                testing::HasSubstr("dont"));
}

TEST(PluginCheck, WhatThePluginPrintsIsNoPartOfTheReportAndBounded) {
    const os::Output output = os::run(
        {BANGER_PLUGIN_PROGRAM, "check", "--json", "--config", R"({"do":"chatter"})", BANGER_RUDE});
    EXPECT_EQ(output.status.code, 1);
    EXPECT_TRUE(json::parse(output.out, nullptr, false).is_object());
    EXPECT_GE(output.err.size(), 64U << 10U);
    EXPECT_LT(output.err.size(), 1U << 20U);
}

TEST(PluginCheck, TheReportReads) {
    const os::Output output = os::run({BANGER_PLUGIN_PROGRAM, "check", BANGER_RUDE});
    EXPECT_EQ(output.status.code, 0);
    EXPECT_THAT(output.out, testing::HasSubstr("\nok       one symbol"));
    EXPECT_THAT(output.out,
                testing::ContainsRegex("\n[0-9]+ ok, 0 failed, [0-9]+ skipped, 1 note\n$"));
    EXPECT_THAT(output.out, testing::HasSubstr("\nok       hooks               before_start, undo, "
                                               "contribute, on_start, list, list_all\n"
                                               "note     hooks               it has before_start"));
    EXPECT_THAT(output.out, testing::HasSubstr("\nok       interfaces          "
                                               "banger.guest-config/1, "));
}

TEST(PluginCheck, LinesComeWhenTheyAreThere) {
    const os::TemporaryDir dir; // the program is killed, and so does not clean up
    ::setenv("TMPDIR", dir.path().c_str(), 1);
    const os::Output output = os::run({"timeout", "-s", "KILL", "3", BANGER_PLUGIN_PROGRAM, "check",
                                       "--config", R"({"do":"silent"})", BANGER_RUDE},
                                      {.timeout = std::chrono::seconds(60)});
    ::unsetenv("TMPDIR");
    EXPECT_THAT(output.out, testing::HasSubstr("\nok       one symbol"));
    EXPECT_THAT(output.out, testing::Not(testing::HasSubstr("skipped,")));
}

TEST(PluginCheck, ATimeOfItsOwnIsHonouredAndWaitedForOnce) {
    const auto begun = std::chrono::steady_clock::now();
    const Report report = check(BANGER_SLOW);
    EXPECT_EQ(report.code, 1);
    EXPECT_THAT(
        report.failures("start"),
        testing::ContainsRegex("before_start took [0-9.]+ s, allowed 0.3 s . leave what takes "
                               "long to a thread or a job"));
    EXPECT_EQ(report.count("failed"), 1U) << report.text;
    for (const char* group : {"undo", "cancelling", "the rest"}) {
        EXPECT_EQ(report.skipped(group), "it would wait for what takes too long again");
    }
    EXPECT_THAT(report.text, testing::HasSubstr("\"check\": \"actions\""));
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(30));
}

TEST(PluginCheck, ItsVmsAreWholeAsTheDaemons) {
    const Report report = rude("uptimes");
    EXPECT_EQ(report.code, 0) << report.text;
}

TEST(PluginCheck, ContributeIsCancelledToo) {
    EXPECT_THAT(rude("nothing").text,
                testing::HasSubstr("contribute returns in time when its call is cancelled"));
}

/// Ours keep the rules, too: the built-in ones, and the examples of the SDK.
class PluginCheckBuiltIn : public testing::TestWithParam<const char*> {};

TEST_P(PluginCheckBuiltIn, Passes) {
    const Report report = check(GetParam());
    EXPECT_EQ(report.code, 0) << report.text;
    EXPECT_GE(report.count("ok"), 10U) << report.text;
}
INSTANTIATE_TEST_SUITE_P(All, PluginCheckBuiltIn,
                         testing::Values(BANGER_PLUGINS "/dns.so", BANGER_PLUGINS "/imagebuild.so",
                                         BANGER_PLUGINS "/nat.so", BANGER_PLUGINS "/tap-pool.so",
                                         BANGER_PLUGINS "/vsock.so", BANGER_PLUGINS "/web.so",
                                         BANGER_EXAMPLES "/share-dir.so",
                                         BANGER_EXAMPLES "/vm-notify.so",
                                         BANGER_EXAMPLES "/ports.so"),
                         [](const auto& one) {
                             std::string name = std::filesystem::path(one.param).stem();
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name;
                         });

TEST(PluginCheck, ProgramsMayBeRun) {
    if (os::run({"sh", "-c", "command -v mke2fs"}).status.code != 0) {
        GTEST_SKIP() << "needs mke2fs";
    }
    const os::TemporaryDir dir;
    std::ofstream(dir.path() / "file") << "shared";
    const std::vector<std::string> words{"--config", R"({"max_mib":16})", "--options",
                                         json{{"folder", dir.path().string()}}.dump()};
    const Report without = check(BANGER_EXAMPLES "/share-dir.so", words);
    EXPECT_THAT(without.text, testing::HasSubstr("no such program: mke2fs"));
    EXPECT_FALSE(without.passed("start"));
    std::vector<std::string> with = words;
    with.insert(with.begin(), "--run-programs");
    const Report report = check(BANGER_EXAMPLES "/share-dir.so", with);
    EXPECT_THAT(report.text, testing::Not(testing::HasSubstr("no such program")));
    EXPECT_TRUE(report.passed("start")) << report.text;
    EXPECT_EQ(report.count("failed"), 0U) << report.text;
}

TEST(PluginCheck, WhatIsNotLookedAtIsTold) {
    const Report wrong = check(BANGER_RUDE, {"--config", R"({"dont":1})"});
    EXPECT_EQ(wrong.skipped("the rest"), "its entry is not usable") << wrong.text;
    EXPECT_EQ(rude("crash").skipped("use of the host"), "not every group came to its end");
    const Report open = check(BANGER_OPEN); // more than one symbol: the rest is looked at
    EXPECT_NE(open.failures("one symbol"), "");
    EXPECT_THAT(open.text, testing::HasSubstr("\"check\": \"entry\""));
}

} // namespace
} // namespace banger
