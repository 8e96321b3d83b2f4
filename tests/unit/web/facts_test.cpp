#include "events/fact.hpp"

#include "events/fact_log.hpp"
#include "events/pace.hpp"
#include "state/daemon.hpp"

#include <gtest/gtest.h>

namespace web {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

json event_of_operation(const std::string& state) {
    return {{"type", "operation"}, {"operation", "op-1"}, {"kind", "start"},
            {"target", "web-1"},   {"state", state},      {"stage", "boot"}};
}

Fact fact(const std::string& key, int number = 0, const std::string& topic = "ops") {
    Fact made{topic, key};
    made.body = {{"n", number}};
    return made;
}

TEST(Facts, OfAnOperationSayWhatAPageShows) {
    const auto facts = facts_of(event_of_operation("running"));
    ASSERT_EQ(facts.size(), 1U);
    EXPECT_EQ(facts[0].topic, "ops");
    EXPECT_FALSE(facts[0].last);
    EXPECT_EQ(facts[0].body, (json{{"t", "op"},
                                   {"id", "op-1"},
                                   {"kind", "start"},
                                   {"target", "web-1"},
                                   {"text", "start web-1"},
                                   {"href", "/ops/op-1"},
                                   {"state", "running"},
                                   {"tone", "busy"},
                                   {"stage", "boot"},
                                   {"runs", true}}));
    const Fact farther =
        with_progress(facts[0], {{"state", "running"}, {"stage", "ssh"}, {"percent", 64}});
    EXPECT_EQ(farther.body.at("stage"), "ssh");
    EXPECT_EQ(farther.body.at("percent"), 64);
    EXPECT_EQ(with_progress(facts[0], {{"state", "failed"}, {"stage", "x"}}).body, facts[0].body);
}

TEST(Facts, OfTheEndOfAnOperationAreTheLast) {
    for (const char* state : {"succeeded", "failed", "cancelled", "interrupted"}) {
        const auto facts = facts_of(event_of_operation(state));
        ASSERT_EQ(facts.size(), 2U) << state;
        EXPECT_TRUE(facts[0].last);
        EXPECT_EQ(facts[0].body.at("runs"), false);
        EXPECT_EQ(facts[0].body.at("stage"), "");
        EXPECT_EQ(facts[1].topic, "images"); // a VM may use one now, or no more
    }
    const auto image = facts_of({{"type", "image"}, {"image", "dev"}, {"change", "deleted"}});
    ASSERT_EQ(image.size(), 1U);
    EXPECT_EQ(image[0].topic, "images");
    EXPECT_EQ(facts_of(event_of_operation("queued")).size(), 1U);
    EXPECT_EQ(facts_of(event_of_operation("cancelling")).size(), 1U);
}

TEST(Facts, OfAVmAreItsStateAndWhatIsToBeDrawnAnew) {
    const auto state = facts_of({{"type", "vm.state"}, {"vm", "web-1"}, {"state", "crashed"}});
    ASSERT_EQ(state.size(), 1U);
    EXPECT_EQ(state[0].body,
              (json{{"t", "vm"}, {"vm", "web-1"}, {"state", "crashed"}, {"tone", "bad"}}));
    for (const char* type : {"vm.supervisor", "vm.stops_soon", "plugin.vsock.ready"}) {
        const auto guest = facts_of({{"type", type}, {"vm", "web-1"}});
        ASSERT_EQ(guest.size(), 1U) << type;
        EXPECT_EQ(guest[0].topic, "vms");
        EXPECT_EQ(guest[0].body, (json{{"t", "guest"}, {"vm", "web-1"}}));
        EXPECT_NE(guest[0].key, state[0].key);
    }
    const auto plugin = facts_of({{"type", "plugin.nat.names.watched"}, {"names", 3}});
    ASSERT_EQ(plugin.size(), 1U);
    EXPECT_EQ(plugin[0].topic, "plugins");
    EXPECT_EQ(plugin[0].body.at("id"), "nat");
}

TEST(Facts, AreNoneOfWhatIsBroken) {
    for (const json& event : {json::object(), json{{"type", 3}}, json{{"type", "operation"}},
                              json{{"type", "vm.state"}}, json{{"type", "vm.state"}, {"vm", 7}},
                              json{{"type", "other"}, {"vm", "web-1"}}}) {
        EXPECT_TRUE(facts_of(event).empty()) << event;
    }
    json odd = event_of_operation("running");
    odd["kind"] = json::array();
    odd["stage"] = "a\nb\x1b[31m";
    EXPECT_EQ(facts_of(odd).at(0).body.at("stage"), "a b[31m");
}

TEST(Facts, HaveTopics) {
    EXPECT_TRUE(topics_in("").empty());
    EXPECT_EQ(topics_in("ops,vms"), (Topics{"ops", "vms"}));
    for (const char* wrong : {"op", "ops,", ",", "ops, vms", "OPS", "<b>"}) {
        if (std::string_view(wrong) == "ops,") {
            EXPECT_EQ(topics_in(wrong), Topics{"ops"});
            continue;
        }
        try {
            (void)topics_in(wrong);
            ADD_FAILURE() << wrong;
        } catch (const Problem& problem) {
            EXPECT_EQ(problem.status(), 400);
        }
    }
}

TEST(Facts, SayWhetherRootsStepsCanBeDone) {
    const auto ready = [](const json& daemon) { return privilege_fact(daemon).body.at("ready"); };
    EXPECT_EQ(ready({{"privilege", {{"ready", true}}}}), true);
    EXPECT_EQ(ready({{"privilege", {{"ready", false}}}}), false);
    EXPECT_EQ(ready(json::object()), true); // nothing is in the way
}

TEST(FactLog, GivesWhatCameAfter) {
    FactLog log(10);
    log.add(11, fact("a", 1));
    log.add(15, fact("b", 2, "vms"));
    ASSERT_TRUE(log.since(10, {}));
    EXPECT_EQ(log.since(10, {})->size(), 2U);
    ASSERT_EQ(log.since(11, {})->size(), 1U);
    EXPECT_EQ(log.since(11, {})->at(0)->text, R"({"n":2})");
    EXPECT_EQ(log.since(10, {"ops"})->size(), 1U);
    EXPECT_TRUE(log.since(15, {})->empty());
    EXPECT_FALSE(log.since(9, {})); // of before its time
    log.forget(20);
    EXPECT_FALSE(log.since(15, {}));
    EXPECT_TRUE(log.since(20, {})->empty());
}

TEST(FactLog, KeepsTheNewestOfEachKey) {
    FactLog log(0);
    for (std::uint64_t i = 1; i <= 5000; ++i) {
        log.add(i, fact("same", static_cast<int>(i)));
    }
    ASSERT_TRUE(log.since(0, {}));
    ASSERT_EQ(log.since(0, {})->size(), 1U);
    EXPECT_EQ(log.since(0, {})->at(0)->text, R"({"n":5000})");
}

TEST(FactLog, KeepsAThousand) {
    FactLog log(0);
    for (std::uint64_t i = 1; i <= FactLog::most; ++i) {
        log.add(i, fact(std::to_string(i)));
    }
    ASSERT_TRUE(log.since(0, {}));
    EXPECT_EQ(log.since(0, {})->size(), FactLog::most);
    log.add(2000, fact("one more"));
    EXPECT_FALSE(log.since(0, {}));
    ASSERT_TRUE(log.since(1, {}));
    EXPECT_EQ(log.since(1, {})->size(), FactLog::most);
    log.add(2001, fact("2")); // takes the place of the oldest one: nothing else has to go
    EXPECT_TRUE(log.since(1, {}));
}

TEST(Pace, TellsFourASecondOfEachKey) {
    const Pace::Clock::time_point begin{};
    Pace pace;
    EXPECT_FALSE(pace.next());
    int told = 0, last = 0;
    for (int i = 0; i < 1000; ++i) { // a second of them
        pace.put(fact("a", i), begin + milliseconds(i));
        for (const Fact& each : pace.take(begin + milliseconds(i))) {
            ++told;
            last = each.body.at("n");
        }
    }
    EXPECT_EQ(told, 4);
    EXPECT_EQ(last, 750);
    ASSERT_TRUE(pace.next());
    EXPECT_EQ(*pace.next(), begin + milliseconds(1000));
    const auto rest = pace.take(begin + milliseconds(1000));
    ASSERT_EQ(rest.size(), 1U);
    EXPECT_EQ(rest[0].body.at("n"), 999); // the newest is not lost
    EXPECT_FALSE(pace.next());
}

TEST(Pace, HoldsNobodyForAnother) {
    const Pace::Clock::time_point now{};
    Pace pace;
    pace.put(fact("a", 1), now);
    EXPECT_EQ(pace.take(now).size(), 1U);
    pace.put(fact("a", 2), now);
    pace.put(fact("b", 3), now);
    const auto due = pace.take(now);
    ASSERT_EQ(due.size(), 1U);
    EXPECT_EQ(due[0].key, "b");
    EXPECT_EQ(pace.take_all().size(), 1U);
    EXPECT_FALSE(pace.next());
}

TEST(Pace, ForgetsWhatHasEnded) {
    const Pace::Clock::time_point now{};
    Pace pace;
    pace.put(fact("a", 1), now);
    EXPECT_EQ(pace.take(now).size(), 1U);
    EXPECT_FALSE(pace.has_ended("a")); // it may be told still
    pace.end("a");
    EXPECT_TRUE(pace.has_ended("a"));
    pace.put(fact("b", 1), now);
    pace.end("b");
    EXPECT_TRUE(pace.take(now + Pace::apart).empty());
    EXPECT_FALSE(pace.next());
}

} // namespace
} // namespace web
