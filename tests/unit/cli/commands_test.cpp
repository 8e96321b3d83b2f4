#include "program.hpp"

#include "os/exec_frames.hpp"
#include "os/run.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include <unistd.h>

namespace banger::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using Commands = ProgramTest;
using os::exec_frame;
using os::ExecFrame;

TEST_F(Commands, HelpNeedsNoDaemon) {
    const Result top = run({"--help"});
    EXPECT_EQ(top.code, 0);
    EXPECT_THAT(top.out, HasSubstr("Exit status: 0 done, 1 failed, 2 wrong usage"));
    for (const char* noun : {"vm", "image", "op", "plugin", "daemon", "config"}) {
        EXPECT_EQ(run({noun, "--help"}).code, 0) << noun;
        EXPECT_EQ(run({noun}).code, 2) << noun;
    }
    EXPECT_THAT(run({"help", "vm", "create"}).out, HasSubstr("Usage: banger vm create"));
    EXPECT_THAT(run({"image", "--help"}).out, HasSubstr("they are listed while bangerd runs"));
}

TEST_F(Commands, WrongUsageIsExplained) {
    const auto fails = [&](const std::vector<std::string>& words, const char* text) {
        const Result result = run(words);
        EXPECT_EQ(result.code, 2) << text;
        EXPECT_THAT(result.err, HasSubstr(text));
    };
    fails({"vn", "ls"}, "no command 'vn'; did you mean 'vm'?");
    fails({"create"}, "did you mean 'banger vm create'?");
    fails({"vm", "crate"}, "no command 'vm crate'; did you mean 'vm create'?");
    fails({"shell", "a"}, "did you mean 'banger vm ssh'?");
    fails({"vm", "shell", "a"}, "did you mean 'vm ssh'?");
    fails({"vm", "stop", "--frce", "a"}, "unknown option --frce; did you mean '--force'?");
    fails({"vm", "stop", "--bogus", "a"}, "unknown option --bogus\n");
    fails({"vm", "show"}, "banger vm show: NAME is required");
    fails({"op", "show", "1", "2"}, "'2' is one argument too many");
    start_daemon();
    daemon->on("GET /v1/plugins", R"({"plugins":[]})"); // one of theirs may be called so
    fails({"vm", "bogus"}, "no command 'vm bogus'\n");
    fails({"vm", "create", "--memory", "0"}, "--memory: size '0' is out of range\nhint: write it");
    fails({"vm", "create", "--memory", "lots"}, "--memory: 'lots' is not a size");
    fails({"vm", "create", "--timeout", "never"}, "--timeout: 'never' is not a time");
    fails({"vm", "create", "--vcpu", "two"}, "--vcpu: 'two' is not a whole number");
    fails({"vm", "create", "--vcpu"}, "error: --vcpu needs a value\n");
    fails({"vm", "create", "--vmm", "qmeu"},
          "--vmm: 'qmeu' is not auto, firecracker or qemu; did you mean 'qemu'?");
    fails({"vm", "logs", "a", "-n", "0"}, "'0' is not a whole number from 1 to 10000");
    fails({"vm", "create", "a", "--name", "b"}, "does not go together with");
    fails({"vm", "create", "--name", "a", "--cpu", "2"}, // "2" is no name beside --name
          "unknown option --cpu; did you mean '--vcpu'?");
    fails({"vm", "exec", "a"}, "no command given");
    fails({"vm", "cp", "a", "b"}, "neither end is in a VM");
    fails({"vm", "set", "a"}, "nothing to set");
    fails({"completion", "tcsh"}, "no completion for 'tcsh'");
}

TEST_F(Commands, AnOptionOfAPluginThatDoesNotRunIsExplained) {
    start_daemon();
    daemon->on("GET /v1/plugins", R"({"plugins":[{"id":"dns","state":"active"},
        {"id":"nat","state":"failed"},{"id":"web","state":"disabled"}]})");
    const std::string off = run({"vm", "set", "a", "--no-nat"}).err;
    EXPECT_THAT(off, HasSubstr("unknown option --no-nat; options of plugins that do not run are "
                               "not known (nat is failed, web is disabled)\n"));
    EXPECT_THAT(off, HasSubstr("hint: banger plugin show nat says why it does not run\n"));
    EXPECT_THAT(run({"vm", "set", "a", "--vcp", "2"}).err,
                HasSubstr("unknown option --vcp; did you mean '--vcpu'?; options of plugins that "
                          "do not run are not known (nat is failed)\n"));
    EXPECT_THAT(run({"vm", "stop", "a", "--no-nat"}).err, HasSubstr("option --no-nat\n"));
}

TEST_F(Commands, AnOptionOfAPluginThatIsOffIsToldWithTheWayToHaveIt) {
    start_daemon();
    daemon->on("GET /v1/plugins", R"({"plugins":[{"id":"nat","state":"disabled"}]})");
    EXPECT_THAT(run({"vm", "set", "a", "--nat"}).err,
                HasSubstr("hint: if it is nat's: set plugins.entries.nat.enabled: true in " +
                          paths.config_file().string() + ", then: banger daemon restart\n"));
}

TEST_F(Commands, AnOptionThatIsKnownToBeAPluginsNamesThatOneAlone) {
    start_daemon();
    daemon->on("GET /v1/plugins",
               R"({"plugins":[{"id":"nat","state":"disabled","flags":["--publish",
        "--nat"],"reason":"switched off in config.yaml"},{"id":"web","state":"disabled"},
        {"id":"dns","state":"failed","flags":[]}]})");
    const Result result = run({"vm", "create", "--publish", "80"});
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.err, testing::StartsWith("error: no option --publish now: plugin nat is "
                                                "off: switched off in config.yaml\n"
                                                "hint: plugins.entries.nat.enabled: true in "));
    EXPECT_THAT(run({"vm", "set", "a", "--no-nat"}).err, HasSubstr("--no-nat now: plugin nat is"));
    EXPECT_THAT(run({"vm", "set", "a", "--other"}).err,
                HasSubstr("plugins that do not run are not known (web is disabled)\n"));
}

TEST_F(Commands, HelpSaysWhereOptionsOfPluginsWillBe) {
    const std::string line = "listed here once bangerd has run: banger daemon start.\n";
    EXPECT_THAT(run({"vm", "create", "--help"}).out, HasSubstr(line));
    EXPECT_THAT(run({"vm", "set", "--help"}).out, HasSubstr(line));
    start_daemon();
    EXPECT_THAT(run({"vm", "create", "--help"}).out, Not(HasSubstr(line)));
}

TEST_F(Commands, NoDaemonIsExitStatus4) {
    const Result result = run({"daemon", "status"});
    EXPECT_EQ(result.code, 4);
    EXPECT_THAT(result.out, HasSubstr("not running"));
    EXPECT_EQ(run({"daemon", "stop"}).code, 0);
    EXPECT_EQ(run({"version"}).code, 0);
    EXPECT_EQ(run({"config", "path"}).out, paths.config_file().string() + "\n");
    EXPECT_EQ(run({"config", "check"}).code, 0);
}

TEST_F(Commands, ABadConfigurationIsFoundBeforeTheDaemonIsStopped) {
    std::ofstream(paths.config_file()) << "vm:\n  vcpsu: 2\n";
    const Result start = run({"daemon", "start"});
    EXPECT_EQ(start.code, 4);
    EXPECT_THAT(start.err, HasSubstr("its config.yaml has errors"));
    EXPECT_THAT(start.err, HasSubstr("config.yaml:2:3: vm.vcpsu"));
    EXPECT_THAT(start.err, HasSubstr("hint: correct that; banger config check says when"));
    start_daemon();
    const Result restart = run({"daemon", "restart"});
    EXPECT_EQ(restart.code, 1);
    EXPECT_THAT(restart.err, HasSubstr("error: bangerd was not stopped"));
    EXPECT_THAT(restart.err, HasSubstr("config.yaml:2:3: vm.vcpsu"));
    EXPECT_TRUE(daemon->requests().empty());
}

TEST_F(Commands, ConfigShowSaysThatTheFileIsNotWhatTheDaemonRead) {
    std::ofstream(paths.config_file()) << "vm:\n  vcpus: 2\n";
    const std::string read = run({"config", "show", "--json"}).out;
    start_daemon();
    daemon->on("GET /v1/config", read);
    std::ofstream(paths.config_file()) << "# a comment\nvm: {memory: 512M, vcpus: 2}\n";
    EXPECT_EQ(run({"config", "show"}).err, "") << "every value is as it was";
    std::ofstream(paths.config_file())
        << "vm:\n  vcpus: 3\nplugins:\n  entries: {nat: {enabled: false}}\n";
    Result result = run({"config", "show", "--json"});
    EXPECT_EQ(result.code, 0);
    EXPECT_EQ(result.out, read) << "what is in force";
    EXPECT_EQ(result.err, "warning: " + paths.config_file().string() +
                              " was changed since bangerd read it: plugins.entries.nat.enabled, "
                              "vm.vcpus\nhint: banger daemon restart reads it again; VMs run on\n");
    std::ofstream(paths.config_file()) << "vm:\n  vcpsu: 2\n";
    result = run({"config", "show"});
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.err, HasSubstr("config.yaml has errors now: bangerd goes on with what it "
                                      "read when it started\nhint: banger config check\n"));
}

TEST_F(Commands, LsIsATableOrTheArray) {
    start_daemon();
    vms({{"a", "running"}, {"b", "stopped"}});
    const Result table = run({"vm", "ls"});
    EXPECT_EQ(table.code, 0);
    EXPECT_THAT(table.out, HasSubstr("NAME  STATE    ADDRESS      IMAGE   VCPU  MEMORY  UP\n"
                                     "a     running  172.30.88.2  debian  1     512M    "));
    const Result json = run({"vm", "ls", "--json"});
    EXPECT_EQ(json.out.substr(0, 1), "[");
    EXPECT_THAT(json.out, HasSubstr(R"("state": "stopped")"));
    EXPECT_EQ(run({"vm", "ls", "-q"}).out, "a\nb\n");
}

TEST_F(Commands, LsKeepsToANarrowTerminal) {
    start_daemon();
    vms({{"a", "running"}});
    const Result narrow = run_on_terminal({"vm", "ls"}, {}, {"COLUMNS=40", "NO_COLOR=1"});
    EXPECT_EQ(narrow.out, "NAME  STATE    ADDRESS      IMAGE   VCPU\r\n"
                          "a     running  172.30.88.2  debian  1\r\n");
}

TEST_F(Commands, LsOfNothingSaysWhatToDo) {
    start_daemon();
    daemon->on("GET /v1/vms", R"({"vms":[]})");
    const Result result = run({"vm", "ls"});
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, HasSubstr("banger vm create"));
    EXPECT_EQ(run({"vm", "ls", "--json"}).out, "[]\n");
}

TEST_F(Commands, ShowIsForPeopleOrJson) {
    start_daemon();
    vms({{"a", "running"}});
    const Result people = run({"vm", "show", "a"});
    EXPECT_THAT(people.out, HasSubstr("size       1 vcpu, 512M memory\n"));
    EXPECT_THAT(people.out, HasSubstr("ready after 6.0 s\n"));
    EXPECT_EQ(run({"vm", "show", "a", "--json"}).out.substr(0, 1), "{");
    const Result timings = run({"vm", "show", "--timings", "a"});
    EXPECT_THAT(timings.out, HasSubstr("█"));
    EXPECT_THAT(timings.out, HasSubstr("total       5.0 s"));
}

TEST_F(Commands, VmsMayBeCalledAsCommandsAre) {
    start_daemon();
    vms({{"x", "running"}, {"show", "running"}, {"op", "stopped"}});
    const Result result = run({"vm", "show", "x", "show", "op", "--json"});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr(R"("name": "op")"));
}

TEST_F(Commands, UnknownNamesAreExitStatus3) {
    start_daemon();
    vms({{"testbox", "running"}});
    const Result result = run({"vm", "show", "tetsbox"});
    EXPECT_EQ(result.code, 3);
    EXPECT_EQ(result.err, "error: no VM named 'tetsbox'; did you mean 'testbox'?\n");
    EXPECT_THAT(run({"vm", "show", "database"}).err, HasSubstr("hint: banger vm ls lists them"));
}

TEST_F(Commands, WhatIsThereIsShownBeforeWhatIsNot) {
    start_daemon();
    vms({{"a", "running"}});
    const Result some = run({"vm", "show", "nosuch", "a"});
    EXPECT_EQ(some.code, 3);
    EXPECT_THAT(some.out, HasSubstr("name       a\n"));
    EXPECT_THAT(some.err, HasSubstr("error: no VM named 'nosuch'"));
    EXPECT_THAT(run({"vm", "show", "a", "nosuch", "--json"}).out, HasSubstr("[\n  {"));
    EXPECT_EQ(run({"vm", "show", "nosuch", "--json"}).out, "");
    EXPECT_THAT(run({"vm", "show", "a", "--host", "--timings"}).err,
                HasSubstr("does not go together with"));
    const Result deleted = run_on_terminal({"vm", "delete", "a", "nosuch"});
    EXPECT_EQ(deleted.code, 3);
    EXPECT_THAT(deleted.out, HasSubstr("nothing was deleted"));
    EXPECT_THAT(deleted.out, Not(HasSubstr("Delete a")));
}

TEST_F(Commands, TheBeginOfAnOperationIdWillDo) {
    start_daemon();
    daemon->on("GET /v1/operations", R"({"operations":[{"id":"op-12ab"},{"id":"op-12cd"}]})");
    daemon->on("GET /v1/operations/op-12ab",
               operation_json("op-12ab", "create", "a", "succeeded", {}, ""));
    EXPECT_THAT(run({"op", "show", "op-12a"}).out, HasSubstr("op-12ab"));
    EXPECT_THAT(run({"op", "show", "12a"}).out, HasSubstr("op-12ab"));
    const Result several = run({"op", "show", "12"});
    EXPECT_EQ(several.code, 2);
    EXPECT_THAT(several.err, HasSubstr("several operations begin with '12'"));
    EXPECT_EQ(run({"op", "show", "op-9"}).code, 3);
}

TEST_F(Commands, DisksGrowBySet) {
    start_daemon();
    daemon->on("GET /v1/vms/a", R"({"name":"a"})");
    daemon->on("PATCH /v1/vms/a", R"({"name":"a"})");
    EXPECT_EQ(run({"vm", "set", "a", "--disk", "20G", "--work-disk", "512"}).code, 0);
    EXPECT_TRUE(daemon->saw(R"(PATCH /v1/vms/a {"disk_mib":20480,"work_disk_mib":512})"))
        << daemon->requests().back();
    EXPECT_EQ(run({"vm", "set", "a", "--disk", "much"}).code, 2);
}

TEST_F(Commands, DaemonThatFailsIsToldFromOneThatIsMissing) {
    start_daemon();
    daemon->on("GET /v1/vms", problem("unavailable", "no kernel in the bundle", "run it"), 503);
    const Result result = run({"vm", "ls"});
    EXPECT_EQ(result.code, 1);
    EXPECT_EQ(result.err, "error: no kernel in the bundle\nhint: run it\n");
    daemon->on("GET /v1/vms", "<html>", 500);
    EXPECT_THAT(run({"vm", "ls"}).err, HasSubstr("status 500: <html>"));
    daemon->on("GET /v1/vms", "garbage");
    EXPECT_THAT(run({"vm", "ls"}).err, HasSubstr("did not send JSON"));
}

TEST_F(Commands, StartTellsOfPluginsThatTakeNoPart) {
    start_daemon();
    daemon->on("GET /v1/daemon", R"({"pid":42,"settled":true,"warnings":[]})");
    daemon->on("GET /v1/plugins", R"({"plugins":[
        {"id":"a","state":"active","reason":""},
        {"id":"b","state":"failed","reason":"the widget is missing","hint":"install the widget"},
        {"id":"c","state":"quarantined","reason":"it ended bangerd 3 times"},
        {"id":"d","state":"disabled","reason":"switched off"}]})");
    const Result result = run({"daemon", "start"});
    EXPECT_EQ(result.code, 0);
    EXPECT_EQ(result.err,
              "warning: plugin b is failed: the widget is missing; install the widget\n"
              "warning: plugin c is quarantined: it ended bangerd 3 times; see banger plugin show "
              "c\n");
}

TEST_F(Commands, DaemonStatusShowsWhatPluginsSay) {
    start_daemon();
    daemon->on("GET /v1/daemon", R"({"pid":1,"version":"1","plugins":{"web":"active"}})");
    daemon->on("GET /v1/daemon/lines",
               R"({"lines":[{"plugin":"web","name":"url","title":"web","value":"http://x"},
               {"plugin":"slow","name":"s","error":"no answer"}]})");
    const std::string shown = run({"daemon", "status"}).out;
    EXPECT_THAT(shown, HasSubstr("plugins  web active\nweb      http://x\nslow     no answer\n"));
    EXPECT_THAT(run({"daemon", "status", "--json"}).out, HasSubstr("\"value\": \"http://x\""));
}

TEST_F(Commands, PluginVerbsPrintTheirOutput) {
    start_daemon();
    daemon->on("GET /v1/plugins", R"({"plugins":[{"id":"tap-pool","state":"active"}]})");
    daemon->on("GET /v1/plugins/tap-pool",
               R"({"id":"tap-pool","state":"active","actions":[{"kind":"cli","name":"ls",
               "summary":"List taps","params_schema":{"properties":{"idle":{"type":"boolean"}}}}]})");
    daemon->on("POST /v1/plugins/tap-pool/actions/cli/ls",
               R"({"status":"ok","output":[{"kind":"text","text":"bgr0 idle"},
               {"kind":"json","json":[{"tap":"bgr1","vm":"a"},{"tap":"bgr2","idle":true}]},
               {"kind":"json","json":[{"tap":"bgr3"}]},
               {"kind":"json","json":{"tap":"bgr4"}},{"kind":"json","json":{"tap":"bgr5"}}]})");
    const Result result = run({"x", "tap-pool", "ls", "--idle"});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(result.out, "bgr0 idle\nTAP   VM  IDLE\nbgr1  a   -\nbgr2  -   true\nTAP\nbgr3\n"
                          "tap  bgr4\n\ntap  bgr5\n");
    EXPECT_TRUE(daemon->saw(R"(POST /v1/plugins/tap-pool/actions/cli/ls {"idle":true})"));
    EXPECT_THAT(run({"x", "tap-pool", "ls", "--json"}).out,
                testing::StartsWith("[\n  \"bgr0 idle"));
    EXPECT_THAT(run({"x"}).out, HasSubstr("banger x tap-pool ls  List taps"));
    EXPECT_THAT(run({"x", "tap-pool", "sl"}).err, HasSubstr("did you mean 'ls'?"));
    EXPECT_EQ(run({"x", "tap-pool", "ls", "--help"}).out,
              "List taps\n\nUsage: banger x tap-pool ls [OPTIONS]\n\nOptions:\n"
              "  -h, --help              Print this help\n  --idle, --no-idle\n"
              "  --json                  Print JSON\n\nBrought by the plugin tap-pool.\n");
    const std::string help = run({"x", "tap-pool", "--help"}).out;
    EXPECT_THAT(help, HasSubstr("Commands of tap-pool:\n  ls  List taps\n"));
    EXPECT_EQ(run({"x", "tap-pol", "--help"}).code, 3);
    EXPECT_THAT(run({"x", "--help"}).out, HasSubstr("banger x tap-pool ls\n"));
    EXPECT_EQ(run({"plugin", "show", "tap-pol"}).code, 3);
}

TEST_F(Commands, APluginVerbWithNothingToListSaysSo) {
    start_daemon();
    daemon->on("GET /v1/plugins/nat", R"({"id":"nat","state":"active","actions":[
               {"kind":"cli","name":"ports","summary":"Published ports"}]})");
    daemon->on("POST /v1/plugins/nat/actions/cli/ports",
               R"({"status":"ok","output":[{"kind":"json","json":[]}]})");
    const Result none = run({"x", "nat", "ports"});
    EXPECT_EQ(none.code, 0);
    EXPECT_EQ(none.out, "");
    EXPECT_EQ(none.err, "none (Published ports)\n");
    EXPECT_EQ(run({"x", "nat", "ports", "--json"}).out, "[]\n");
    EXPECT_THAT(run({"x", "nat", "ports", "a"}).err, HasSubstr("'a' is one argument too many"));
}

TEST_F(Commands, AResultThatCannotBeWrittenIsAFailure) {
    start_daemon();
    vms({{"a", "running"}});
    EXPECT_EQ(run({"vm", "ls"}).code, 0);
    const os::Output full = os::run(
        {"/bin/sh", "-c", "exec \"$0\" vm ls >/dev/full", BANGER_PROGRAM}, {.env = environment()});
    EXPECT_EQ(full.status.code, 1);
    EXPECT_THAT(full.err, HasSubstr("error: write the result: No space left on device"));
}

TEST_F(Commands, OptionsWithoutAndWithTooManyValuesAreTold) {
    start_daemon(); // vm create asks for the plugins' options: the real one would be started, and
                    // left
    EXPECT_THAT(run({"vm", "create", "--name=", "--json"}).err, HasSubstr("--name= has no value"));
    EXPECT_THAT(run({"vm", "wait", "a", "--timeout", "1s", "--timeout", "2s"}).err,
                HasSubstr("--timeout is given more than once"));
    EXPECT_THAT(run({"vm", "wait", "a", "--timeout", "99999999999999999999h"}).err,
                HasSubstr("is too long"));
    EXPECT_THAT(run({"vm", "wait", "a", "--timeout"}).err, HasSubstr("--timeout needs a value"));
}

TEST_F(Commands, AVmThatIsGoneIsDeleted) {
    start_daemon();
    vms({{"testbox", "running"}});
    const Result gone = run({"vm", "wait", "a", "--for", "deleted"});
    EXPECT_EQ(gone.code, 0);
    EXPECT_EQ(gone.out, "a is deleted\n");
    EXPECT_EQ(gone.err, "no VM named 'a' (already deleted, or never there)\n");
    EXPECT_THAT(run({"vm", "wait", "tetsbox", "--for", "deleted"}).err,
                HasSubstr("never there); did you mean 'testbox'?"));
    EXPECT_EQ(run({"vm", "wait", "a"}).code, 3);
}

TEST_F(Commands, LogsAreCleanedOnATerminalOnly) {
    start_daemon();
    vms({{"a", "running"}});
    daemon->on("GET /v1/vms/a/console", "boot\x1b[2Jed\n");
    EXPECT_EQ(run({"vm", "logs", "a"}).out, "boot\x1b[2Jed\n");
    EXPECT_EQ(run_on_terminal({"vm", "logs", "a"}).out, "booted\r\n");
    EXPECT_TRUE(daemon->saw("GET /v1/vms/a/console?tail=200"));
    EXPECT_EQ(run({"vm", "logs", "-f", "-n", "5", "a"}).code, 0);
    EXPECT_TRUE(daemon->saw("GET /v1/vms/a/console?tail=5&follow=1"));
}

TEST_F(Commands, ConsoleIsARawStreamUntilTheEscapeKey) {
    start_daemon();
    vms({{"a", "running"}});
    std::string received;
    daemon->on("GET /v1/vms/a/console-attach", [&](const FakeDaemon::Request&) {
        return FakeDaemon::Reply{101, "", {}, [&](int fd) {
                                     char byte = 0;
                                     EXPECT_EQ(::write(fd, "login: ", 7), 7);
                                     while (::read(fd, &byte, 1) == 1) {
                                         received += byte;
                                     }
                                 }};
    });
    bool typed = false;
    const Result result = run_on_terminal({"vm", "console", "a"}, [&](const std::string& seen) {
        const bool now = !typed && seen.find("login: ") != std::string::npos;
        typed = typed || now;
        return now ? "root\x03\r\x1d" : "";
    });
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.out, HasSubstr("left the console; a goes on"));
    daemon.reset(); // joins its sessions
    EXPECT_EQ(received, "root\x03\r");
}

TEST_F(Commands, ExecByTheAgentNeedsNoSsh) {
    start_daemon();
    vms({{"a", "running"}});
    std::string asked;
    daemon->on("POST /v1/vms/a/exec", [&](const FakeDaemon::Request& request) {
        asked = request.body;
        return FakeDaemon::Reply{
            101, "", {}, [](int fd) {
                const std::string said = exec_frame(ExecFrame::output, "to out\n") +
                                         exec_frame(ExecFrame::error, "to err\n") +
                                         exec_frame(ExecFrame::end, R"({"exit":7})");
                EXPECT_EQ(::write(fd, said.data(), said.size()), static_cast<ssize_t>(said.size()));
                char byte = 0;
                while (::read(fd, &byte, 1) == 1) {
                }
            }};
    });
    const Result result = run({"vm", "exec", "--agent", "a", "--", "uname", "-a"});
    EXPECT_EQ(result.code, 7);
    EXPECT_EQ(result.out, "to out\n");
    EXPECT_THAT(result.err, HasSubstr("to err\n"));
    EXPECT_THAT(asked, HasSubstr(R"("argv":["uname","-a"])"));
}

/// A guest that hangs, or wants to keep its user, says nothing.
TEST_F(Commands, AProgramThatDoesNotEndIsLeft) {
    start_daemon();
    vms({{"a", "running"}});
    daemon->on("POST /v1/vms/a/exec", [](const FakeDaemon::Request&) {
        return FakeDaemon::Reply{
            101, "", {}, [](int fd) {
                const std::string said = exec_frame(ExecFrame::output, "ready\n");
                EXPECT_EQ(::write(fd, said.data(), said.size()), static_cast<ssize_t>(said.size()));
                char byte = 0;
                while (::read(fd, &byte, 1) == 1) {
                }
            }};
    });
    const os::Output left =
        os::run({"/bin/bash", "-c",
                 "\"$0\" vm exec --agent a -- x </dev/null >said & pid=$!\n"
                 "until grep -q ready said; do sleep 0.05; done\n"
                 "for i in 1 2 3; do kill -TERM $pid; sleep 0.3; done; wait $pid; echo $?",
                 BANGER_PROGRAM},
                {.timeout = std::chrono::seconds(20), .cwd = home.path(), .env = environment()});
    EXPECT_EQ(left.out, "143\n") << left.err;
}

TEST_F(Commands, AProgramThatCannotBeStartedByTheAgentIsNamed) {
    start_daemon();
    vms({{"a", "running"}});
    daemon->on("POST /v1/vms/a/exec", [&](const FakeDaemon::Request&) {
        return FakeDaemon::Reply{
            101, "", {}, [](int fd) {
                const std::string said =
                    exec_frame(ExecFrame::end, R"({"error":"no such program: \u001b[31mx"})");
                EXPECT_EQ(::write(fd, said.data(), said.size()), static_cast<ssize_t>(said.size()));
            }};
    });
    const Result result = run({"vm", "exec", "--agent", "a", "--", "x"});
    EXPECT_NE(result.code, 0);
    EXPECT_THAT(result.err, HasSubstr("no such program: "));
    EXPECT_EQ(result.err.find('\x1b'), std::string::npos) << "the guest decides what is in there";
}

TEST_F(Commands, WaitAsksTheDaemon) {
    start_daemon();
    vms({{"a", "running"}});
    daemon->on("GET /v1/vms/a/wait", vm_json("a", "running"));
    EXPECT_EQ(run({"vm", "wait", "a", "--timeout", "2m"}).out, "a is ready\n");
    EXPECT_TRUE(daemon->saw("GET /v1/vms/a/wait?state=ready&timeout_s=120"));
}

TEST_F(Commands, CompletionKnowsWordsOptionsAndNames) {
    const auto complete = [&](std::vector<std::string> words) {
        words.insert(words.begin(), "__complete");
        return run(words).out;
    };
    EXPECT_THAT(complete({"v"}), HasSubstr("vm\t"));
    EXPECT_THAT(complete({"vm", "st"}), HasSubstr("stop\t"));
    EXPECT_THAT(complete({"vm", "create", "--mem"}), HasSubstr("--memory\t"));
    EXPECT_EQ(complete({"vm", "create", "--vmm", "q"}), "qemu\t\n");
    EXPECT_EQ(complete({"vm", "create", "--vmm=q"}), "--vmm=qemu\t\n");
    EXPECT_EQ(complete({"vm", "create", "--vmm", "=", "q"}), "qemu\t\n");
    EXPECT_EQ(complete({"vm", "stop", ""}), ""); // no daemon runs, and none is started
    start_daemon();
    vms({{"a", "running"}, {"box", "stopped"}});
    EXPECT_EQ(complete({"vm", "stop", ""}), "a\trunning\nbox\tstopped\n");
    EXPECT_EQ(complete({"vm", "stop", "a", ""}), "box\tstopped\n");
    EXPECT_EQ(complete({"vm", "ssh", "b"}), "box\tstopped\n");
    EXPECT_EQ(complete({"vm", "cp", "b"}), "box:\tstopped\n");
    EXPECT_EQ(complete({"vm", "exec", "a", "--", "b"}), "");
}

TEST_F(Commands, CompletionKnowsWhatPluginsBring) {
    start_daemon();
    vms({{"a", "running"}});
    daemon->on("GET /v1/plugins", R"({"plugins":[{"id":"nat","state":"active"}]})");
    daemon->on("GET /v1/plugins/nat",
               R"({"id":"nat","state":"active","actions":[
               {"kind":"cli","name":"ports","summary":"Published ports","place":"vm ports",
                "params_schema":{"properties":{"vm":{"type":"string","description":"Of it"}}}},
               {"kind":"cli","name":"ls","summary":"List"},{"kind":"doctor","name":"no"}]})");
    const auto complete = [&](std::vector<std::string> words) {
        words.insert(words.begin(), "__complete");
        return run(words).out;
    };
    EXPECT_EQ(complete({"x", ""}), "nat\tactive\n");
    EXPECT_EQ(complete({"x", "n"}), "nat\tactive\n");
    EXPECT_EQ(complete({"x", "nat", ""}), "ports\tPublished ports\nls\tList\n");
    EXPECT_EQ(complete({"x", "nat", "ports", "--v"}), "--vm\tOf it\n");
    EXPECT_EQ(complete({"x", "nat", "ports", ""}), "a\trunning\n");
    EXPECT_EQ(complete({"x", "nat", "ls", ""}), "");
    EXPECT_EQ(complete({"vm", "ports", "--v"}), "--vm\tOf it\n");
    EXPECT_THAT(complete({"vm", "ports", "--"}), HasSubstr("--json\t"));
    EXPECT_EQ(complete({"vm", "ports", "--vm", ""}), "a\trunning\n");
    EXPECT_EQ(complete({"help", "vm", "por"}), "ports\tPublished ports\n");
}

TEST_F(Commands, BashCompletesNamesAndOptions) {
    start_daemon();
    vms({{"a", "running"}, {"box", "stopped"}, {"bush", "stopped"}});
    const auto bash = [&](const std::string& words, int at) {
        const std::string line = "source <(" BANGER_PROGRAM " completion bash)\n"
                                 "banger() { " BANGER_PROGRAM " \"$@\"; }\n"
                                 "COMP_WORDS=(" +
                                 words + ") COMP_CWORD=" + std::to_string(at) +
                                 "; _banger\nprintf '%s ' \"${COMPREPLY[@]}\"";
        const os::Output output = os::run({"bash", "-c", line}, {.env = environment()});
        EXPECT_EQ(output.err, "");
        return output.out;
    };
    EXPECT_EQ(bash("banger vm stop b", 3), "box bush ");
    EXPECT_EQ(bash("banger vm stop box ''", 4), "a bush ");
    EXPECT_EQ(bash("banger vm create --me", 3), "--memory ");
    EXPECT_EQ(bash("banger vm cp bo", 3), "box: ");
    EXPECT_EQ(bash("banger v", 1), "vm version ");
}

TEST_F(Commands, CompletionScriptsAreValid) {
    for (const char* shell : {"bash", "zsh", "fish"}) {
        const Result script = run({"completion", shell});
        EXPECT_EQ(script.code, 0);
        if (os::find_program(shell)) {
            EXPECT_TRUE(os::run({shell, "-n"}, {.input = script.out}).status.ok()) << shell;
        }
    }
}

} // namespace
} // namespace banger::test
