#include "privileged/guard_table.hpp"

#include "os/error.hpp"
#include "privileged/verb.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace banger::privileged {
namespace {

using nlohmann::json;

// ---- the commands ----

GuardSpec spec(bool vm_to_vm) {
    GuardSpec spec;
    spec.table = {guard_kind, 1000, "k3x9a0"};
    spec.subnet = net::Subnet::parse("172.30.88.0/24");
    spec.gateway = *net::Ipv4::parse("172.30.88.1");
    spec.taps = {"bgrk3x9a0aaaaaa", "bgrk3x9a0bbbbbb"};
    spec.guests = {{"bgrk3x9a0aaaaaa", *net::Mac::parse("02:00:00:00:00:0a"),
                    *net::Ipv4::parse("172.30.88.10")}};
    spec.vm_to_vm = vm_to_vm;
    return spec;
}

/// The objects of one kind that are added, in their order.
std::vector<json> added(const json& commands, const char* kind) {
    std::vector<json> found;
    for (const json& command : commands) {
        if (command.contains("add") && command["add"].contains(kind)) {
            found.push_back(command["add"][kind]);
        }
    }
    return found;
}

std::vector<json> rules(const json& commands, const char* chain) {
    std::vector<json> found = added(commands, "rule");
    std::erase_if(found, [&](const json& rule) { return rule["chain"] != chain; });
    return found;
}

TEST(GuardTable, IsMadeAnewInOneTransaction) {
    const json commands = guard_commands(spec(true));
    const json table = {{"family", "bridge"}, {"name", "bangerguard_1000_k3x9a0"}};
    EXPECT_EQ(commands[0], json({{"add", {{"table", table}}}}));
    EXPECT_EQ(commands[1], json({{"delete", {{"table", table}}}}));
    EXPECT_EQ(commands[2], json({{"add", {{"table", table}}}}));
    for (const char* kind : {"set", "element", "chain", "rule"}) {
        for (const json& object : added(commands, kind)) {
            EXPECT_EQ(object["family"], "bridge");
            EXPECT_EQ(object["table"], "bangerguard_1000_k3x9a0");
        }
    }
}

TEST(GuardTable, HoldsExactlyTheTapsAndTheirGuests) {
    const auto elements = added(guard_commands(spec(true)), "element");
    ASSERT_EQ(elements.size(), 3U);
    EXPECT_EQ(elements[0]["elem"], json({"bgrk3x9a0aaaaaa", "bgrk3x9a0bbbbbb"}));
    EXPECT_EQ(
        elements[2]["elem"],
        json::parse(R"([{"concat": ["bgrk3x9a0aaaaaa", "02:00:00:00:00:0a", "172.30.88.10"]}])"));
    GuardSpec empty = spec(true);
    empty.taps.clear();
    empty.guests.clear();
    EXPECT_TRUE(added(guard_commands(empty), "element").empty()) << "nft takes no empty list";
}

TEST(GuardTable, WhatIsNotAllowedIsDropped) {
    const auto all = rules(guard_commands(spec(true)), "prerouting");
    ASSERT_GE(all.size(), 2U);
    EXPECT_EQ(all.front()["expr"][0]["match"]["op"], "!=") << "others' interfaces are left alone";
    EXPECT_EQ(all.back()["expr"], json::parse(R"([{"drop": null}])"));
    EXPECT_TRUE(rules(guard_commands(spec(true)), "forward").empty());
    EXPECT_EQ(rules(guard_commands(spec(false)), "forward").size(), 1U);
    EXPECT_EQ(rules(guard_commands(spec(false)), "prerouting").size(), all.size() + 2);
}

// ---- the arguments ----

json args(json guests) {
    return {{"tag", "aa"},
            {"bridge", "banger"},
            {"subnet", "172.30.88.0/24"},
            {"vm_to_vm", true},
            {"guests", std::move(guests)}};
}
json guest(const std::string& tap, const std::string& mac, const std::string& address) {
    return {{"tap", tap}, {"mac", mac}, {"address", address}};
}
std::string refusal(const json& arguments) {
    try {
        (void)parse_request(*find_verb("guard-apply"), arguments.dump());
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::invalid);
        return error.what();
    }
    return "accepted";
}

TEST(GuardApply, RefusesGuestsThatCannotBe) {
    const json good = guest("bgra", "02:00:00:00:00:0a", "172.30.88.10");
    EXPECT_EQ(refusal(args({good})), "accepted");
    EXPECT_EQ(refusal(args(json::array())), "accepted");
    const auto with = [&](const char* key, const char* value) {
        json other = good;
        other[key] = value;
        return refusal(args({other}));
    };
    EXPECT_NE(with("tap", "eth0"), "accepted");
    EXPECT_NE(with("tap", "bgr*"), "accepted");
    EXPECT_NE(with("mac", "ff:ff:ff:ff:ff:ff"), "accepted");
    EXPECT_NE(with("address", "172.30.88.10/24"), "accepted");
    EXPECT_NE(with("verdict", "accept"), "accepted");
    for (const char* outside : {"172.30.89.10", "172.30.88.0", "172.30.88.255", "0.0.0.0"}) {
        EXPECT_EQ(with("address", outside),
                  std::string(outside) + " is not a host's address in 172.30.88.0/24");
    }
}

TEST(GuardApply, RefusesWhatTwoGuestsWouldShare) {
    const json one = guest("bgra", "02:00:00:00:00:0a", "172.30.88.10");
    for (const json& other : {guest("bgra", "02:00:00:00:00:0b", "172.30.88.11"),
                              guest("bgrb", "02:00:00:00:00:0A", "172.30.88.11"),
                              guest("bgrb", "02:00:00:00:00:0b", "172.30.88.10")}) {
        EXPECT_NE(refusal(args({one, other})).find("listed twice"), std::string::npos) << other;
    }
}

TEST(GuardApply, TakesAFullBridgeAndNoMore) {
    json guests = json::array();
    for (unsigned i = 0; i < 4097; ++i) {
        const std::string number = std::to_string(10000 + i);
        const net::Ipv4 address{0xac1e0002U + i};
        const net::Mac mac = net::Mac::derive(number);
        guests.push_back(guest("bgrk3x9a0a" + number, mac.text(), address.text()));
    }
    json all = args(guests);
    all["subnet"] = "172.30.0.0/16";
    EXPECT_EQ(refusal(all), "argument \"guests\" must be a list of at most 4096");
    all["guests"].erase(0);
    EXPECT_EQ(refusal(all), "accepted") << "within the longest request";
}

} // namespace
} // namespace banger::privileged
