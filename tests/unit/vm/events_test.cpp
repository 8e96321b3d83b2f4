#include "vm/events.hpp"

#include <gtest/gtest.h>

#include <optional>

#include <nlohmann/json.hpp>

namespace banger::vm {
namespace {

TEST(Events, ReachListenersUntilTheirSubscriptionGoes) {
    Events events;
    std::vector<std::string> seen;
    std::optional<Events::Subscription> first =
        events.subscribe([&](const nlohmann::json& event) { seen.push_back(event["type"]); });
    events.publish("one", {{"vm", "a"}});
    first.reset();
    events.publish("two", {{"vm", "a"}});
    EXPECT_EQ(seen, std::vector<std::string>{"one"});
}

TEST(Events, AListenerMayEndItselfAndOutliveTheBus) {
    std::optional<Events::Subscription> subscription;
    {
        Events events;
        int count = 0;
        subscription = events.subscribe([&](const nlohmann::json&) {
            ++count;
            subscription.reset();
        });
        events.publish("x", nlohmann::json::object());
        events.publish("x", nlohmann::json::object());
        EXPECT_EQ(count, 1);
        subscription = events.subscribe([](const nlohmann::json&) {});
    }
    subscription.reset();
}

} // namespace
} // namespace banger::vm
