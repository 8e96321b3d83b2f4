#include "vm/ssh_config.hpp"

#include "os/file.hpp"
#include "os/run.hpp"
#include "os/ssh_include.hpp"
#include "os/temporary_dir.hpp"
#include "vm/capabilities.hpp"
#include "vm/machine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace banger::vm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// What the real ssh makes of the text, for one name.
struct SshConfigText : testing::Test {
    os::TemporaryDir dir;
    const SshClient client{"/d/100% mine/key", "/opt/it's/banger", "vm"};
    SshHost web{"web", {"web.vm", "api.vm"}, "10.0.0.2", "banger-1", "/d/1/known_hosts", true};
    SshHost db{"db", {"db.vm", "x.web.vm"}, "10.0.0.3", "banger-2", "/d/2/known_hosts", false};

    /// As the files stand, below it a configuration of the user's own.
    [[nodiscard]] std::string seen_as(const std::string& name) const {
        const auto config = dir.path() / "config";
        const auto running = dir.path() / "running now";
        os::write_file_atomic(running, ssh_running_text({web, db}));
        os::write_file_atomic(config, ssh_config_text({web, db}, client, running) +
                                          "Host mine.vm\n  HostName 192.0.2.7\n  User joe\n"
                                          "Host *\n  User nobody\n  ForwardAgent yes\n"
                                          "  ProxyCommand bastion\n  StrictHostKeyChecking ask\n");
        const os::Output told = os::run({"ssh", "-G", "-F", config.string(), name});
        EXPECT_TRUE(told.status.ok()) << told.err;
        return told.out;
    }
};

TEST_F(SshConfigText, ARunningVmIsReachedDirectlyWithItsOwnHostKey) {
    for (const char* name : {"web.vm", "api.vm"}) {
        const std::string seen = seen_as(name);
        for (const char* value :
             {"hostname 10.0.0.2\n", "port 22\n", "user root\n", "hostkeyalias banger-1\n",
              "userknownhostsfile /d/1/known_hosts\n", "globalknownhostsfile /dev/null\n",
              "stricthostkeychecking true\n", "identitiesonly yes\n", "forwardagent yes\n",
              "checkhostip no\n", "updatehostkeys false\n"}) {
            EXPECT_THAT(seen, HasSubstr(value)) << name;
        }
        EXPECT_THAT(seen, Not(HasSubstr("proxycommand"))) << name;
    }
}

TEST_F(SshConfigText, BangerConnectsToTheRest) {
    EXPECT_THAT(seen_as("db.vm"),
                HasSubstr(R"(proxycommand '/opt/it'\''s/banger' __ssh-proxy db %h %p)"));
    const std::string below = seen_as("a.b.web.vm");
    EXPECT_THAT(below, HasSubstr("hostname 10.0.0.2\n"));
    EXPECT_THAT(below, HasSubstr("hostkeyalias banger-1\n"));
    EXPECT_THAT(below, HasSubstr("__ssh-proxy web %h %p"));
}

TEST_F(SshConfigText, ANameBelowAnotherVmsIsItsOwners) {
    EXPECT_THAT(seen_as("x.web.vm"), HasSubstr("hostkeyalias banger-2\n"));
    EXPECT_THAT(seen_as("y.x.web.vm"), HasSubstr("hostkeyalias banger-2\n"));
    EXPECT_THAT(seen_as("y.web.vm"), HasSubstr("hostkeyalias banger-1\n"));
}

TEST_F(SshConfigText, OtherHostsAreTheUsers) {
    const std::string outside = seen_as("example.org");
    EXPECT_THAT(outside, HasSubstr("proxycommand bastion\n"));
    EXPECT_THAT(outside, HasSubstr("user nobody\n"));
    EXPECT_THAT(outside, HasSubstr("stricthostkeychecking ask\n"));
    const std::string mine = seen_as("mine.vm");
    EXPECT_THAT(mine, HasSubstr("hostname 192.0.2.7\n"));
    EXPECT_THAT(mine, HasSubstr("user joe\n"));
    EXPECT_THAT(mine, HasSubstr("stricthostkeychecking ask\n"));
    EXPECT_THAT(mine, HasSubstr("__ssh-proxy --other '%n' %h %p"));
}

TEST_F(SshConfigText, BlocksOfOneVmNeedNoOtherFile) {
    const std::string text = ssh_config_text({db}, client);
    EXPECT_THAT(text, Not(HasSubstr("Include")));
    EXPECT_THAT(text, Not(HasSubstr("Host *.vm\n")));
    EXPECT_THAT(text, HasSubstr("Host db.vm x.web.vm\n"));
    EXPECT_THAT(text, HasSubstr("Host *.x.web.vm\n"));
    EXPECT_EQ(ssh_running_text({db}), "");
}

TEST(SshInclude, MeansOneFileWhateverIsInItsName) {
    EXPECT_EQ(os::ssh_include("/d/ssh_config"), "Include /d/ssh_config");
    EXPECT_EQ(os::ssh_include("/my d/a*b"), "Include \"/my d/a?b\"");
    EXPECT_EQ(os::ssh_include("/[x]%h"), "Include /?x??h");
}

TEST(SshHosts, HaveTheNamesThatOptionsDeclare) {
    boost::asio::io_context loop;
    const auto machine = [&](const std::string& name, const std::string& options) {
        auto made = std::make_shared<Machine>(loop);
        made->row.id = "id-" + name;
        made->row.name = name;
        made->row.ip = "10.0.0.2";
        made->row.options = options;
        return made;
    };
    const std::vector<std::shared_ptr<Machine>> machines{
        machine("db", R"({"p":{"n":["web","Old.db","no good","*","-x"],"other":["z"]}})"),
        machine("off", R"({"gone":{"n":["y"]}})"), machine("web", R"({"p":{"n":["old.db","w"]}})"),
        machine("none", "")};
    OptionSpec declared;
    declared.plugin = "p";
    declared.name = "n";
    declared.names = true;
    OptionSpec other = declared;
    other.name = "other";
    other.names = false;
    const std::vector<SshHost> hosts = ssh_hosts(machines, {}, {declared, other});
    ASSERT_EQ(hosts.size(), 4U);
    EXPECT_THAT(hosts[0].names, ElementsAre("db.vm", "old.db.vm")); // "web" is a VM's
    EXPECT_THAT(hosts[1].names, ElementsAre("off.vm"));
    EXPECT_THAT(hosts[2].names, ElementsAre("web.vm", "w.vm")); // the first has the other one
    EXPECT_THAT(hosts[3].names, ElementsAre("none.vm"));
    machines[1]->row.ip.clear();
    const std::vector<SshHost> reachable = ssh_hosts(machines, {}, {});
    ASSERT_EQ(reachable.size(), 3U);
    EXPECT_THAT(reachable[1].names, ElementsAre("web.vm"));
}

} // namespace
} // namespace banger::vm
