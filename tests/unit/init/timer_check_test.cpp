#include "init/timer_check.hpp"

#include <gtest/gtest.h>

namespace banger::init {
namespace {

std::string list_with(const char* device, const char* mult) {
    return std::string("Tick Device: mode:     1\nBroadcast device\nClock Event Device: <NULL>\n\n"
                       "Tick Device: mode:     1\nPer CPU device: 0\nClock Event Device: ") +
           device +
           "\n max_delta_ns:   34637531438\n min_delta_ns:   1000\n mult:           " + mult +
           "\n shift:          32\n mode:           3\n";
}

TEST(TimerCheck, TheRateIsWhatTheKernelCountsBy) {
    EXPECT_EQ(local_timer_hz(list_with("lapic", "268435456")), 62'500'000U);
    EXPECT_EQ(local_timer_hz(list_with("pit", "268435456")), std::nullopt);
    EXPECT_EQ(local_timer_hz("Clock Event Device: lapic\n mult: x\n"), std::nullopt);
    EXPECT_EQ(local_timer_hz(""), std::nullopt);
}

TEST(TimerCheck, ARateFarFromTheTruthIsTold) {
    EXPECT_EQ(timer_problem(list_with("lapic", "266282603"), 62'500'000), "");
    EXPECT_EQ(timer_problem(list_with("lapic", "1220161478"), 62'500'000),
              "the kernel measured 284090982 Hz for a timer of 62500000 Hz");
    EXPECT_NE(timer_problem(list_with("lapic", "29396"), 62'500'000), "");
    EXPECT_NE(timer_problem(list_with("<NULL>", "0"), 62'500'000), "");
    EXPECT_EQ(timer_problem(list_with("<NULL>", "0"), 0), ""); // nobody said what is right
    EXPECT_EQ(timer_problem("", 62'500'000), "");              // no CONFIG_TIMER_LIST
}

} // namespace
} // namespace banger::init
