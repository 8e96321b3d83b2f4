#include "guest/root_dir.hpp"

#include "os/file.hpp"
#include "os/temporary_dir.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace banger::guest {
namespace {

namespace fs = std::filesystem;

fs::path made(const fs::path& folder) {
    fs::create_directories(folder);
    return folder;
}

class RootDirTest : public testing::Test {
  protected:
    Ownership mine(mode_t mode = 0644) const {
        return {.mode = mode, .uid = ::geteuid(), .gid = ::getegid()};
    }

    os::TemporaryDir top;
    fs::path path = made(top.path() / "root");
    RootDir root{path.string()};
};

TEST_F(RootDirTest, WritesWithModeAndMakesParents) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "parents are made for root, which needs root";
    }
    EXPECT_TRUE(root.write("/etc/deep/x", "one", mine(0640)));
    EXPECT_EQ(os::read_file(path / "etc/deep/x"), "one");
    struct stat info {};
    ASSERT_EQ(::stat((path / "etc/deep/x").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777U, 0640U);
}

TEST_F(RootDirTest, DoesNotTouchWhatIsRightAlready) {
    EXPECT_TRUE(root.write("/x", "one", mine()));
    struct stat before {};
    ASSERT_EQ(::stat((path / "x").c_str(), &before), 0);
    EXPECT_FALSE(root.write("/x", "one", mine()));
    struct stat after {};
    ASSERT_EQ(::stat((path / "x").c_str(), &after), 0);
    EXPECT_EQ(before.st_ino, after.st_ino);
    EXPECT_TRUE(root.write("/x", "two", mine()));
    EXPECT_TRUE(root.write("/x", "two", mine(0600)));
}

TEST_F(RootDirTest, ASymlinkInThePathStaysInside) {
    fs::create_directories(top.path() / "outside");
    fs::create_directories(path / "outside");
    // Seen from inside, both mean /outside of the root.
    fs::create_directory_symlink("/outside", path / "absolute");
    fs::create_directory_symlink("../../../outside", path / "climbing");
    EXPECT_TRUE(root.write("/absolute/a", "a", mine()));
    EXPECT_TRUE(root.write("/climbing/b", "b", mine()));
    EXPECT_TRUE(fs::exists(path / "outside/a"));
    EXPECT_TRUE(fs::exists(path / "outside/b"));
    EXPECT_TRUE(fs::is_empty(top.path() / "outside"));
}

TEST_F(RootDirTest, ASymlinkAtTheEndIsReplacedNotFollowed) {
    os::write_file_atomic(top.path() / "secret", "secret");
    fs::create_symlink(top.path() / "secret", path / "resolv.conf");
    EXPECT_TRUE(root.write("/resolv.conf", "ours", mine()));
    EXPECT_FALSE(fs::is_symlink(path / "resolv.conf"));
    EXPECT_EQ(os::read_file(top.path() / "secret"), "secret");
}

TEST_F(RootDirTest, AFailedWriteLeavesTheOldFileAndNoOther) {
    fs::create_directories(path / "x");
    EXPECT_THROW(root.write("/x", "a folder is in the way", mine()), std::system_error);
    EXPECT_EQ(std::distance(fs::directory_iterator(path), {}), 1);
}

TEST_F(RootDirTest, ReadIsBoundedAndAMissingFileIsNullopt) {
    root.write("/x", std::string(100, 'x'), mine());
    EXPECT_EQ(root.read("/absent"), std::nullopt);
    EXPECT_EQ(root.read("/x")->size(), 100U);
    EXPECT_THROW((void)root.read("/x", 99), std::length_error);
}

} // namespace
} // namespace banger::guest
