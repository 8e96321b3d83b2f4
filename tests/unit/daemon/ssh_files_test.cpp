#include "daemon/ssh_files.hpp"

#include "os/file.hpp"
#include "os/temporary_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace banger::daemon {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

struct SshFilesTest : testing::Test {
    os::TemporaryDir dir;
    os::UserPaths paths{dir.path(), dir.path() / "data", dir.path(), dir.path() / "run"};
    vm::Events events;
    std::vector<vm::SshHost> hosts;
    std::vector<std::string> warnings;

    SshFilesTest() {
        fs::create_directories(paths.data);
        fs::create_directories(paths.runtime);
    }
    SshFiles files() {
        return {paths, events, [this](const std::string& text) { warnings.push_back(text); },
                [this] { return hosts; },
                [] {
                    return vm::SshClient{"/key", "/banger", "vm"};
                }};
    }
    void changed(const char* state) {
        events.publish("vm.state", {{"vm", "web"}, {"state", state}});
    }
    [[nodiscard]] std::string config() const { return os::read_file(paths.ssh_config()); }
};

TEST_F(SshFilesTest, FollowTheVms) {
    os::write_file_atomic(paths.ssh_running(), "of the last daemon");
    const SshFiles files = this->files();
    EXPECT_FALSE(fs::exists(paths.ssh_running()));
    EXPECT_THAT(config(), HasSubstr("Host *.vm\n"));
    hosts.push_back({"web", {"web.vm"}, "10.0.0.2", "banger-1", "/known", false});
    changed("creating");
    EXPECT_THAT(config(), HasSubstr("Host web.vm\n"));
    EXPECT_FALSE(fs::exists(paths.ssh_running()));
    hosts.front().running = true;
    changed("running");
    EXPECT_EQ(os::read_file(paths.ssh_running()), "Host web.vm\n  ProxyCommand none\n");
    hosts.front().names.emplace_back("api.vm");
    events.publish("operation", {{"kind", "set"}, {"state", "running"}});
    EXPECT_THAT(config(), Not(HasSubstr("api.vm")));
    events.publish("operation", {{"kind", "set"}, {"state", "succeeded"}});
    EXPECT_THAT(config(), HasSubstr("Host web.vm api.vm\n"));
    hosts.clear();
    changed("deleted");
    EXPECT_THAT(config(), Not(HasSubstr("web.vm")));
    EXPECT_FALSE(fs::exists(paths.ssh_running()));
    EXPECT_TRUE(warnings.empty());
}

TEST_F(SshFilesTest, ComeBackWhenTheyWereRemoved) {
    const SshFiles files = this->files();
    fs::remove(paths.ssh_config());
    changed("stopped");
    EXPECT_TRUE(fs::exists(paths.ssh_config()));
    EXPECT_EQ(fs::status(paths.ssh_config()).permissions(),
              fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(SshFilesTest, CannotBeWrittenAndAreTriedAgain) {
    fs::remove_all(paths.data);
    const SshFiles files = this->files();
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_THAT(warnings.front(), HasSubstr("ssh is not told of the VMs as they are now: "));
    fs::create_directories(paths.data);
    changed("stopped");
    EXPECT_TRUE(fs::exists(paths.ssh_config()));
}

} // namespace
} // namespace banger::daemon
