#include "copy/guest_path.hpp"

#include <gtest/gtest.h>

namespace banger::copy {
namespace {

TEST(GuestPath, HasTheNameOfItsLastPart) {
    EXPECT_EQ(name_in("/etc/apt"), "apt");
    EXPECT_EQ(name_in("/etc/apt///"), "apt");
    EXPECT_EQ(name_in("apt"), "apt");
    for (const char* none : {"", ".", "..", "/", "//", "~", "a/..", "/a/.", "./"}) {
        EXPECT_EQ(name_in(none), "") << none;
    }
}

TEST(GuestPath, IsNoOptionAndKnowsTheHomeFolder) {
    EXPECT_EQ(plain_path("/x"), "/x");
    EXPECT_EQ(plain_path("-x"), "./-x");
    EXPECT_EQ(plain_path("~/x"), "./x");
    EXPECT_EQ(plain_path("~"), ".");
    EXPECT_EQ(plain_path("~joe"), "./~joe");
    EXPECT_EQ(plain_path(""), "./");
}

TEST(GuestPath, IsSplitForTar) {
    EXPECT_EQ(tar_place("/etc/apt"), (TarPlace{"/etc", "./apt"}));
    EXPECT_EQ(tar_place("/etc"), (TarPlace{"/", "./etc"}));
    EXPECT_EQ(tar_place("-x"), (TarPlace{".", "./-x"}));
    EXPECT_EQ(tar_place("a/b/"), (TarPlace{"./a", "./b"}));
    EXPECT_EQ(tar_place(""), (TarPlace{".", "."}));
    EXPECT_EQ(tar_place("/"), (TarPlace{"/", "."}));
    EXPECT_EQ(tar_place("/a/.."), (TarPlace{"/a/..", "."}));
}

} // namespace
} // namespace banger::copy
