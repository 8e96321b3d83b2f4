#include "program.hpp"

#include "cli/foreground.hpp"
#include "os/file.hpp"
#include "os/run.hpp"

#include <gmock/gmock.h>

#include <sys/socket.h>

namespace banger::test {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// ssh and scp are scripts that tell how they were called.
class Remote : public ProgramTest {
  protected:
    Remote() {
        start_daemon();
        vms({{"a", "running"}, {"b", "running"}});
        for (const std::string name : {"a", "b"}) {
            daemon->on("GET /v1/vms/" + name + "/ssh",
                       R"({"host":"172.30.88.2","port":22,"user":"root","key":"/k",)"
                       R"("known_hosts":"/h","host_key_alias":")" +
                           name + R"(.vm","control_path":""})");
        }
        std::filesystem::create_directories(home.path() / "bin");
        script("ssh", "for w; do printf '<%s>' \"$w\"; done; echo; exit ${RC:-7}");
        script("scp", "for w; do printf '<%s>' \"$w\"; done; echo; [ $2 = none ] || cat \"$2\"");
    }
    void script(const std::string& name, const std::string& text) const {
        os::write_file_atomic(home.path() / "bin" / name, "#!/bin/sh\n" + text + "\n", 0700);
    }
};

TEST_F(Remote, ExecQuotesAndPassesTheStatusThrough) {
    const Result result = run({"vm", "exec", "a", "--", "sh", "-c", "echo hi > /root/f; sync"});
    EXPECT_EQ(result.code, 7);
    EXPECT_THAT(result.out, HasSubstr("<a.vm><-T><--><exec sh -c 'trap"));
    EXPECT_THAT(result.out, EndsWith(" sh sh -c 'echo hi > /root/f; sync'>\n"));
    EXPECT_THAT(result.out, HasSubstr("<-o><UserKnownHostsFile=/h>"));
}

TEST_F(Remote, ExecTakesOptionsBehindTheName) {
    const Result result = run({"vm", "exec", "a", "-u", "joe", "--", "id", "-u"});
    EXPECT_THAT(result.out, HasSubstr("<-o><User=joe>"));
    EXPECT_THAT(result.out, EndsWith(" sh id -u>\n"));
}

/// ssh as it is to us: its last word is for a shell, which leads the terminal's session.
TEST_F(Remote, ExecTellsASignalFromABrokenConnection) {
    script("ssh", R"(for last; do :; done; sh -c "$last")");
    EXPECT_EQ(run({"vm", "exec", "a", "--", "sh", "-c", "exit 9"}).code, 9);
    EXPECT_EQ(run({"vm", "exec", "a", "--", "sh", "-c", "kill -KILL $$"}).code, 137);
    EXPECT_EQ(run({"vm", "exec", "a", "--", "A=B"}).code, 127); // a word, not an assignment
    const auto interrupt = [sent = false](const std::string& seen) mutable {
        const bool now = !sent && seen.find("ready") != std::string::npos;
        sent = sent || now;
        return std::string(now ? "\x03" : "");
    };
    script("ssh", R"(for last; do :; done; eval "$last")");
    const std::vector<std::string> sleeps{
        "vm", "exec", "a", "--", "sh", "-c", "echo ready; exec sleep 20"};
    EXPECT_EQ(run_on_terminal(sleeps, interrupt).code, 130);
    script("ssh", "exit 255");
    EXPECT_EQ(run({"vm", "exec", "a", "--", "x"}).code, 255);
    script("ssh", "trap 'exit 255' INT; echo ready; sleep 20 & wait"); // what ssh does without -t
    EXPECT_EQ(run_on_terminal({"vm", "exec", "a", "-T", "--", "x"}, interrupt).code, 130);
}

TEST_F(Remote, ExecSaysThatItsConnectionBrokeOff) {
    script("ssh", "exit 255");
    // Where nobody listens.
    daemon->on("GET /v1/vms/a/ssh",
               R"({"host":"127.0.0.1","port":1,"user":"root","key":"/k","known_hosts":"/h",)"
               R"("host_key_alias":"a.vm","control_path":""})");
    daemon->on("POST /v1/vms/a/exec",
               problem("unavailable", "the guest of VM a cannot be asked", "x"), 503);
    const std::string note = "note: the connection to VM a broke off; ";
    const std::vector<std::string> words{"vm", "exec", "a", "--", "poweroff"};
    daemon->on("GET /v1/vms/a", R"({"name":"a","state":"stopping"})");
    const Result stops = run(words);
    EXPECT_EQ(stops.code, 255);
    EXPECT_THAT(stops.err, HasSubstr(note + "it is stopping\n"));
    EXPECT_THAT(run_on_terminal(words).out, HasSubstr("it is stopping"));
    daemon->on("GET /v1/vms/a", R"({"name":"a","state":"running"})");
    EXPECT_THAT(run(words).err, HasSubstr(note + "the guest may be going down\n"));
}

/// The agent says how the program ended, in the last frame.
TEST_F(Remote, ExecByTheAgentEndsAsAShellDoes) {
    const auto ends = [&](const std::string& payload) {
        daemon->on("POST /v1/vms/a/exec", [payload](const FakeDaemon::Request&) {
            FakeDaemon::Reply reply;
            reply.upgrade = [payload](int fd) {
                const std::string frame = std::string("\x03\0\0\0", 4) +
                                          static_cast<char>(payload.size()) + std::string(3, '\0') +
                                          payload;
                EXPECT_EQ(::send(fd, frame.data(), frame.size(), 0),
                          static_cast<ssize_t>(frame.size()));
            };
            return reply;
        });
        return run({"vm", "exec", "--agent", "a", "--", "x"});
    };
    EXPECT_EQ(ends(R"({"exit":9})").code, 9);
    EXPECT_EQ(ends(R"({"signal":15})").code, 143);
    const Result none = ends(R"({"error":"no such program: x"})");
    EXPECT_EQ(none.code, 127);
    EXPECT_EQ(none.err, "error: no such program: x\n");
    const Result other = ends(R"({"error":"x: Permission denied"})");
    EXPECT_EQ(other.code, 126);
    EXPECT_EQ(other.err, "error: x: Permission denied\n");
}

TEST_F(Remote, ExecByTheAgentThatCannotBeNamesTheOtherWay) {
    daemon->on(
        "POST /v1/vms/a/exec",
        problem("unavailable", "the guest of VM a cannot be asked: plugin vsock is off", "x"), 503);
    EXPECT_EQ(run({"vm", "exec", "--agent", "a", "--", "x"}).err,
              "error: the guest of VM a cannot be asked: plugin vsock is off\n"
              "hint: x; without --agent it goes by SSH\n");
}

TEST_F(Remote, ExecPassesItsInputOn) {
    script("ssh", "cat");
    EXPECT_EQ(run({"vm", "exec", "a", "--", "cat"}, "through").out, "through");
}

TEST_F(Remote, OutputThatIsLostIsAFailure) {
    const auto shell = [&](const std::string& line) {
        return os::run({"/bin/bash", "-c", line, BANGER_PROGRAM}, {.env = environment()});
    };
    script("ssh", "echo data; exit ${RC:-0}");
    for (const std::string verb : {"exec a -- x", "ssh a x", "ssh a -- x"}) {
        const os::Output full = shell("exec \"$0\" vm " + verb + " >/dev/full");
        EXPECT_EQ(full.status.code, 1) << verb;
        EXPECT_THAT(full.err, StartsWith("error: write the output: No space left on device\n"));
    }
    EXPECT_EQ(shell("RC=5 exec \"$0\" vm exec a -- x >/dev/full").status.code, 5);
}

TEST_F(Remote, AReaderThatGoesAwayEndsTheCommandQuietly) {
    script("ssh", "exec yes");
    const os::Output ended = os::run({"/bin/bash", "-c",
                                      "\"$0\" vm exec a -- yes | head -n 2; "
                                      "echo ${PIPESTATUS[0]}",
                                      BANGER_PROGRAM},
                                     {.env = environment()});
    EXPECT_EQ(ended.out, "y\ny\n141\n");
    EXPECT_EQ(ended.err, "");
}

TEST_F(Remote, ManyBytesPassAsTheyAre) {
    script("ssh", "exec cat");
    const std::string wanted = (home.path() / "bytes").string();
    const os::Output same = os::run({"/bin/bash", "-c",
                                     "head -c 3000000 /dev/urandom > \"$1\"\n"
                                     "\"$0\" vm exec a -- x < \"$1\" | cmp - \"$1\"",
                                     BANGER_PROGRAM, wanted},
                                    {.env = environment()});
    EXPECT_TRUE(same.status.ok()) << same.out << same.err;
}

TEST_F(Remote, OutputAndErrorsOfOneFileKeepTheirOrder) {
    script("ssh", "for i in $(seq 200); do echo out$i; echo err$i >&2; done");
    const std::string file = (home.path() / "both").string();
    const os::Output both =
        os::run({"/bin/bash", "-c",
                 "\"$0\" vm exec a -- x >\"$1\" 2>&1 </dev/null\n"
                 "cmp \"$1\" <(for i in $(seq 200); do echo out$i; echo err$i; done)",
                 BANGER_PROGRAM, file},
                {.env = environment()});
    EXPECT_TRUE(both.status.ok()) << both.out << both.err;
}

TEST_F(Remote, ExecTakesATerminalWhenBothEndsAreOne) {
    EXPECT_THAT(run_on_terminal({"vm", "exec", "a", "--", "top"}).out,
                HasSubstr("<-tt><--><exec sh"));
    EXPECT_THAT(run_on_terminal({"vm", "exec", "-T", "a", "--", "top"}).out,
                HasSubstr("<-T><--><exec sh"));
}

TEST_F(Remote, SshGetsTheUsersWords) {
    const Result result = run({"vm", "ssh", "a", "-L", "1:b:2", "uptime"});
    EXPECT_EQ(result.code, 7);
    EXPECT_THAT(result.out, EndsWith("<a.vm><-L><1:b:2><uptime>\n"));
}

TEST_F(Remote, SessionEndsWithAWordAboutTheVm) {
    const Result result = run_on_terminal({"vm", "ssh", "a"});
    EXPECT_EQ(result.code, 7);
    EXPECT_THAT(result.out, HasSubstr("a is still running; stop it with: banger vm stop a"));
    EXPECT_THAT(run_on_terminal({"vm", "ssh", "a", "uptime"}).out, Not(HasSubstr("still running")));
    vms({{"a", "stopped"}});
    EXPECT_THAT(run_on_terminal({"vm", "ssh", "a"}).out, HasSubstr("a is stopped"));
}

TEST_F(Remote, SessionThatCannotBeNamesOtherWays) {
    script("ssh", "exit 255");
    const Result result = run_on_terminal({"vm", "ssh", "a"});
    EXPECT_EQ(result.code, 255);
    EXPECT_THAT(result.out, HasSubstr("if a does not answer SSH: banger vm exec --agent a -- "
                                      "systemctl status ssh, or: banger vm console a"));
}

TEST_F(Remote, StoppedVmsAreToldByTheDaemon) {
    daemon->on("GET /v1/vms/a/ssh", problem("conflict", "a is stopped", "banger vm start a"), 409);
    const Result result = run({"vm", "ssh", "a"});
    EXPECT_EQ(result.code, 1);
    EXPECT_EQ(result.err, "error: a is stopped\nhint: banger vm start a\n");
    EXPECT_EQ(run({"vm", "exec", "c", "--", "true"}).code, 3);
}

TEST_F(Remote, CopyWithOneVm) {
    const std::string notes = (home.path() / "notes.txt").string();
    os::write_file_atomic(notes, "x");
    const Result result = run({"vm", "cp", notes, "a:"});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_THAT(result.out, EndsWith("<-r><--><" + notes + "><a:>\n"));
    EXPECT_THAT(result.out, HasSubstr("<-o><HostName=172.30.88.2>"));
}

TEST_F(Remote, LocalEndsOfACopyAreCheckedFirst) {
    const Result source = run({"vm", "cp", "/nosuch/notes.txt", "a:"});
    EXPECT_EQ(source.code, 3);
    EXPECT_EQ(source.err, "error: no file '/nosuch/notes.txt' on this machine\n"
                          "hint: write NAME:PATH for a path in a VM\n");
    const std::string link = (home.path() / "link").string();
    std::filesystem::create_symlink("gone", link);
    const Result dangling = run({"vm", "cp", link, "a:"});
    EXPECT_EQ(dangling.code, 3);
    EXPECT_EQ(dangling.err, "error: '" + link + "' is a symlink to 'gone', which is not there\n");
    const Result target = run({"vm", "cp", "a:/etc/hosts", "/nosuch/hosts"});
    EXPECT_EQ(target.code, 3);
    EXPECT_THAT(target.err, HasSubstr("no folder '/nosuch' on this machine to copy to"));
    EXPECT_EQ(run({"vm", "cp", "a:/etc/hosts", (home.path() / "new").string()}).code, 0);
    const std::string folder = (home.path() / "folder").string() + "/";
    EXPECT_EQ(run({"vm", "cp", "a:/etc", folder}).code, 0) << "a folder may become one";
    EXPECT_EQ(run({"vm", "cp", "a:/etc", "a:/root", folder}).code, 3);
}

TEST_F(Remote, ACopyWithoutItsColonIsRecognised) {
    EXPECT_THAT(run({"vm", "cp", "/etc/hosts", "a"}).err,
                HasSubstr("neither end is in a VM; did you mean 'a:'?"));
    EXPECT_EQ(run({"vm", "cp", "-r", "/etc/hosts", "a:"}).code, 0);
}

TEST_F(Remote, AMissingProgramIsLookedForInItsOwnPackage) {
    const auto hint_for = [](const std::string& name) {
        try {
            cli::become({name});
        } catch (const os::Error& error) {
            return error.hint();
        }
        return std::string("it runs");
    };
    EXPECT_EQ(hint_for("/nosuch/banger-copy"), "it is a part of banger: install banger again");
    EXPECT_EQ(hint_for("nosuch-ssh"), "sudo apt-get install openssh-client");
}

TEST_F(Remote, AnErrorDoesNotActOnTheTerminal) {
    daemon->on("GET /v1/vms/a/ssh",
               problem("internal", R"(it said \u001b[2Jx\r\nmore)", R"(do \u001b]0;y\u0007z)"),
               500);
    EXPECT_EQ(run({"vm", "cp", "/etc/hosts", "a:"}).err, "error: it said x\nmore\nhint: do z\n");
}

TEST_F(Remote, ARefusedUserIsHintedAt) {
    script("ssh", "exit 255");
    for (const std::string verb : {"ssh", "exec"}) {
        const Result refused = run({"vm", verb, "a", "-u", "joe", "--", "id"});
        EXPECT_EQ(refused.code, 255);
        EXPECT_THAT(refused.err, HasSubstr("hint: if the login was refused: has a a user joe"));
    }
}

TEST_F(Remote, CopyBetweenVms) {
    const Result result = run({"vm", "cp", "a:/etc/hosts", "b:/tmp/"});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("<-3><-r><--><a:/etc/hosts><b:/tmp/>"));
    EXPECT_THAT(result.out, HasSubstr("HostKeyAlias a.vm\n"));
    EXPECT_THAT(result.out, HasSubstr("HostKeyAlias b.vm\n"));
}

} // namespace
} // namespace banger::test
