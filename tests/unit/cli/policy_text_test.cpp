#include "cli/policy_text.hpp"

#include "os/clock.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace banger::cli {
namespace {

using api_client::Json;

/// RFC 3339, half a second off, so that a slow test reads the same age.
std::string in_seconds(std::int64_t seconds) {
    return os::to_rfc3339(os::now_ms() + seconds * 1000 + (seconds > 0 ? 500 : -500));
}

Json vm(Json changes = Json::object()) {
    Json made{{"state", "running"},  {"autostart", "off"},    {"idle_stop_s", 0},
              {"max_lifetime_s", 0}, {"idle_since", nullptr}, {"activity", nullptr},
              {"stops", nullptr}};
    made.update(changes);
    return made;
}

std::string line(const Json& vm, const std::string& key) {
    for (const auto& [name, text] : policy_lines(vm)) {
        if (name == key) {
            return text;
        }
    }
    return "no such line";
}

TEST(PolicyText, WithoutAPolicyThereIsNothingToTell) {
    EXPECT_EQ(stop_brief(vm()), "");
    EXPECT_EQ(stop_sentence(vm()), "");
    for (const auto& [name, text] : policy_lines(vm())) {
        EXPECT_EQ(text, "") << name;
    }
}

TEST(PolicyText, WhatIsLeftIsRounded) {
    for (const auto& [left, text] : {std::pair(36000 - 2, "in 10h"),
                                     {32500, "in 9h"},
                                     {1799 - 2, "in 30m"},
                                     {60, "in 60s"},
                                     {6 * 86400, "in 6d"}}) {
        EXPECT_EQ(stop_brief(vm({{"stops", {{"at", in_seconds(left)}, {"why", "lifetime"}}}})),
                  text);
    }
}

TEST(PolicyText, AnIdleGuestIsShownWithItsEnd) {
    const Json idle = vm({{"idle_stop_s", 1800},
                          {"idle_since", in_seconds(-720)},
                          {"stops", {{"at", in_seconds(1080)}, {"why", "idle"}}}});
    EXPECT_EQ(stop_brief(idle), "in 18m");
    EXPECT_EQ(line(idle, "idle stop"), "after 30m; idle for 12m, stops in 18m");
    EXPECT_EQ(stop_sentence(idle), "it stops by itself when idle for 30m");
}

TEST(PolicyText, WhyItIsNotIdleIsShownWithoutControlCharacters) {
    EXPECT_EQ(line(vm({{"idle_stop_s", 60}, {"activity", "1 login\x1b[31m"}}), "idle stop"),
              "after 1m; not idle: 1 login");
    EXPECT_EQ(stop_sentence(vm({{"idle_stop_s", 60}})), "") << "who knows";
    EXPECT_EQ(line(vm({{"idle_stop_s", 9000}, {"state", "stopped"}}), "idle stop"), "after 2h30m");
    EXPECT_EQ(line(vm({{"idle_stop_s", 60}}), "idle stop"),
              "after 1m; not known yet whether it is idle");
    EXPECT_EQ(line(vm({{"idle_stop_s", 60}, {"state", "stopped"}}), "idle stop"), "after 1m");
}

TEST(PolicyText, ALifetimeIsShownWithItsEnd) {
    const Json old =
        vm({{"max_lifetime_s", 28'800}, {"stops", {{"at", in_seconds(-5)}, {"why", "lifetime"}}}});
    EXPECT_EQ(line(old, "lifetime"), "8h; stops now");
    EXPECT_EQ(stop_sentence(old), "it stops by itself now");
    const Json both = vm({{"idle_stop_s", 60},
                          {"activity", "1 login"},
                          {"max_lifetime_s", 28'800},
                          {"stops", {{"at", in_seconds(7200)}, {"why", "lifetime"}}}});
    EXPECT_EQ(stop_sentence(both), "it stops by itself when idle for 1m, at the latest in 2h");
}

TEST(PolicyText, AutostartIsSpeltOut) {
    EXPECT_EQ(line(vm({{"autostart", "on"}}), "autostart"), "on: when this machine has come up");
}

} // namespace
} // namespace banger::cli
