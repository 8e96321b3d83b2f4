#include "pages/trace.hpp"

#include "pages/figure.hpp"

#include <gtest/gtest.h>

namespace web {
namespace {

using nlohmann::json;

/// -1: nothing is known of it.
std::vector<Ring::Slot> slots_of(const std::vector<float>& means) {
    std::vector<Ring::Slot> slots;
    slots.reserve(means.size());
    for (const float mean : means) {
        slots.push_back(mean < 0 ? Ring::Slot() : Ring::Slot{mean, mean, mean});
    }
    return slots;
}

TEST(Trace, GoesFromSlotToSlot) {
    const Trace drawn = trace(slots_of({0, 50, 25, 100}), 100);
    EXPECT_EQ(drawn.line, "M0 200l1-100 1 50 1-150");
    EXPECT_EQ(drawn.under, "M0 200l1-100 1 50 1-150V200H0z");
}

TEST(Trace, HasGaps) {
    const Trace drawn = trace(slots_of({-1, 50, 50, -1, -1, 100, -1, 10, 20}), 100);
    EXPECT_EQ(drawn.line, "M1 100l1 0M5 0h0M7 180l1-20");
    EXPECT_EQ(drawn.under, "M1 100l1 0V200H1zM5 0h0V200H5zM7 180l1-20V200H7z");
    EXPECT_EQ(trace(slots_of({-1, -1}), 100).line, "");
    EXPECT_EQ(trace({}, 100).line, "");
}

TEST(Trace, StaysInItsBox) {
    EXPECT_EQ(trace(slots_of({1e15F, 100}), 10).line, "M0 0l1 0");
    EXPECT_EQ(trace(slots_of({1, 2}), 0).line, "M0 200l1 0");
}

TEST(Figure, IsDrawnWithTwoValuesOrMore) {
    EXPECT_FALSE(sparkline("CPU", std::nullopt).is_object());
    Course course;
    course.slots = slots_of({-1, 10});
    EXPECT_FALSE(sparkline("CPU", course).is_object());
    course.slots = slots_of({5, -1, 10});
    course.least = 5;
    course.most = 10;
    const json line = sparkline("CPU of a", course);
    EXPECT_EQ(line.at("LINE"), "M0 190h0M2 180h0");
    EXPECT_EQ(line.at("WIDTH"), 2);
    EXPECT_EQ(line.at("LABEL"), "CPU of a in the last 5 min: 5 % to 10 %");
}

TEST(Figure, TellsHowMuchIsUsed) {
    EXPECT_EQ(meter("CPU", "CPU of a", 74.9, "x").at("LEVEL"), "good");
    EXPECT_EQ(meter("CPU", "CPU of a", 75, "x").at("LEVEL"), "warn");
    EXPECT_EQ(meter("CPU", "CPU of a", 1e300, "x").at("PERCENT"), 100);
    EXPECT_EQ(meter("CPU", "CPU of a", 1e300, "x").at("LEVEL"), "bad");
    EXPECT_EQ(meter("CPU", "CPU of a", -5, "x").at("PERCENT"), 0);
}

} // namespace
} // namespace web
