#include "rule_set.hpp"

#include <banger/plugin.hpp>

#include <gtest/gtest.h>

namespace nat {
namespace {

using banger::Error;

VmRules rules(const std::string& name, std::vector<Port> ports = {}) {
    return {name, "172.30.88.2", true, {}, std::move(ports)};
}

TEST(RuleSet, ThePortsOfOneVmAreClosedToOthers) {
    RuleSet set;
    set.put("1", rules("web", {Port::parse("8080:80")}));
    set.put("1", rules("web", {Port::parse("8080:81")})); // its own it may change
    try {
        set.put("2", rules("late", {Port::parse("127.0.0.1:8080:22")}));
        FAIL() << "accepted";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), BANGER_E_CONFLICT);
        EXPECT_STREQ(error.what(),
                     "port 8080/tcp of this machine is published by VM web (8080:81)");
        EXPECT_EQ(error.hint(), "choose another one, such as --publish 127.0.0.1:9080:22; web has "
                                "this one until it stops");
    }
    EXPECT_FALSE(set.find("2"));
    EXPECT_THROW(set.refuse_clash("2", {Port::parse("8080:22")}), banger::Error);
    EXPECT_NO_THROW(set.refuse_clash("1", {Port::parse("8080:22")})) << "its own";
    EXPECT_NO_THROW(set.refuse_clash("2", {Port::parse("8081:22")}));
    set.erase("1");
    EXPECT_NO_THROW(set.put("2", rules("late", {Port::parse("8080:22")})));
}

TEST(RuleSet, SettlesOnceForEachChange) {
    RuleSet set;
    int applied = 0;
    const auto apply = [&](const RuleSet::Rules&) { ++applied; };
    set.settle(apply);
    EXPECT_EQ(applied, 1) << "what the host has is unknown at first";
    set.settle(apply);
    set.put("1", rules("web"));
    set.put("1", rules("web"));
    set.settle(apply);
    set.erase("2");
    set.settle(apply);
    EXPECT_EQ(applied, 2);
    set.touch();
    set.settle(apply);
    EXPECT_EQ(applied, 3);
}

} // namespace
} // namespace nat
