#include "name_cache.hpp"

#include <gtest/gtest.h>

namespace nat {
namespace {

using Addresses = std::set<std::string>;

class NameCacheTest : public testing::Test {
  protected:
    std::map<std::string, std::vector<std::string>> world_;
    int questions_ = 0;
    NameCache cache_{[this](const std::string& name) {
        ++questions_;
        return world_[name];
    }};
};

TEST_F(NameCacheTest, LooksUpWhatIsNew) {
    world_["a.example"] = {"192.0.2.1"};
    EXPECT_TRUE(cache_.refresh({"a.example"}, true));
    EXPECT_EQ(cache_.addresses("a.example"), Addresses{"192.0.2.1"});
    EXPECT_FALSE(cache_.refresh({"a.example"}, true));
    EXPECT_EQ(questions_, 1);
    EXPECT_TRUE(cache_.addresses("b.example").empty());
}

TEST_F(NameCacheTest, AnAddressOutlivesSomeAnswersWithoutIt) {
    world_["a.example"] = {"192.0.2.1"};
    (void)cache_.refresh({"a.example"}, false);
    world_["a.example"] = {"192.0.2.2"};
    EXPECT_TRUE(cache_.refresh({"a.example"}, false));
    EXPECT_EQ(cache_.addresses("a.example"), (Addresses{"192.0.2.1", "192.0.2.2"}));
    for (int i = 0; i < 10; ++i) {
        (void)cache_.refresh({"a.example"}, false);
    }
    EXPECT_EQ(cache_.addresses("a.example"), Addresses{"192.0.2.2"});
}

TEST_F(NameCacheTest, AResolverThatIsAwayTakesNothing) {
    world_["a.example"] = {"192.0.2.1"};
    (void)cache_.refresh({"a.example"}, false);
    world_.clear();
    for (int i = 0; i < 20; ++i) {
        EXPECT_FALSE(cache_.refresh({"a.example"}, false));
    }
    EXPECT_EQ(cache_.addresses("a.example"), Addresses{"192.0.2.1"});
}

TEST_F(NameCacheTest, LearnsOnlyWhatSomebodyMayReach) {
    (void)cache_.refresh({"a.example"}, true);
    EXPECT_TRUE(cache_.learn("a.example", {"192.0.2.9"}));
    EXPECT_FALSE(cache_.learn("a.example", {"192.0.2.9"}));
    EXPECT_FALSE(cache_.learn("evil.example", {"192.0.2.9"}));
    EXPECT_EQ(cache_.addresses("a.example"), Addresses{"192.0.2.9"});
    (void)cache_.refresh({}, true);
    EXPECT_TRUE(cache_.addresses("a.example").empty());
}

TEST_F(NameCacheTest, WhatIsExpectedCanBeLearnedBeforeItIsLookedUp) {
    EXPECT_FALSE(cache_.learn("a.example", {"192.0.2.7"}));
    cache_.expect({"a.example"});
    EXPECT_TRUE(cache_.learn("a.example", {"192.0.2.7"}));
    EXPECT_EQ(cache_.addresses("a.example"), Addresses{"192.0.2.7"});
    EXPECT_EQ(questions_, 0);
}

} // namespace
} // namespace nat
