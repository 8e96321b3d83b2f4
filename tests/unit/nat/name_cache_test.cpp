#include "name_cache.hpp"

#include <gtest/gtest.h>

namespace nat {
namespace {

using Addresses = std::set<std::string>;

std::vector<std::string> numbered(int first, int count) {
    std::vector<std::string> addresses;
    for (int i = first; i < first + count; ++i) {
        addresses.push_back("192.0." + std::to_string(i / 256) + "." + std::to_string(i % 256));
    }
    return addresses;
}

class NameCacheTest : public testing::Test {
  protected:
    NameCacheTest() { cache_.keep({"a.example"}); }
    NameCache cache_;
};

TEST_F(NameCacheTest, ANameIsDueOnceAndInEachRound) {
    EXPECT_EQ(cache_.due(false), Addresses{"a.example"});
    EXPECT_FALSE(cache_.looked_up("a.example", {})) << "nobody answered";
    EXPECT_TRUE(cache_.due(false).empty());
    EXPECT_EQ(cache_.due(true), Addresses{"a.example"});
    cache_.keep({"a.example", "b.example"});
    EXPECT_EQ(cache_.due(false), Addresses{"b.example"});
}

TEST_F(NameCacheTest, AnAddressOutlivesSomeAnswersWithoutIt) {
    EXPECT_TRUE(cache_.looked_up("a.example", {"192.0.2.1"}));
    EXPECT_TRUE(cache_.looked_up("a.example", {"192.0.2.2"}));
    EXPECT_EQ(cache_.addresses("a.example"), (Addresses{"192.0.2.1", "192.0.2.2"}));
    for (int i = 0; i < NameCache::keep_rounds; ++i) {
        (void)cache_.looked_up("a.example", {"192.0.2.2"});
    }
    EXPECT_EQ(cache_.addresses("a.example"), Addresses{"192.0.2.2"});
}

TEST_F(NameCacheTest, AResolverThatIsAwayTakesNothing) {
    (void)cache_.looked_up("a.example", {"192.0.2.1"});
    for (int i = 0; i < 2 * NameCache::keep_rounds; ++i) {
        EXPECT_FALSE(cache_.looked_up("a.example", {}));
    }
    EXPECT_EQ(cache_.addresses("a.example"), Addresses{"192.0.2.1"});
}

TEST_F(NameCacheTest, KnowsWhichNamesGaveNothing) {
    cache_.keep({"a.example", "b.example", "c.example"});
    EXPECT_TRUE(cache_.without_address().empty()) << "not asked yet";
    (void)cache_.looked_up("a.example", {"192.0.2.1"});
    (void)cache_.looked_up("b.example", {});
    EXPECT_EQ(cache_.without_address(), std::set<std::string>{"b.example"});
    (void)cache_.learn("b.example", {"192.0.2.2"});
    EXPECT_TRUE(cache_.without_address().empty());
}

TEST_F(NameCacheTest, LearnsOnlyWhatSomebodyMayReach) {
    EXPECT_TRUE(cache_.learn("a.example", {"192.0.2.9"}));
    EXPECT_FALSE(cache_.learn("a.example", {"192.0.2.9"}));
    EXPECT_FALSE(cache_.learn("evil.example", {"192.0.2.9"}));
    EXPECT_EQ(cache_.addresses("a.example"), Addresses{"192.0.2.9"});
    cache_.keep({});
    EXPECT_FALSE(cache_.looked_up("a.example", {"192.0.2.9"})) << "asked before it went";
    EXPECT_TRUE(cache_.addresses("a.example").empty());
}

TEST_F(NameCacheTest, ANameHasItsLatestAddressesAndNoMore) {
    const int most = static_cast<int>(NameCache::most_addresses);
    EXPECT_TRUE(cache_.learn("a.example", numbered(0, 3 * most)));
    EXPECT_EQ(cache_.addresses("a.example").size(), NameCache::most_addresses);
    EXPECT_TRUE(cache_.learn("a.example", numbered(1000, 8)));
    const Addresses all = cache_.addresses("a.example");
    EXPECT_EQ(all.size(), NameCache::most_addresses);
    for (const std::string& late : numbered(1000, 8)) {
        EXPECT_EQ(all.count(late), 1U) << late;
    }
}

TEST_F(NameCacheTest, ANameThatIsAlwaysAnotherWaitsForTheNextRound) {
    for (int i = 0; i < NameCache::most_learned; ++i) {
        EXPECT_TRUE(cache_.learn("a.example", numbered(i, 1)));
    }
    EXPECT_FALSE(cache_.learn("a.example", numbered(1000, 1)));
    (void)cache_.due(true);
    EXPECT_TRUE(cache_.learn("a.example", numbered(1000, 1)));
}

} // namespace
} // namespace nat
