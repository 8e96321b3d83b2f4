#include "gate/secret.hpp"

#include "os/temporary_dir.hpp"

#include <banger/plugin.hpp>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

namespace web {
namespace {

namespace fs = std::filesystem;

class Secret : public testing::Test {
  protected:
    banger::os::TemporaryDir folder;
    const fs::path file = folder.path() / "csrf-secret";

    [[nodiscard]] std::string load() const { return load_secret(folder.path().string()); }
    [[nodiscard]] unsigned mode() const {
        struct stat about {};
        EXPECT_EQ(::lstat(file.c_str(), &about), 0);
        return about.st_mode;
    }
};

TEST_F(Secret, IsTheSameAfterARestart) { // T20
    const std::string secret = load();
    EXPECT_EQ(secret.size(), 32U);
    EXPECT_NE(secret, std::string(32, '\0'));
    EXPECT_EQ(load(), secret);
    EXPECT_EQ(mode(), S_IFREG | 0600U);
    const banger::os::TemporaryDir other;
    EXPECT_NE(load_secret(other.path().string()), secret);
    EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1);
}

TEST_F(Secret, ThatOthersCouldReadIsMadeAnew) {
    const std::string secret = load();
    for (const mode_t open : {0640, 0604, 0660}) {
        ::chmod(file.c_str(), open);
        const std::string next = load();
        EXPECT_NE(next, secret);
        EXPECT_EQ(mode(), S_IFREG | 0600U);
    }
}

TEST_F(Secret, OfAnotherSizeOrKindIsMadeAnew) {
    for (const std::string& bytes : {std::string(), std::string(31, 'a'), std::string(33, 'a')}) {
        std::ofstream(file) << bytes;
        fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
        EXPECT_EQ(load().size(), 32U);
        EXPECT_EQ(load(), load());
    }
    const fs::path elsewhere = folder.path() / "elsewhere";
    std::ofstream(elsewhere) << std::string(32, 'a');
    fs::permissions(elsewhere, fs::perms::owner_read | fs::perms::owner_write);
    fs::remove(file);
    fs::create_symlink(elsewhere, file);
    EXPECT_NE(load(), std::string(32, 'a'));
    EXPECT_EQ(mode(), S_IFREG | 0600U);
    fs::remove(file);
    ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0); // is not waited for
    EXPECT_EQ(load().size(), 32U);
    EXPECT_EQ(mode(), S_IFREG | 0600U);
}

TEST_F(Secret, OfAnotherUserIsMadeAnew) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "needs root, to give a file away";
    }
    std::ofstream(file) << std::string(32, 'a');
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
    ASSERT_EQ(::chown(file.c_str(), 65534, 65534), 0);
    EXPECT_NE(load(), std::string(32, 'a'));
}

TEST_F(Secret, ThatCannotBeWrittenIsAnErrorThatNamesTheFile) {
    try {
        (void)load_secret((folder.path() / "absent").string());
        FAIL() << "there is no such folder";
    } catch (const banger::Error& error) {
        EXPECT_NE(std::string(error.what()).find("absent/csrf-secret"), std::string::npos);
    }
}

} // namespace
} // namespace web
