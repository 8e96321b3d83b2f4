#include "vm/idleness.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace banger::vm {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

constexpr auto none = [] { return std::uint64_t{0}; };

class IdlenessTest : public ::testing::Test {
  protected:
    /// The next sample, as a rule ten seconds later, of a guest at rest but for `changes`.
    void sample(const json& changes = json::object(), std::uint64_t our_logins = 0,
                std::chrono::milliseconds later = 10s) {
        now_ += later;
        uptime_ms_ += later.count();
        json stats{{"uptime_ms", uptime_ms_},
                   {"load", {0.05, 0.1, 0.1}},
                   {"logins", 0},
                   {"cpu", {{"user_ms", 500}, {"system_ms", 500}, {"idle_ms", uptime_ms_}}},
                   {"network", {{{"name", "eth0"}, {"rx_bytes", 5000}, {"tx_bytes", 5000}}}}};
        stats.merge_patch(changes);
        idleness_.take(
            {{"state", "ready"}, {"stats", stats}}, [our_logins] { return our_logins; }, now_);
    }

    Idleness idleness_;
    Idleness::Time now_{1000s};
    std::int64_t uptime_ms_ = 60'000;
};

TEST_F(IdlenessTest, BeginsWithTheFirstSampleAtRest) {
    EXPECT_FALSE(idleness_.since() || idleness_.seen());
    sample();
    const auto first = now_;
    sample();
    EXPECT_EQ(idleness_.since(), first);
    EXPECT_EQ(idleness_.seen(), now_);
    EXPECT_EQ(idleness_.activity(), "");
}

TEST_F(IdlenessTest, SaysWhatHappens) {
    sample({{"logins", 1}});
    EXPECT_EQ(idleness_.activity(), "1 login");
    EXPECT_FALSE(idleness_.since());
    sample({{"logins", 2}});
    EXPECT_EQ(idleness_.activity(), "2 logins");
    sample({{"load", {0.85, 0, 0}}});
    EXPECT_EQ(idleness_.activity(), "load 0.85");
    sample();
    sample({{"cpu", {{"user_ms", 3000}}}});
    EXPECT_EQ(idleness_.activity(), "25 % of a CPU");
    sample({{"cpu", {{"user_ms", 3000}}}});
    EXPECT_EQ(idleness_.since(), now_);
    sample({{"network", {{{"rx_bytes", 20'000}, {"tx_bytes", 200'000}}}}});
    EXPECT_EQ(idleness_.activity(), "network 21 KiB/s");
}

/// Each of them costs a slow guest more than a processor at rest has to do.
TEST_F(IdlenessTest, LookingAtAGuestIsNoActivityInIt) {
    sample();
    const auto first = now_;
    for (int second = 1; second <= 5; ++second) {
        sample({{"cpu", {{"user_ms", 500 + second * 150}}}}, 0, 1s);
        EXPECT_EQ(idleness_.activity(), "");
        EXPECT_EQ(idleness_.seen(), now_);
    }
    sample({{"cpu", {{"user_ms", 1260}}}}, 0, 5s);
    EXPECT_EQ(idleness_.activity(), "");
    EXPECT_EQ(idleness_.since(), first);
    sample({{"cpu", {{"user_ms", 1270}}}, {"logins", 1}}, 0, 1s);
    EXPECT_EQ(idleness_.activity(), "1 login") << "which needs nothing to compare with";
}

TEST_F(IdlenessTest, FiguresThatComeFastAreJudgedTogether) {
    sample();
    for (int second = 1; second <= 10; ++second) {
        sample({{"cpu", {{"user_ms", 500 + second * 300}}}}, 0, 1s);
    }
    EXPECT_EQ(idleness_.activity(), "30 % of a CPU");
    EXPECT_FALSE(idleness_.since());
}

TEST_F(IdlenessTest, ConnectionsThatWeKeepAreNoLogins) {
    sample({{"logins", 1}}, 1);
    EXPECT_EQ(idleness_.since(), now_);
    sample({{"logins", 2}}, 1);
    EXPECT_EQ(idleness_.activity(), "1 login");
    sample({{"logins", 0}}, 1);
    EXPECT_EQ(idleness_.activity(), "");
}

TEST_F(IdlenessTest, ASampleSeenBeforeIsNoNews) {
    sample();
    const auto seen = now_;
    idleness_.take({{"state", "ready"}, {"stats", {{"uptime_ms", uptime_ms_}, {"logins", 3}}}},
                   none, now_ + 3s);
    EXPECT_EQ(idleness_.seen(), seen);
    EXPECT_EQ(idleness_.since(), seen);
}

TEST_F(IdlenessTest, OfASilentGuestNothingIsKnown) {
    sample();
    idleness_.take({{"state", "silent"}, {"stats", {{"uptime_ms", 99}}}}, none, now_);
    EXPECT_FALSE(idleness_.since() || idleness_.seen());
    sample();
    EXPECT_EQ(idleness_.since(), now_) << "it begins anew";
}

TEST_F(IdlenessTest, AnotherBootHasNothingToCompareWith) {
    sample({{"cpu", {{"user_ms", 900'000}}}});
    uptime_ms_ = 0;
    sample();
    EXPECT_EQ(idleness_.activity(), "");
}

TEST_F(IdlenessTest, ASessionOfOursIsActivity) {
    sample();
    idleness_.begin_session();
    sample();
    EXPECT_FALSE(idleness_.since());
    EXPECT_EQ(idleness_.activity(), "1 session");
    idleness_.forget(); // the guest was started again meanwhile
    EXPECT_EQ(idleness_.activity(), "1 session");
    sample();
    idleness_.end_session(now_ + 1s);
    EXPECT_EQ(idleness_.since(), now_ + 1s);
}

TEST_F(IdlenessTest, NonsenseIsNoActivityAndNoHarm) {
    for (const json& facts :
         {json(nullptr), json("x"), json({{"stats", {1, 2}}}),
          json({{"state", 7}, {"stats", {{"uptime_ms", -5}, {"load", "high"}, {"logins", {1}}}}}),
          json({{"stats", {{"uptime_ms", 1e300}, {"cpu", 4}, {"network", {{"rx_bytes", "a"}}}}}}),
          json({{"stats", {{"uptime_ms", 7}, {"load", json::array()}, {"network", {1, "b"}}}}})}) {
        idleness_.take(facts, none, now_);
        EXPECT_EQ(idleness_.activity(), "") << facts;
    }
}

} // namespace
} // namespace banger::vm
