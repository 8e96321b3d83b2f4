#include "state/history.hpp"

#include <gtest/gtest.h>

namespace web {
namespace {

TEST(History, HasAWindowOfEachLength) {
    History history;
    EXPECT_TRUE(history.empty());
    EXPECT_FALSE(history.course(Metric::cpu, Window::minutes, 300));
    for (std::int64_t at = 0; at < 7200;
         at += 30) { // for two hours, with a peak in each five minutes
        history.add(Metric::cpu, at, at + 30, at % 300 == 0 ? 100 : 10);
    }
    EXPECT_FALSE(history.empty());
    EXPECT_FALSE(history.course(Metric::memory, Window::minutes, 7200)) << "was never told";

    const Course minutes = history.course(Metric::cpu, Window::minutes, 7200).value();
    EXPECT_EQ(minutes.from, 7200 - 300);
    ASSERT_EQ(minutes.slots.size(), 60U);
    EXPECT_EQ(minutes.slots[0].mean, 100);
    EXPECT_EQ(minutes.slots[6].mean, 10);
    EXPECT_EQ(minutes.mean, 19);

    const Course hour = history.course(Metric::cpu, Window::hour, 7200).value();
    EXPECT_EQ(hour.from, 3600);
    EXPECT_EQ(hour.slots.size(), 120U);

    const Course day = history.course(Metric::cpu, Window::day, 7200).value();
    EXPECT_EQ(day.from, 7200 - 86400);
    ASSERT_EQ(day.slots.size(), 288U);
    EXPECT_TRUE(day.slots[263].empty());
    EXPECT_FLOAT_EQ(day.slots[264].mean, 19);
    EXPECT_EQ(day.slots[264].low, 10);
    EXPECT_EQ(day.slots[287].high, 100);
    EXPECT_EQ(day.least, 10);
    EXPECT_EQ(day.most, 100);
    EXPECT_EQ(day.now, 10);
}

TEST(History, KeepsNoneThatIsOlderThanItsWindow) {
    History history;
    history.add(Metric::cpu, 0, 30, 50);
    EXPECT_TRUE(history.course(Metric::cpu, Window::minutes, 325)->most);
    EXPECT_FALSE(history.course(Metric::cpu, Window::minutes, 331)->most);
    EXPECT_TRUE(history.course(Metric::cpu, Window::hour, 331)->most);
    EXPECT_FALSE(history.course(Metric::cpu, Window::hour, 3631)->most);
    EXPECT_TRUE(history.course(Metric::cpu, Window::day, 3631)->most);
    EXPECT_FALSE(history.course(Metric::cpu, Window::day, 86701)->most);
}

TEST(History, HasNoneOfNowBehindItsEnd) {
    History history;
    history.add(Metric::cpu, 0, 30, 50);
    history.add(Metric::disk, 0, 10, 50);
    EXPECT_EQ(history.settled(40), 10) << "the disk will be told of from there on";
    history.pause();
    const Course course = history.course(Metric::cpu, Window::minutes, 40).value();
    EXPECT_FALSE(course.now);
    EXPECT_EQ(course.most, 50);
    EXPECT_EQ(history.settled(40), 40);
}

TEST(History, TakesFiguresOfAMachineAlone) {
    History history;
    history.add(Metric::sent, 0, 5, 1e300);
    history.add(Metric::sent, 5, 10, -5);
    history.add(Metric::sent, 10, 15, std::numeric_limits<double>::quiet_NaN());
    const Course course = history.course(Metric::sent, Window::minutes, 15).value();
    EXPECT_FLOAT_EQ(static_cast<float>(course.most.value()), 1e15F);
    EXPECT_EQ(course.least, 0);
    EXPECT_FALSE(course.now) << "what is no figure is not known";
}

/// What README.md says of the memory that it takes.
TEST(History, IsSmall) {
    std::size_t slots = 0;
    for (const WindowFacts& window : windows) {
        slots += window.count + 1;
    }
    EXPECT_LE(slots * sizeof(Ring::Slot) + 3 * sizeof(Ring), 6U << 10U);
    EXPECT_LE(slots * sizeof(Ring::Slot) * metrics.size(), 40U << 10U);
}

TEST(Windows, AreFoundByTheirNames) {
    for (const WindowFacts& window : windows) {
        EXPECT_EQ(window_of(window.id), window.window);
        EXPECT_STREQ(facts_of(window.window).id, window.id);
        EXPECT_EQ(window.step * static_cast<std::int64_t>(window.count) % 300, 0);
    }
    EXPECT_FALSE(window_of("5M"));
    EXPECT_FALSE(window_of(""));
    for (const MetricFacts& metric : metrics) {
        EXPECT_STREQ(facts_of(metric.metric).id, metric.id);
    }
}

} // namespace
} // namespace web
