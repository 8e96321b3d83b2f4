#include "watched.hpp"

#include <future>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <sys/resource.h>

namespace vsock {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::ElementsAre;

using WatcherTest = Watched;

TEST_F(WatcherTest, SeesAGuestThatIsReady) {
    start_agent("a");
    watch("a");
    eventually([&] { return view("a").ports.has_value() && view("a").stats.has_value(); });
    EXPECT_EQ(view("a").state, GuestState::ready);
    EXPECT_TRUE(view("a").connected);
    EXPECT_EQ(view("a").version, "0.1.0");
    EXPECT_THAT(view("a").failed_units.value(), ElementsAre("x.service"));
    EXPECT_EQ(view("a").ports->front().title, "Directory listing") << "asked at the first sample";
    EXPECT_THAT(events(), ElementsAre("ready a", "booted a"));
    eventually([&] { return json::parse(facts("a")).contains("stats"); });
    const json facts_now = json::parse(facts("a"));
    EXPECT_EQ(facts_now.at("state"), "ready");
    EXPECT_EQ(facts_now.at("agent").at("version"), "0.1.0");
}

TEST_F(WatcherTest, IsThereBeforeTheAgent) {
    watch("a"); // no socket yet
    auto waiting = std::async(std::launch::async, [&] { return board_.wait_ready("a", -1, 20s); });
    std::this_thread::sleep_for(50ms);
    Agent& agent = start_agent("a", Mood::absent);
    agent.set_ready(false);
    eventually([&] { return agent.connections() >= 2; });
    agent.set(Mood::good);
    eventually([&] { return view("a").connected; });
    EXPECT_EQ(view("a").state, GuestState::booting);
    EXPECT_EQ(waiting.wait_for(0ms), std::future_status::timeout);
    agent.push(R"({"event":"ready","uptime_ms":900})");
    EXPECT_EQ(waiting.get(), Board::Outcome::ready);
    EXPECT_EQ(view("a").state, GuestState::ready);
    agent.push(R"({"event":"booted","uptime_ms":1900,"failed_units":["y.service"]})");
    eventually([&] { return count("booted a") == 1; });
    agent.push(R"({"event":"of a newer agent"})");
    agent.push(R"({"event":"booted","uptime_ms":1900,"failed_units":[]})");
    agent.push(R"({"event":"ready"})");
    eventually([&] { return agent.asked("GET /v1/stats") > 0; }); // a sample's time later
    EXPECT_THAT(events(), ElementsAre("ready a", "booted a")) << "once each";
}

TEST_F(WatcherTest, AnAgentThatIsRestarted) {
    start_agent("a");
    watch("a");
    eventually([&] { return view("a").connected; });
    stop_agent("a");
    eventually([&] { return !view("a").connected; });
    EXPECT_NE(view("a").problem, "");
    EXPECT_EQ(state_text(view("a")), "away");
    eventually([&] { return json::parse(facts("a")).at("state") == "away"; });
    Agent& agent = start_agent("a");
    eventually([&] { return view("a").connected; });
    EXPECT_EQ(view("a").problem, "");
    EXPECT_EQ(state_text(view("a")), "ready");
    EXPECT_EQ(count("booted a"), 1U) << "the same boot";
    agent.set_boot("another");
    agent.set(Mood::good);
    eventually([&] { return count("booted a") == 2; });
}

TEST_F(WatcherTest, VmsComeAndGo) {
    Agent& agent = start_agent("a");
    watch("a");
    eventually([&] { return view("a").connected; });
    watch("a");
    EXPECT_TRUE(view("a").connected) << "the same run";
    watcher_->forget("a");
    EXPECT_EQ(board_.find("a"), nullptr);
    eventually([&] { return agent.followers() == 0; });
    watch("a", 8, false);
    eventually([&] { return view("a").connected; });
    watch("a", 9, false); // an end that nobody told of
    EXPECT_FALSE(view("a").ready);
    eventually([&] { return view("a").connected; });
    EXPECT_EQ(view("a").vm.pid, 9);
    eventually([&] { return agent.followers() == 1; });
}

TEST_F(WatcherTest, SamplesAndRates) {
    Agent& agent = start_agent("a");
    watch("a");
    eventually([&] { return view("a").stats.has_value(); });
    agent.answer(
        "GET /v1/stats",
        R"({"uptime_ms": 16120, "cpu": {"user_ms": 5900, "system_ms": 700, "idle_ms": 14000,
                     "iowait_ms": 20, "steal_ms": 0}, "network": [{"rx_bytes": 1000000, "tx_bytes": 2000}]})");
    eventually([&] { return view("a").cpu_percent.has_value(); });
    EXPECT_DOUBLE_EQ(view("a").cpu_percent.value(), 50);
    eventually([&] { return agent.asked("GET /v1/ports") >= 8; });
    EXPECT_GT(agent.asked("GET /v1/ports"), 2 * agent.asked("GET /v1/ports?titles=1"));
    EXPECT_GT(agent.asked("GET /v1/health"), 0U);
    EXPECT_EQ(view("a").ports->front().title, "Directory listing") << "kept in between";
}

TEST_F(WatcherTest, AnOlderAgentIsAskedForWhatItHas) {
    Agent& agent = start_agent("a");
    agent.answer("GET /v1/stats", "{}");
    agent.set_features(R"(["health","events"])");
    watch("a");
    eventually([&] { return agent.asked("GET /v1/health") > 2; });
    EXPECT_EQ(agent.asked("GET /v1/stats"), 0U);
    EXPECT_EQ(agent.asked("GET /v1/ports"), 0U);
    EXPECT_EQ(agent.asked("GET /v1/time"), 0U);
    EXPECT_EQ(view("a").state, GuestState::ready);
}

/// Whether somebody has set this machine's clock since this was made: guests' clocks are looked at
/// again then, and that is no fault of who counts how often.
class ClockOfThisMachine {
  public:
    [[nodiscard]] bool was_set() const { return std::chrono::abs(offset() - at_first_) > 1ms; }

  private:
    static std::chrono::nanoseconds offset() {
        return std::chrono::system_clock::now().time_since_epoch() -
               std::chrono::steady_clock::now().time_since_epoch();
    }
    std::chrono::nanoseconds at_first_ = offset();
};

TEST_F(WatcherTest, ClocksAreSet) {
    const ClockOfThisMachine clock;
    Agent& agent = start_agent("a");
    agent.set_clock_off(-5s);
    watch("a");
    eventually([&] { return count("clock a") == 1; });
    EXPECT_LT(std::chrono::abs(agent.clock_off()), 100ms);
    agent.push(R"({"event":"clock","uptime_ms":1,"off_ms":5000})"); // what we did ourselves
    std::this_thread::sleep_for(300ms);
    EXPECT_EQ(agent.asked("PUT /v1/time"), 1U);
    EXPECT_TRUE(agent.asked("GET /v1/time") == 1 || clock.was_set());
}

class SlowWatcher : public Watched {
  protected:
    SlowWatcher() : Watched(1h) {}
};

TEST_F(SlowWatcher, SamplesFasterWhileSomebodyLooks) {
    Agent& agent = start_agent("a");
    watch("a");
    eventually([&] { return agent.asked("GET /v1/stats") == 1; });
    eventually([&] { return agent.asked("GET /v1/ports?titles=1") == 1; });
    watcher_->hurry();
    eventually([&] { return agent.asked("GET /v1/stats") >= 4; });
    EXPECT_LE(agent.asked("GET /v1/ports"), 1U) << "nobody looks at these";
}

TEST_F(SlowWatcher, AsksForPortsAgainWhileSomebodyLooks) {
    Agent& agent = start_agent("a");
    watch("a");
    eventually([&] { return agent.asked("GET /v1/ports?titles=1") == 1; });
    for (int i = 0; i < 5; ++i) {
        watcher_->look_again();
    }
    eventually([&] { return agent.asked("GET /v1/ports?titles=1") == 2; });
    std::this_thread::sleep_for(200ms);
    EXPECT_EQ(agent.asked("GET /v1/ports?titles=1"), 2U) << "in five seconds once";
}

TEST_F(WatcherTest, ANewPortIsAskedForItsTitleAtOnce) {
    Agent& agent = start_agent("a");
    watch("a");
    eventually([&] { return view("a").ports.has_value(); });
    agent.answer("GET /v1/ports", R"({"ports": [{"address": "0.0.0.0", "port": 9000}]})");
    agent.answer(
        "GET /v1/ports?titles=1",
        R"({"ports": [{"address": "0.0.0.0", "port": 9000, "http": true, "title": "New"}]})");
    eventually([&] { return view("a").ports->front().title == "New"; });
}

TEST_F(SlowWatcher, RestsWhileNothingHappens) {
    const ClockOfThisMachine clock;
    for (int i = 0; i < 20; ++i) {
        start_agent(std::to_string(i));
        watch(std::to_string(i));
    }
    for (int i = 0; i < 20; ++i) {
        eventually([&] { return view(std::to_string(i)).ports.has_value(); });
    }
    std::this_thread::sleep_for(500ms);
    rusage before{};
    rusage after{};
    ASSERT_EQ(::getrusage(RUSAGE_SELF, &before), 0); // the agents' threads sleep, too
    std::this_thread::sleep_for(2s);
    ASSERT_EQ(::getrusage(RUSAGE_SELF, &after), 0);
    EXPECT_TRUE(after.ru_nvcsw - before.ru_nvcsw <= 6 || clock.was_set())
        << "this process was woken " << after.ru_nvcsw - before.ru_nvcsw << " times";
}

} // namespace
} // namespace vsock
