#include "published.hpp"

#include <banger/cpp/error.hpp>

#include <gtest/gtest.h>

namespace nat {
namespace {

const RuleSet::Rules all{
    {"1", {"web", "172.30.88.2", true, {}, {Port::parse("8080:80")}}},
    {"2", {"db", "172.30.88.3", true, {}, {Port::parse("127.0.0.1:5353:53/udp")}}},
    {"3", {"dark", "172.30.88.4", false, {}, {}}}};

TEST(Published, SaysWhereAPortOfAVmIs) {
    EXPECT_EQ(published_rows(all, {}).dump(),
              R"([{"vm":"web","port":80,"protocol":"tcp","published":"*:8080"},)"
              R"({"vm":"db","port":53,"protocol":"udp","published":"127.0.0.1:5353"}])");
}

TEST(Published, IsOfTheVmsThatAreNamed) {
    EXPECT_EQ(published_rows(all, {"db"}).size(), 1U);
    EXPECT_EQ(published_rows(all, {"dark"}).size(), 0U) << "it runs, and has none";
    try {
        (void)published_rows(all, {"web", "gone"});
        FAIL() << "gone was taken for a VM";
    } catch (const banger::Error& error) {
        EXPECT_STREQ(error.what(), "no VM of the name gone runs");
    }
}

} // namespace
} // namespace nat
