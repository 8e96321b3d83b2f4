#include "cli/ssh_command.hpp"

#include "os/child.hpp"
#include "os/run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace banger::cli {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Words = std::vector<std::string>;

SshTarget target() {
    return {"172.30.88.2",          22,           "root",       "/d/id_ed25519",
            "/d/vms/x/known_hosts", "testbox.vm", "/r/ssh.sock"};
}

Words tail_of(const Words& argv, std::size_t count) {
    return {argv.end() - static_cast<std::ptrdiff_t>(count), argv.end()};
}

TEST(ShellQuoting, SurvivesARealShell) {
    const Words words{"printf",     "%s\\n", "plain",       "two words", "it's", "",
                      "$HOME `id`", "a\"b",  "new\nline",   "*?[a]",     "~",    "-n",
                      "#no",        "a;b",   "back\\slash", "ünï"};
    const os::Output output = os::run({"sh", "-c", shell_quoted(words)});
    std::string expected;
    for (std::size_t i = 2; i < words.size(); ++i) {
        expected += words[i] + "\n";
    }
    EXPECT_EQ(output.out, expected);
}

TEST(ShellQuoting, LeavesSafeWordsReadable) {
    EXPECT_EQ(shell_quoted({"ls", "-l", "/etc/hosts"}), "ls -l /etc/hosts");
    EXPECT_EQ(shell_quoted({"A=B", "C=D", "if"}), "'A=B' C=D if"); // a command, not an assignment
    EXPECT_EQ(shell_quoted(std::vector<std::string>{"if"}), "'if'");
    EXPECT_EQ(shell_quoted(std::string_view("it's")), "'it'\\''s'");
}

TEST(SshArgv, TrustsTheVmsOwnKeyOnlyAndNoUserConfiguration) {
    const Words argv = ssh_argv(target(), {});
    EXPECT_EQ(argv[0], "ssh");
    EXPECT_EQ(argv[1], "-F");
    EXPECT_EQ(argv[2], "none");
    for (const char* option :
         {"HostName=172.30.88.2", "Port=22", "User=root", "IdentityFile=/d/id_ed25519",
          "IdentitiesOnly=yes", "UserKnownHostsFile=/d/vms/x/known_hosts",
          "HostKeyAlias=testbox.vm", "StrictHostKeyChecking=yes", "ControlPath=/r/ssh.sock"}) {
        EXPECT_THAT(argv, Contains(option));
    }
    EXPECT_EQ(argv.back(), "testbox.vm");
}

TEST(SshArgv, IsAcceptedByTheRealSsh) {
    if (!os::find_program("ssh")) {
        GTEST_SKIP() << "ssh is not installed";
    }
    SshTarget odd = target();
    odd.key = "/d/100% mine/key";
    Words argv = ssh_argv(odd, {});
    argv.insert(argv.begin() + 1, "-G"); // print the configuration, connect to nobody
    const os::Output output = os::run(argv);
    EXPECT_TRUE(output.status.ok()) << output.err;
    EXPECT_THAT(output.out, HasSubstr("hostname 172.30.88.2\n"));
    EXPECT_THAT(output.out, HasSubstr("hostkeyalias testbox.vm\n"));
    EXPECT_THAT(output.out, HasSubstr("identitiesonly yes\n"));
}

TEST(SshArgv, SharesNoConnectionWithoutAPath) {
    SshTarget plain = target();
    plain.control_path.clear();
    EXPECT_THAT(ssh_argv(plain, {}), Not(Contains(HasSubstr("Control"))));
}

TEST(SshArgv, GivesTheUsersWordsOnAsTheyAre) {
    EXPECT_THAT(tail_of(ssh_argv(target(), {"-L", "8080:localhost:80"}), 3),
                ElementsAre("testbox.vm", "-L", "8080:localhost:80"));
    EXPECT_THAT(tail_of(ssh_argv(target(), {"--", "sh", "-c", "exit 9"}), 3),
                ElementsAre("testbox.vm", "--", "sh -c 'exit 9'"));
}

TEST(ExecArgv, IsOneQuotedCommandAfterDashes) {
    EXPECT_THAT(tail_of(exec_argv(target(), false, {"sh", "-c", "echo hi > /root/f"}), 4),
                ElementsAre("testbox.vm", "-T", "--",
                            R"(exec sh -c 'trap : INT QUIT; "$@"; exit $?' )"
                            "sh sh -c 'echo hi > /root/f'"));
    EXPECT_THAT(exec_argv(target(), true, {"top"}), Contains("-tt"));
}

TEST(Interactive, IsASessionWithoutACommand) {
    EXPECT_TRUE(is_interactive({}));
    EXPECT_TRUE(is_interactive({"-L", "1:b:2", "-A"}));
    EXPECT_TRUE(is_interactive({"-L1:b:2"}));
    EXPECT_TRUE(is_interactive({"-Ap", "22"}));
    EXPECT_FALSE(is_interactive({"uname", "-a"}));
    EXPECT_FALSE(is_interactive({"-L", "1:b:2", "-N"}));
    EXPECT_FALSE(is_interactive({"-A", "ls"}));
    EXPECT_FALSE(is_interactive({"--", "ls"}));
}

TEST(CopyEnds, KnowVmsFromPaths) {
    const auto end = [](const char* text) {
        const CopyEnd found = copy_end_of(text);
        return found.vm + "|" + found.path;
    };
    EXPECT_EQ(end("a:/etc"), "a|/etc");
    EXPECT_EQ(end("a:"), "a|");
    EXPECT_EQ(end("file"), "|file");
    EXPECT_EQ(end("./a:b"), "|./a:b");
    EXPECT_EQ(end("/x/a:b"), "|/x/a:b");
    EXPECT_EQ(end(":x"), "|:x");
}

TEST(ScpArgv, CopiesFoldersAndKeepsLocalNamesLocal) {
    EXPECT_THAT(tail_of(scp_argv(target(), {{"", "-odd"}, {"a", "/tmp/"}}), 4),
                ElementsAre("-r", "--", "./-odd", "a:/tmp/"));
}

TEST(ScpArgv, BetweenVmsGoesThroughHere) {
    EXPECT_THAT(scp_argv("/t/config", {{"a", "/f"}, {"b", "/g"}}),
                ElementsAre("scp", "-F", "/t/config", "-3", "-r", "--", "a:/f", "b:/g"));
    const std::string config = ssh_config_text({{"a", target()}, {"b", target()}});
    EXPECT_THAT(config, HasSubstr("Host a\n  HostName 172.30.88.2\n"));
    EXPECT_THAT(config, HasSubstr("Host b\n"));
}

} // namespace
} // namespace banger::cli
