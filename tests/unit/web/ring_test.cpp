#include "state/ring.hpp"

#include <gtest/gtest.h>

namespace web {
namespace {

/// The means of these slots; -1: nothing is known of it.
std::vector<double> means(const Ring& ring, std::int64_t first, std::int64_t last) {
    std::vector<double> values;
    for (std::int64_t number = first; number <= last; ++number) {
        const Ring::Slot slot = ring.at(number);
        values.push_back(slot.empty() ? -1 : slot.mean);
    }
    return values;
}
using Means = std::vector<double>;

TEST(Ring, KnowsNothingAtFirst) {
    const Ring ring(5, 4);
    EXPECT_TRUE(ring.at(0).empty());
    EXPECT_TRUE(ring.at(-1).empty());
    EXPECT_TRUE(ring.at(1000000).empty());
}

TEST(Ring, HasAValueInEverySlotOfItsTime) {
    Ring ring(5, 10);
    ring.add(100, 130, 7); // taken every 30 s: six slots of 5 s
    EXPECT_EQ(means(ring, 19, 26), (Means{-1, 7, 7, 7, 7, 7, 7, -1}));
}

TEST(Ring, LeavesAGapWhereNothingWasTold) {
    Ring ring(5, 10);
    ring.add(100, 105, 1);
    ring.add(120, 125, 2);
    EXPECT_EQ(means(ring, 20, 24), (Means{1, -1, -1, -1, 2}));
}

TEST(Ring, WeighsValuesByTheirTime) {
    Ring ring(30, 10);
    ring.add(0, 10, 100);
    ring.add(10, 30, 10);
    EXPECT_EQ(means(ring, 0, 0), (Means{40}));
    EXPECT_EQ(ring.at(0).low, 10);
    EXPECT_EQ(ring.at(0).high, 100);
    ring.add(30, 45, 6);
    ring.add(45, 75, 12); // into two slots
    EXPECT_EQ(means(ring, 1, 2), (Means{9, 12}));
    EXPECT_EQ(ring.at(1).low, 6);
    EXPECT_EQ(ring.at(2).low, 12);
}

TEST(Ring, KeepsTheLastOnes) {
    Ring ring(5, 4);
    for (std::int64_t i = 0; i < 100; ++i) {
        ring.add(5 * i, 5 * i + 5, static_cast<double>(i));
    }
    EXPECT_EQ(means(ring, 94, 100), (Means{-1, -1, 96, 97, 98, 99, -1}));
    ring.add(1000000, 1000005, 5); // much later: all of it was before
    EXPECT_EQ(means(ring, 199997, 200000), (Means{-1, -1, -1, 5}));
    EXPECT_TRUE(ring.at(99).empty());
    ring.add(1000005, 9000005, 6); // as long as a time may be
    EXPECT_EQ(means(ring, 1799996, 1800001), (Means{-1, 6, 6, 6, 6, -1}));
}

TEST(Ring, ForgetsWhatIsLaterThanAClockThatWasTurnedBack) {
    Ring ring(5, 10);
    ring.add(100, 150, 1);
    ring.add(115, 120, 3);
    EXPECT_EQ(means(ring, 14, 19), (Means{-1, -1, -1, -1, -1, -1}));
    EXPECT_EQ(means(ring, 20, 29), (Means{1, 1, 1, 2, -1, -1, -1, -1, -1, -1}));
    ring.add(120, 125, 5);
    EXPECT_EQ(means(ring, 23, 25), (Means{2, 5, -1}));
}

TEST(Ring, TakesNoTimeThatIsNone) {
    Ring ring(5, 4);
    ring.add(10, 10, 1);
    ring.add(10, 5, 1);
    ring.add(-10, 5, 1);
    ring.add(0, 5, std::numeric_limits<double>::infinity());
    ring.add(0, 5, std::numeric_limits<double>::quiet_NaN());
    EXPECT_EQ(means(ring, 0, 3), (Means{-1, -1, -1, -1}));
}

} // namespace
} // namespace web
