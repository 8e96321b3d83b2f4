#include "program.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include <nlohmann/json.hpp>

namespace banger::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Changes : public ProgramTest {
  protected:
    Changes() {
        start_daemon();
        vms({{"a", "running"}, {"b", "running"}, {"testbox", "running"}});
    }

    /// An operation that stays in its stage until it is cancelled.
    void endless_create() {
        daemon->on("POST /v1/vms",
                   operation_json("7", "create", "testbox", "running", {}, "booting"), 202);
        endless("create");
    }
    /// A job of a plugin, begun by `banger x img build`, likewise.
    void endless_job() {
        daemon->on("GET /v1/plugins", R"({"plugins":[{"id":"img","state":"active"}]})");
        daemon->on("GET /v1/plugins/img", R"({"id":"img","state":"active","actions":[
                   {"kind":"cli","name":"build","summary":"Build"}]})");
        daemon->on("POST /v1/plugins/img/actions/cli/build",
                   R"({"status":"ok","output":[{"kind":"json","json":{"operation":"7"}}]})");
        daemon->on("GET /v1/operations/7",
                   operation_json("7", "img.build", "testbox", "running", {}, "booting"));
        endless("img.build");
    }
    /// A job of ever new stages, told to the CLI one every 20 ms.
    void restless_job() {
        endless_job();
        daemon->on("GET /v1/operations/7/events", [this](const FakeDaemon::Request&) {
            return FakeDaemon::Reply{
                200,
                "",
                [this](const FakeDaemon::Write& write) {
                    std::vector<std::string> stages;
                    do {
                        stages.push_back(std::to_string(++told) + ". stage");
                        std::this_thread::sleep_for(std::chrono::milliseconds(20));
                    } while (write(
                        operation_json("7", "img.build", "testbox", "running", stages, "booting") +
                        "\n"));
                },
                {}};
        });
    }
    void endless(const std::string& kind) {
        daemon->on("POST /v1/operations/7/cancel", [this](const FakeDaemon::Request&) {
            cancelled = true;
            return FakeDaemon::Reply{};
        });
        daemon->on("GET /v1/operations/7/events", [this, kind](const FakeDaemon::Request&) {
            return FakeDaemon::Reply{
                200,
                "",
                [this, kind](const FakeDaemon::Write& write) {
                    write(operation_json("7", kind, "testbox", "running", {}, "booting") + "\n");
                    while (write("\n") && !(cancelled && roll_back)) {
                        std::this_thread::sleep_for(std::chrono::milliseconds(20));
                    }
                    write(operation_json("7", kind, "testbox", "cancelled", {"booting"}, "") +
                          "\n");
                },
                {}};
        });
    }
    /// Types each word once what it waits for has appeared.
    Result type(std::vector<std::pair<std::string, std::string>> words) {
        return run_on_terminal({"x", "img", "build"}, [&](const std::string& seen) -> std::string {
            if (words.empty() || seen.find(words.front().first) == std::string::npos) {
                return "";
            }
            const std::string word = words.front().second;
            words.erase(words.begin());
            return word;
        });
    }

    std::atomic<bool> cancelled = false;
    std::atomic<bool> roll_back = true;
    std::atomic<int> told = 0; ///< stages of the restless job
};

TEST_F(Changes, CreateShowsStagesOnStandardErrorAndTheNameOnStandardOutput) {
    operation("POST /v1/vms", "1", "create", "testbox", {"disks", "booting"});
    const Result result = run({"vm", "create", "--name", "testbox"});
    EXPECT_EQ(result.code, 0);
    EXPECT_EQ(result.out, "testbox\n");
    EXPECT_THAT(result.err, HasSubstr("vm testbox: disks ("));
    EXPECT_THAT(result.err, HasSubstr("vm testbox: booting ("));
}

TEST_F(Changes, AJobThatAVerbOfAPluginBeganIsSeenThroughToItsResult) {
    daemon->on("GET /v1/plugins", R"({"plugins":[{"id":"img","state":"active"}]})");
    daemon->on("GET /v1/plugins/img", R"({"id":"img","state":"active","actions":[
               {"kind":"cli","name":"build","summary":"Build"}]})");
    daemon->on("POST /v1/plugins/img/actions/cli/build",
               R"({"status":"ok","output":[{"kind":"json","json":{"operation":"5"}}]})");
    operation("GET /v1/operations/5", "5", "img.build", "web", {"packing"});
    Result result = run({"x", "img", "build"});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("img.build web: packing ("));
    EXPECT_THAT(result.out, StartsWith("img.build web succeeded ("));
    daemon->on("GET /v1/operations/5/events",
               operation_json("5", "img.build", "web", "failed", {"packing"}, "") + "\n");
    EXPECT_EQ(run({"x", "img", "build"}).code, 1);
}

TEST_F(Changes, CreateSendsWhatWasAskedFor) {
    daemon->on("GET /v1/vm-options",
               R"({"options":[{"plugin":"nat","name":"nat","flag":"nat","type":"boolean",
               "default":true,"description":"Reach the internet"},{"plugin":"dns","name":"alias",
               "flag":"--dns-alias","type":"array","description":"More names"}]})");
    operation("POST /v1/vms", "1", "create", "made-up", {});
    daemon->on("GET /v1/vms/made-up", vm_json("made-up", "running"));
    const Result result =
        run({"vm",          "create",      "--image", "debian",      "--vcpu",      "2",
             "--memory",    "1.5G",        "--disk",  "20G",         "--work-disk", "4096",
             "--disk-mode", "copy",        "--vmm",   "qemu",        "--timeout",   "2m",
             "--no-nat",    "--dns-alias", "x",       "--dns-alias", "y",           "--json"});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr(R"("name": "made-up")"));
    EXPECT_TRUE(daemon->saw(
        R"(POST /v1/vms {"image":"debian","vcpus":2,"memory_mib":1536,"disk_mib":20480,)"
        R"("work_disk_mib":4096,"disk_mode":"copy","vmm":"qemu","timeout_s":120,)"
        R"("options":{"nat":{"nat":false},"dns":{"alias":["x","y"]}}})"))
        << daemon->requests().back();
    EXPECT_EQ(run({"vm", "create", "--no-dns-alias", "--nat=true", "--detach"}).code, 0);
    EXPECT_THAT(daemon->requests().back(),
                HasSubstr(R"("options":{"nat":{"nat":true},"dns":{"alias":[]}}})"));
    EXPECT_EQ(run({"vm", "create", "--nat=maybe"}).code, 2);
    EXPECT_EQ(run({"vm", "create", "--no-dns-alias", "--dns-alias", "x"}).code, 2);
    EXPECT_THAT(run({"vm", "create", "--help"}).out,
                HasSubstr("Reach the internet (default: true)"));
}

TEST_F(Changes, CreateDetachedPrintsTheOperation) {
    operation("POST /v1/vms", "12", "create", "testbox", {"booting"});
    const Result result = run({"vm", "create", "--detach"});
    EXPECT_EQ(result.code, 0);
    EXPECT_EQ(result.out, "12\n");
    EXPECT_THAT(result.err, HasSubstr("banger op watch 12"));
}

TEST_F(Changes, FailureShowsCauseConsoleAndHint) {
    operation(
        "POST /v1/vms", "1", "create", "testbox", {"booting"}, "failed",
        R"({"kind":"timeout","message":"create testbox: no SSH after 120 s",)"
        R"("hint":"raise --timeout","console":["\u001b[31mKernel panic\u001b[0m","not syncing"]})");
    std::string error = run({"vm", "create", "--name", "testbox"}).err;
    EXPECT_THAT(error, HasSubstr("error: create testbox: no SSH after 120 s\n"
                                 "  | Kernel panic\n  | not syncing\nhint: raise --timeout\n"));
    EXPECT_EQ(run({"vm", "create", "--name", "testbox"}).code, 1);
}

TEST_F(Changes, AllTargetsFinishAndTheFailedAreNamed) {
    operation("POST /v1/vms/a/stop", "1", "stop", "a", {"asking"});
    operation("POST /v1/vms/b/stop", "2", "stop", "b", {"asking", "waiting"});
    daemon->on("POST /v1/vms/tetsbox/stop", problem("not_found", "no such VM"), 404);
    const Result result = run({"vm", "stop", "a", "tetsbox", "b", "a"});
    EXPECT_EQ(result.code, 3);
    EXPECT_THAT(result.out, HasSubstr("a stopped ("));
    EXPECT_THAT(result.out, HasSubstr("b stopped ("));
    EXPECT_THAT(result.err, HasSubstr("error: no VM named 'tetsbox'; did you mean 'testbox'?\n"));
}

TEST_F(Changes, DifferentFailuresAreJustAFailure) {
    daemon->on("POST /v1/vms/nosuch/stop", problem("not_found", "no such VM"), 404);
    daemon->on("POST /v1/vms/a/stop", problem("conflict", "it is not running"), 409);
    const Result result = run({"vm", "stop", "nosuch", "a"});
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.err, HasSubstr("error: a: it is not running"));
}

TEST_F(Changes, TerminalShowsLiveLinesAndTheWayIn) {
    operation("POST /v1/vms", "1", "create", "testbox", {"disks", "booting"});
    const Result result = run_on_terminal({"vm", "create", "--name", "testbox"});
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.out, HasSubstr("✓\033[0m disks  \033[2m50 ms"));
    EXPECT_THAT(result.out, HasSubstr("banger vm ssh testbox\r\n"));
    const Result plain = run_on_terminal({"vm", "create", "--name", "testbox"}, {}, {"NO_COLOR=1"});
    EXPECT_THAT(plain.out, HasSubstr("✓ disks  50 ms"));
    EXPECT_THAT(plain.out, Not(HasSubstr("\033[3")));
}

TEST_F(Changes, CtrlCCancelsAndWaitsForTheRollBack) {
    endless_create();
    bool pressed = false;
    const Result result =
        run_on_terminal({"vm", "create", "--name", "testbox"}, [&](const std::string& seen) {
            if (!pressed && seen.find("booting") != std::string::npos) {
                pressed = true;
                return "\x03";
            }
            return "";
        });
    EXPECT_EQ(result.code, 130);
    EXPECT_TRUE(cancelled);
    EXPECT_THAT(result.out, HasSubstr("waiting until everything is undone"));
    EXPECT_THAT(result.out, HasSubstr("create testbox was cancelled"));
}

TEST_F(Changes, WhoeverElseCancelledIsNamedAndIsNoInterrupt) {
    daemon->on("POST /v1/vms", operation_json("7", "create", "testbox", "running", {}, "booting"),
               202);
    const std::string why =
        R"({"kind":"cancelled","message":"create testbox was cancelled and rolled back: bangerd was told to stop"})";
    daemon->on("GET /v1/operations/7/events",
               operation_json("7", "create", "testbox", "cancelled", {"booting"}, "", why) + "\n");
    const Result result = run({"vm", "create", "--name", "testbox"});
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.err, HasSubstr("rolled back: bangerd was told to stop"));
}

TEST_F(Changes, WhatHadEndedIsSaidAsItIs) {
    const auto kill = [&](const std::string& vm) {
        std::string ended = operation_json("8", "kill", "a", "succeeded", {}, "");
        ended.replace(ended.find(R"("result":null)"), 13, R"("result":{"vm":)" + vm + "}");
        daemon->on("POST /v1/vms/a/kill", ended, 202);
        daemon->on("GET /v1/operations/8/events", ended + "\n");
        return run({"vm", "kill", "a"}).out;
    };
    EXPECT_EQ(kill(vm_json("a", "crashed")), "a is crashed already\n");
    EXPECT_EQ(kill("null"), "a is killed already\n");
}

TEST_F(Changes, SecondCtrlCLeavesItRunning) {
    endless_create();
    roll_back = false;
    int pressed = 0;
    const Result result =
        run_on_terminal({"vm", "create", "--name", "testbox"}, [&](const std::string& seen) {
            const char* awaited = pressed == 0 ? "booting" : "until everything is undone";
            if (pressed < 2 && seen.find(awaited) != std::string::npos) {
                ++pressed;
                return "\x03";
            }
            return "";
        });
    EXPECT_EQ(result.code, 130);
    EXPECT_THAT(result.out, HasSubstr("banger op watch 7"));
    roll_back = true;
}

TEST_F(Changes, CtrlCInAJobOfAPluginAsksWhetherItIsToBeCancelled) {
    endless_job();
    Result result = type({{"booting", "\x03"}, {"[c/l]", "l\n"}});
    EXPECT_EQ(result.code, 130);
    EXPECT_FALSE(cancelled);
    EXPECT_THAT(result.out, HasSubstr("goes on without you; see it with: banger op watch 7"));

    result = type({{"booting", "\x03"}, {"[c/l]", "\n"}, {"is watched", "\x03"}, {"[c/l]", "c\n"}});
    EXPECT_EQ(result.code, 130);
    EXPECT_TRUE(cancelled);
    EXPECT_THAT(result.out, HasSubstr("img.build testbox was cancelled"));
}

TEST_F(Changes, NewsOfAJobWaitUntilTheQuestionIsAnswered) {
    restless_job();
    const std::string question = "Ctrl-C again: cancel it)\r\n";
    int step = 0;
    int told_before = 0;
    const Result result =
        run_on_terminal({"x", "img", "build"}, [&](const std::string& seen) -> std::string {
            if (step == 0 && seen.find("booting") != std::string::npos) {
                ++step;
                return "\x03";
            }
            if (step == 1 && seen.find(question) != std::string::npos) {
                ++step;
                told_before = told;
                while (told < told_before + 10) {
                    std::this_thread::sleep_for(std::chrono::milliseconds(10));
                }
                return "l\n";
            }
            return "";
        });
    EXPECT_EQ(result.code, 130);
    const std::size_t asked = result.out.find(question);
    ASSERT_NE(asked, std::string::npos) << result.out;
    const std::string after = result.out.substr(asked + question.size());
    EXPECT_THAT(after, StartsWith("l\r\n\r\033[J")); // the echo of the answer comes first
    EXPECT_THAT(after, HasSubstr(" " + std::to_string(told_before + 5) + ". stage"));
}

TEST_F(Changes, ASecondCtrlCInAJobOfAPluginCancelsIt) {
    endless_job();
    const Result result = type({{"booting", "\x03"}, {"[c/l]", "\x03"}});
    EXPECT_EQ(result.code, 130);
    EXPECT_TRUE(cancelled);
    EXPECT_THAT(result.out, HasSubstr("waiting until everything is undone"));
}

TEST_F(Changes, LookForTheDaemonAgainWhenTheConnectionBreaks) {
    daemon->on("POST /v1/vms/a/stop", operation_json("5", "stop", "a", "running", {}, "asking"),
               202);
    daemon->on("GET /v1/operations/5/events", [](const FakeDaemon::Request&) {
        return FakeDaemon::Reply{200, "", [](const FakeDaemon::Write&) {}, {}}; // ends at once
    });
    daemon->on("GET /v1/operations/5",
               operation_json("5", "stop", "a", "succeeded", {"asking"}, ""));
    const Result result = run({"vm", "stop", "a"});
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.out, StartsWith("a stopped"));
}

TEST_F(Changes, ADaemonLostBeforeItAnsweredLeavesAWayOn) {
    daemon->on("POST /v1/vms", [](const FakeDaemon::Request&) {
        return FakeDaemon::Reply{0, "", {}, {}};
    });
    const Result result = run({"vm", "create", "--name", "testbox"});
    EXPECT_NE(result.code, 0);
    EXPECT_THAT(result.err, HasSubstr("bangerd closed the connection\n"
                                      "hint: what it was asked for may be under way all the same; "
                                      "look with: banger op ls, banger vm ls\n"));
}

TEST_F(Changes, ADaemonLostRightAfterItAnsweredIsLookedForAgain) {
    daemon->on("POST /v1/vms/a/stop", operation_json("5", "stop", "a", "running", {}, "asking"),
               202);
    daemon->on("GET /v1/operations/5/events", [this](const FakeDaemon::Request&) {
        daemon->on("GET /v1/operations/5/events",
                   operation_json("5", "stop", "a", "succeeded", {"asking"}, "") + "\n");
        return FakeDaemon::Reply{0, "", {}, {}};
    });
    daemon->on("GET /v1/operations/5", operation_json("5", "stop", "a", "running", {}, "asking"));
    const Result result = run({"vm", "stop", "a"});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_THAT(result.out, StartsWith("a stopped"));
}

TEST_F(Changes, OpWatchTakesUpARunningOne) {
    operation("GET /v1/operations/9", "9", "start", "a", {"booting"});
    const Result result = run({"op", "watch", "9"});
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.out, StartsWith("start a succeeded ("));
    EXPECT_THAT(result.err, HasSubstr("start a: booting"));
}

TEST_F(Changes, DeleteAsksOnATerminalOnly) {
    operation("DELETE /v1/vms/a", "1", "delete", "a", {});
    EXPECT_EQ(run({"vm", "delete", "a"}).code, 0);
    EXPECT_TRUE(daemon->saw("DELETE /v1/vms/a"));
    bool asked = false;
    const auto answer = [&](const char* word) {
        return [&asked, word](const std::string& seen) -> std::string {
            const bool now = !asked && seen.find("[y/N]") != std::string::npos;
            asked = asked || now;
            return now ? word : "";
        };
    };
    const Result refused = run_on_terminal({"vm", "delete", "a"}, answer("n\n"));
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.out, HasSubstr("nothing was deleted"));
    asked = false;
    const Result agreed = run_on_terminal({"vm", "delete", "a"}, answer("y\n"));
    EXPECT_EQ(agreed.code, 0) << agreed.out;
    EXPECT_TRUE(daemon->saw("DELETE /v1/vms/a?force=1")); // it runs, and the question said so
    EXPECT_EQ(run_on_terminal({"vm", "delete", "--yes", "a"}).code, 0);
}

TEST_F(Changes, WhatWentOnWithAWarningIsTold) {
    auto done =
        nlohmann::json::parse(operation_json("1", "restart", "a", "succeeded", {"boot"}, ""));
    done["warnings"] = {"plugin nat, before_start of VM a: no nft (goes on: on_error is warn)"};
    daemon->on("POST /v1/vms/a/restart", done.dump(), 202);
    daemon->on("GET /v1/operations/1/events", done.dump() + "\n");
    const Result result = run({"vm", "restart", "a"});
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.out, StartsWith("a restarted"));
    EXPECT_THAT(result.err, HasSubstr("warning: plugin nat, before_start of VM a: no nft (goes on: "
                                      "on_error is warn)\n"));
}

TEST_F(Changes, WhatATrimGaveBackIsTold) {
    auto done = nlohmann::json::parse(operation_json("1", "trim", "a", "succeeded", {"disk"}, ""));
    done["result"] = {{"freed_bytes", 3U << 29U}};
    daemon->on("POST /v1/vms/a/trim", done.dump(), 202);
    daemon->on("GET /v1/operations/1/events", done.dump() + "\n");
    const Result result = run({"vm", "trim", "a"});
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.out, StartsWith("a trimmed ("));
    EXPECT_THAT(result.out, HasSubstr(", 1.5G went back to this machine\n"));
}

TEST_F(Changes, WhoEndedTheDaemonIsToldByTheNext) {
    daemon->on("POST /v1/vms/a/start", operation_json("5", "start", "a", "running", {}, "network"),
               202);
    const std::string closed = operation_json(
        "5", "start", "a", "failed", {"network"}, "",
        R"({"kind":"unavailable","message":"plugin bad ended bangerd (SIGSEGV) in before_start of )"
        R"(VM a; 1 of 3 before quarantine","hint":"see banger doctor","console":["undone"]})");
    daemon->on("GET /v1/operations/5/events", [this, closed](const FakeDaemon::Request&) {
        daemon->on("GET /v1/operations/5/events", closed + "\n");
        return FakeDaemon::Reply{0, "", {}, {}}; // it dies
    });
    daemon->on("GET /v1/operations/5", closed);
    const Result result = run({"vm", "start", "a"});
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.err, HasSubstr("error: plugin bad ended bangerd (SIGSEGV) in before_start "
                                      "of VM a; 1 of 3 before quarantine\n  | undone\nhint: see "
                                      "banger doctor\n"));
}

TEST_F(Changes, WhatADeleteGaveUpIsTold) {
    auto gone = nlohmann::json::parse(
        operation_json("1", "delete", "a", "succeeded", {"disks", "release"}, ""));
    gone["result"] = {{"deleted", "a"},
                      {"warnings",
                       {"given up: plugin nat, undo of after_start of VM a: busy; it "
                        "still holds: rule a"}}};
    daemon->on("DELETE /v1/vms/a", gone.dump(), 202);
    daemon->on("GET /v1/operations/1/events", gone.dump() + "\n");
    const Result result = run({"vm", "delete", "--force", "a"});
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.out, StartsWith("a deleted"));
    EXPECT_THAT(result.err, HasSubstr("warning: given up: plugin nat, undo of after_start of VM a: "
                                      "busy; it still holds: rule a\n"));
}

} // namespace
} // namespace banger::test
