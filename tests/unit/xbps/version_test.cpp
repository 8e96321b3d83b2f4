#include "xbps/version.hpp"

#include <gtest/gtest.h>

namespace banger::xbps {
namespace {

TEST(VersionTest, ComparesPartsByValueWordsAndLettersThenTheRevision) {
    EXPECT_LT(compare_versions("1.9_1", "1.10_1"), 0);
    EXPECT_LT(compare_versions("1.0_1", "1.0_2"), 0);
    EXPECT_LT(compare_versions("1.0_9", "1.0.1_1"), 0);
    EXPECT_EQ(compare_versions("1.0_1", "1.0_1"), 0);
    EXPECT_LT(compare_versions("1.0alpha1_1", "1.0beta1_1"), 0);
    EXPECT_LT(compare_versions("1.0beta1_1", "1.0rc1_1"), 0);
    EXPECT_EQ(compare_versions("1.0rc1_1", "1.0pre1_1"), 0);
    EXPECT_LT(compare_versions("1.0rc1_1", "1.0_1"), 0);
    EXPECT_GT(compare_versions("1.0a_1", "1.0_1"), 0);
    EXPECT_GT(compare_versions("9.9p2_1", "9.9p1_1"), 0);
    EXPECT_GT(compare_versions("99999999999999999999999_1", "1_1"), 0);
}

TEST(VersionTest, TakesPackageNamesApartAndRefusesPaths) {
    const auto id = split_pkgver("foo-bar-1.2.3_4");
    ASSERT_TRUE(id);
    EXPECT_EQ(id->name, "foo-bar");
    EXPECT_EQ(id->version, "1.2.3_4");
    EXPECT_TRUE(split_pkgver("libstdc++-13.2.0_2"));
    for (const char* wrong : {"", "foo", "foo-1.2", "foo-1.2_", "-1_1", "foo-_1", "../x-1_1",
                              "a/b-1_1", "foo-1_1x", ".foo-1_1", "foo bar-1_1"}) {
        EXPECT_FALSE(split_pkgver(wrong)) << wrong;
    }
}

TEST(VersionTest, MatchesDependencies) {
    EXPECT_TRUE(matches("foo>=1.0", "foo-1.0_1"));
    EXPECT_TRUE(matches("foo>=1.0_1", "foo-1.0_1"));
    EXPECT_FALSE(matches("foo>=1.0_2", "foo-1.0_1"));
    EXPECT_FALSE(matches("foo>1.0_1", "foo-1.0_1"));
    EXPECT_TRUE(matches("foo>=1<3", "foo-2.9_1"));
    EXPECT_FALSE(matches("foo>=1<3", "foo-3.0_1"));
    EXPECT_FALSE(matches("foo>=1", "foobar-2_1"));
    EXPECT_TRUE(matches("foo-1.0_1", "foo-1.0_1"));
    EXPECT_FALSE(matches("foo-1.0_2", "foo-1.0_1"));
    EXPECT_TRUE(matches("foo", "foo-1.0_1"));
    EXPECT_TRUE(matches("foo-[0-9]*", "foo-1.0_1"));
    EXPECT_FALSE(matches("foo-[0-9]*", "foo-bar-1.0_1"));
    EXPECT_FALSE(matches("", "foo-1.0_1"));
    EXPECT_EQ(pattern_name("foo-bar>=1<2"), "foo-bar");
    EXPECT_EQ(pattern_name("foo-bar-1.0_1"), "foo-bar");
    EXPECT_EQ(pattern_name("foo-bar-[0-9]*"), "foo-bar");
}

} // namespace
} // namespace banger::xbps
