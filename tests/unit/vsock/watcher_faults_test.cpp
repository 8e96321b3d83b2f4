#include "watched.hpp"

#include <nlohmann/json.hpp>
#include <time.h>

namespace vsock {
namespace {

using namespace std::chrono_literals;

/// Answers, too, until it is cut off, which it is for longer.
bool floods(Watched::Mood mood) {
    return mood == Watched::Mood::flooding || mood == Watched::Mood::padded;
}

class Faults : public Watched, public testing::WithParamInterface<Watched::Mood> {};

/// Slower, so that nobody is silent only because a machine under load is.
class Crowd : public Watched, public testing::WithParamInterface<Watched::Mood> {
  protected:
    Crowd() : Watched(2s) {}
};

/// What one guest does, the others do not notice.
TEST_P(Crowd, OneAmongFifty) {
    Agent& hostile = start_agent("hostile", GetParam());
    watch("hostile");
    for (int i = 0; i < 49; ++i) {
        start_agent(std::to_string(i));
        watch(std::to_string(i));
    }
    for (int i = 0; i < 49; ++i) {
        eventually([&] { return view(std::to_string(i)).stats.has_value(); });
    }
    std::map<int, std::optional<Steady::time_point>> before;
    for (int i = 0; i < 49; ++i) {
        before[i] = view(std::to_string(i)).heard;
    }
    for (int i = 0; i < 49; ++i) {
        eventually([&] { return view(std::to_string(i)).heard != before[i]; });
    }
    EXPECT_GT(hostile.connections(), 0U);
    if (!floods(GetParam())) {
        EXPECT_FALSE(view("hostile").stats.has_value());
    }
    for (int i = 0; i < 49; ++i) {
        EXPECT_EQ(count("silent " + std::to_string(i)), 0U);
    }
}

/// It comes back as if nothing had been. Not after a flood, which is waited out for longer.
TEST_P(Faults, AndWellAgain) {
    Agent& agent = start_agent("a");
    watch("a");
    eventually([&] { return view("a").stats.has_value(); });
    agent.set(GetParam());
    if (!floods(GetParam())) {
        eventually([&] { return view("a").state == GuestState::silent; });
        EXPECT_EQ(count("silent a"), 1U);
        agent.set(Mood::good);
        eventually([&] { return view("a").state == GuestState::ready && view("a").connected; });
        EXPECT_EQ(count("ready a"), 2U);
    } else {
        eventually([&] { return view("a").problem.find("floods") != std::string::npos; });
        eventually([&] { return view("a").state == GuestState::silent; });
    }
}

std::string name_of(const testing::TestParamInfo<Watched::Mood>& info) {
    static constexpr const char* names[] = {"good", "absent",   "mute",     "stalled", "halved",
                                            "huge", "headless", "flooding", "wordy",   "padded"};
    return names[static_cast<int>(info.param)];
}

const auto moods =
    testing::Values(Watched::Mood::absent, Watched::Mood::mute, Watched::Mood::stalled,
                    Watched::Mood::halved, Watched::Mood::huge, Watched::Mood::headless,
                    Watched::Mood::flooding, Watched::Mood::wordy, Watched::Mood::padded);
INSTANTIATE_TEST_SUITE_P(Moods, Faults, moods, name_of);
INSTANTIATE_TEST_SUITE_P(Moods, Crowd, moods, name_of);

using Hostile = Watched;

TEST_F(Hostile, AnswersThatAreNotWhatTheyMayBe) {
    Agent& agent = start_agent("a");
    agent.answer("GET /v1/stats", "[");
    agent.answer("GET /v1/ports", R"({"ports": "many"})");
    watch("a");
    eventually([&] { return agent.asked("GET /v1/stats") > 3; });
    EXPECT_FALSE(view("a").stats.has_value());
    agent.answer("GET /v1/stats", R"({"disks": {"a": 1}, "cpu": 5, "load": "high"})");
    eventually([&] { return view("a").stats.has_value(); });
    EXPECT_TRUE(view("a").stats->disks.empty());
}

TEST_F(Hostile, EventsThatAreNone) {
    Agent& agent = start_agent("a");
    watch("a");
    eventually([&] { return view("a").connected; });
    const unsigned before = agent.connections();
    agent.push("no JSON");
    eventually([&] { return agent.connections() > before && view("a").connected; });
}

TEST_F(Hostile, ClockEventsDoNotBecomeQuestions) {
    Agent& agent = start_agent("a");
    watch("a");
    eventually([&] { return agent.asked("GET /v1/time") == 1; });
    for (int i = 0; i < 100; ++i) {
        agent.push(R"({"event":"clock","uptime_ms":1,"off_ms":5000})");
    }
    std::this_thread::sleep_for(1s);
    EXPECT_LE(agent.asked("GET /v1/time"), 12U) << "at most one with each sample";
}

TEST_F(Hostile, BootsThatNeverEndDoNotBecomeQuestions) {
    Agent& agent = start_agent("a");
    agent.set_boot("*");
    watch("a");
    eventually([&] { return agent.asked("GET /v1/health") > 0; });
    std::this_thread::sleep_for(1s);
    EXPECT_LE(agent.asked("GET /v1/health"), 20U);
    EXPECT_LE(events().size(), 60U);
}

TEST_F(Hostile, ManyWithoutAnAgentCostNothing) {
    for (int i = 0; i < 50; ++i) {
        watch(std::to_string(i), 7, false); // of an earlier daemon: none is due
    }
    std::this_thread::sleep_for(1s);
    timespec before{};
    timespec after{};
    ASSERT_EQ(::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before), 0);
    std::this_thread::sleep_for(2s);
    ASSERT_EQ(::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after), 0);
    const double used = static_cast<double>(after.tv_sec - before.tv_sec) +
                        static_cast<double>(after.tv_nsec - before.tv_nsec) / 1e9;
    EXPECT_LT(used, 0.5);
}

} // namespace
} // namespace vsock
