#include "plugin/order.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace banger::plugin {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(SortPlugins, EqualPlacesGoById) {
    EXPECT_THAT(sort_plugins({{"c", {}, {}, {}}, {"a", {}, {}, {}}, {"b", {}, {}, {}}}).order,
                ElementsAre("a", "b", "c"));
}

TEST(SortPlugins, NeedsAndWishesHold) {
    const Ordering sorted = sort_plugins({
        {"a", {"z"}, {}, {}},
        {"m", {}, {"a", "nobody"}, {}},
        {"x", {}, {}, {"a"}},
        {"z", {}, {}, {}},
    });
    EXPECT_THAT(sorted.order, ElementsAre("x", "z", "a", "m"));
    EXPECT_TRUE(sorted.refused.empty());
}

TEST(SortPlugins, AMissingNeedIsExplainedDownTheChain) {
    const Ordering sorted = sort_plugins(
        {{"a", {"b"}, {}, {}}, {"b", {"c"}, {}, {}}, {"d", {"ghost"}, {}, {}}, {"e", {}, {}, {}}},
        {{"c", "switched off"}});
    EXPECT_THAT(sorted.order, ElementsAre("e"));
    EXPECT_THAT(
        sorted.refused,
        ElementsAre(Pair("a", "needs plugin 'b', which did not load: needs plugin 'c', which did "
                              "not load: switched off"),
                    Pair("b", "needs plugin 'c', which did not load: switched off"),
                    Pair("d", "needs plugin 'ghost', which is not there")));
}

TEST(SortPlugins, ACycleIsPrintedAndItsFollowersGoToo) {
    const Ordering sorted = sort_plugins({
        {"a", {}, {"c"}, {}},
        {"b", {"a"}, {}, {}},
        {"c", {}, {"b"}, {}},
        {"follower", {"b"}, {}, {}},
        {"self", {}, {"self"}, {}},
        {"free", {}, {"a"}, {}},
    });
    EXPECT_THAT(sorted.order, ElementsAre("free"));
    EXPECT_EQ(sorted.refused.at("a"), "its order is a cycle: a -> b -> c -> a");
    EXPECT_EQ(sorted.refused.at("c"), "its order is a cycle: a -> b -> c -> a");
    EXPECT_EQ(sorted.refused.at("self"), "its order is a cycle: self -> self");
    EXPECT_EQ(sorted.refused.at("follower"),
              "needs plugin 'b', which did not load: its order is a cycle: a -> b -> c -> a");
}

} // namespace
} // namespace banger::plugin
