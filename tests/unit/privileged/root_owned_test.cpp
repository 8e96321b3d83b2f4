#include "privileged/root_owned.hpp"

#include "os/temporary_dir.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <unistd.h>

namespace banger::privileged {
namespace {

namespace fs = std::filesystem;

class RootOwnedTest : public testing::Test {
  protected:
    RootOwnedTest() {
        fs::create_directory(dir_.path() / "in");
        std::ofstream(file_) << "x";
    }
    [[nodiscard]] fs::path changeable(const fs::path& path) const {
        return changeable_part(path, ::getuid());
    }
    static void open_to_all(const fs::path& path) { fs::permissions(path, fs::perms::all); }

    os::TemporaryDir dir_; // of this user, below a sticky folder of root
    fs::path file_ = dir_.path() / "in" / "file";
};

TEST_F(RootOwnedTest, NothingIsFoundWhereOnlyTheOwnerMayWrite) {
    EXPECT_EQ(changeable("/usr/bin/env"), "");
    EXPECT_EQ(changeable(file_), "");
}

TEST_F(RootOwnedTest, EachPartOfTheWayCounts) {
    open_to_all(dir_.path() / "in");
    EXPECT_EQ(changeable(file_), dir_.path() / "in");
    open_to_all(file_);
    EXPECT_EQ(changeable(file_), file_);
}

TEST_F(RootOwnedTest, ALinkIsAsGoodAsWhatItPointsTo) {
    fs::create_directory(dir_.path() / "links");
    const fs::path link = dir_.path() / "links" / "file";
    fs::create_symlink(file_, link);
    EXPECT_EQ(changeable(link), "");
    open_to_all(dir_.path() / "in");
    EXPECT_EQ(changeable(link), dir_.path() / "in");
    fs::permissions(dir_.path() / "in", fs::perms::owner_all);
    open_to_all(dir_.path() / "links");
    EXPECT_EQ(changeable(link), dir_.path() / "links");
}

TEST_F(RootOwnedTest, EachLinkOfAChainCounts) {
    for (const char* folder : {"first", "second"}) {
        fs::create_directory(dir_.path() / folder);
    }
    fs::create_symlink("../second/link", dir_.path() / "first" / "link");
    fs::create_symlink("../in", dir_.path() / "second" / "link");
    const fs::path file = dir_.path() / "first" / "link" / "file";
    EXPECT_EQ(changeable(file), "");
    open_to_all(dir_.path() / "second");
    EXPECT_EQ(changeable(file), dir_.path() / "second");
}

TEST_F(RootOwnedTest, ALinkInAStickyFolderIsItsMakers) {
    if (::getuid() != 0) {
        GTEST_SKIP() << "needs root to make another user's link";
    }
    const fs::path folder = dir_.path() / "sticky";
    const fs::path link = folder / "link";
    fs::create_directory(folder);
    fs::create_symlink(file_, link);
    ASSERT_EQ(::lchown(link.c_str(), 4242, 4242), 0);
    EXPECT_EQ(changeable(link), "") << "he cannot replace it";
    fs::permissions(folder, fs::perms::all | fs::perms::sticky_bit);
    EXPECT_EQ(changeable(link), link);
}

TEST_F(RootOwnedTest, WhatCannotBeFollowedIsNotGood) {
    const fs::path link = dir_.path() / "link";
    fs::create_symlink("link", link);
    EXPECT_EQ(changeable(link), link);
    EXPECT_EQ(changeable(file_ / "below a file"), file_ / "below a file");
    EXPECT_EQ(changeable("usr/bin/env"), "usr/bin/env");
}

TEST_F(RootOwnedTest, UpIsUpFromWhereALinkLeads) {
    open_to_all(dir_.path() / "in");
    fs::create_directory(dir_.path() / "in" / "deep");
    fs::create_symlink("in/deep", dir_.path() / "link");
    std::ofstream(dir_.path() / "file") << "x";
    EXPECT_EQ(changeable(dir_.path() / "link" / ".." / "file"), dir_.path() / "in");
    EXPECT_EQ(changeable(dir_.path() / "file"), "");
}

TEST_F(RootOwnedTest, WhatIsAUsersIsNotRoots) {
    if (::getuid() != 0) {
        EXPECT_EQ(changeable_part(file_), file_);
    } else {
        ASSERT_EQ(::chown(file_.c_str(), 4242, 0), 0);
        EXPECT_EQ(changeable_part(file_), file_);
        EXPECT_EQ(changeable_part(file_, 4242), "");
    }
}

} // namespace
} // namespace banger::privileged
