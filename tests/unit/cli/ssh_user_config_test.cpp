#include "cli/ssh_user_config.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include <sys/stat.h>

namespace banger::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr const char* include_line = "Include /d/ssh_config";

TEST(SshInclude, CountsOnlyAboveTheFirstBlock) {
    EXPECT_TRUE(holds_for_all("# mine\n  Include /d/ssh_config \nHost *\n", include_line));
    EXPECT_TRUE(holds_for_all("Include /d/ssh_config", include_line));
    EXPECT_TRUE(holds_for_all("Include /d/ssh_config\r\nHost a\r\n", include_line));
    EXPECT_FALSE(holds_for_all("Host a\nInclude /d/ssh_config\n", include_line));
    EXPECT_FALSE(holds_for_all("match=user joe\nInclude /d/ssh_config\n", include_line));
    EXPECT_FALSE(holds_for_all("Include /d/ssh_config2\n#Include /d/ssh_config\n", include_line));
    EXPECT_FALSE(holds_for_all("", include_line));
}

TEST(SshInclude, ComesAndGoesWithoutATrace) {
    for (const std::string text : {"", "Host a\n  User b", "Host a\r\n  User b\r\n", "\n\n# only\n",
                                   "no newline", "\tx\n"}) {
        const std::string with = with_first(text, include_line);
        EXPECT_TRUE(holds_for_all(with, include_line));
        EXPECT_EQ(without(with, include_line), text);
    }
    EXPECT_THAT(with_first("Host a\r\n", include_line), HasSubstr("ssh_config\r\nHost a"));
    EXPECT_EQ(
        without("# mine\nInclude /d/ssh_config\nHost *\n  Include /d/ssh_config\n", include_line),
        "# mine\nHost *\n  Include /d/ssh_config\n");
    const std::string own = "Host *\r\n  Include /d/ssh_config\nHost b";
    EXPECT_EQ(without(own, include_line), own);
}

struct SshUserConfigTest : testing::Test {
    os::TemporaryDir dir;
    const fs::path file = dir.path() / ".ssh" / "config";

    static unsigned mode(const fs::path& path) {
        struct stat info {};
        return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777U : 0;
    }
    void have(const std::string& text, unsigned mode) const {
        fs::create_directories(file.parent_path());
        os::write_file_atomic(file, text, mode);
    }
};

TEST_F(SshUserConfigTest, ANewFileIsTheUsersOnly) {
    const SshUserConfig config(file);
    EXPECT_EQ(config.text(), "");
    config.require_writable(include_line);
    config.replace("x\n");
    EXPECT_EQ(os::read_file(file), "x\n");
    EXPECT_EQ(mode(file), 0600U);
    EXPECT_EQ(mode(file.parent_path()), 0700U);
    SshUserConfig(file).replace("");
    EXPECT_FALSE(fs::exists(file));
}

TEST_F(SshUserConfigTest, AnOldFileKeepsItsMode) {
    have("Host a\n", 0644);
    SshUserConfig(file).replace("Host b\n");
    EXPECT_EQ(os::read_file(file), "Host b\n");
    EXPECT_EQ(mode(file), 0644U);
}

TEST_F(SshUserConfigTest, ASymlinkStaysOne) {
    const fs::path target = dir.path() / "dotfiles";
    os::write_file_atomic(target, "Host a\n", 0640);
    fs::create_directories(file.parent_path());
    fs::create_symlink("../dotfiles", file);
    SshUserConfig(file).replace("Host b\n");
    EXPECT_TRUE(fs::is_symlink(file));
    EXPECT_EQ(os::read_file(target), "Host b\n");
    EXPECT_EQ(mode(target), 0640U);
    SshUserConfig(file).replace("");
    EXPECT_EQ(os::read_file(target), "");
}

TEST_F(SshUserConfigTest, ASymlinkToNothingIsToldWithTheNextStep) {
    fs::create_directories(file.parent_path());
    fs::create_symlink("gone", file);
    try {
        const SshUserConfig config(file);
        FAIL() << "it was taken";
    } catch (const os::Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("is a symlink to 'gone', which is not there"));
        EXPECT_THAT(error.hint(), HasSubstr("remove the symlink"));
    }
}

TEST_F(SshUserConfigTest, ALockedFileIsLeftAlone) {
    have("Host a\n", 0400);
    try {
        SshUserConfig(file).require_writable(include_line);
        FAIL() << "it was taken";
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::permission);
        EXPECT_THAT(error.what(), HasSubstr(file.string() + " is not for writing"));
        EXPECT_THAT(error.hint(), HasSubstr("chmod u+w " + file.string()));
        EXPECT_THAT(error.hint(), HasSubstr(include_line));
    }
}

} // namespace
} // namespace banger::cli
