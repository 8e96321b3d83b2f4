#include "http/feed_pipe.hpp"

#include "http/faults.hpp"

#include <gtest/gtest.h>

namespace web {
namespace {

TEST(FeedPipe, GivesWhatWasToldInOrder) {
    int woken = 0;
    FeedPipe pipe(100, [&] { ++woken; });
    EXPECT_TRUE(pipe.write("a"));
    EXPECT_TRUE(pipe.write("b"));
    EXPECT_EQ(woken, 2);
    EXPECT_EQ(pipe.take(), "ab");
    EXPECT_EQ(pipe.take(), "");
    EXPECT_TRUE(pipe.is_open());
}

TEST(FeedPipe, CutsOffWhoDoesNotRead) { // T16
    int woken = 0;
    FeedPipe pipe(10, [&] { ++woken; });
    EXPECT_TRUE(pipe.write("123456"));
    EXPECT_EQ(pipe.take(), "123456"); // is being written, and not read yet
    EXPECT_TRUE(pipe.write("7890"));
    EXPECT_FALSE(pipe.write("1"));
    EXPECT_EQ(woken, 3);
    EXPECT_FALSE(pipe.is_open());
    EXPECT_EQ(pipe.take(), "");
    EXPECT_FALSE(pipe.write(""));
    EXPECT_EQ(woken, 3);
}

TEST(FeedPipe, TakesNoMoreOnceItIsClosed) {
    int woken = 0;
    FeedPipe pipe(10, [&] { ++woken; });
    pipe.close();
    EXPECT_FALSE(pipe.write("a"));
    EXPECT_EQ(woken, 0);
    pipe.close();
}

TEST(Faults, AreTooManyWithFiveInAMinute) { // T17
    const Faults::Clock::time_point begin{};
    Faults faults;
    for (int i = 0; i < 4; ++i) {
        faults.add(begin + std::chrono::seconds(i));
        EXPECT_FALSE(faults.too_many());
    }
    faults.add(begin + std::chrono::seconds(59));
    EXPECT_TRUE(faults.too_many());
    faults.add(begin + std::chrono::hours(1));
    EXPECT_TRUE(faults.too_many()); // and stay so
}

TEST(Faults, ThatComeNowAndThenAreNot) {
    const Faults::Clock::time_point begin{};
    Faults faults;
    for (int i = 0; i < 40; ++i) {
        faults.add(begin + i * std::chrono::seconds(15));
        EXPECT_FALSE(faults.too_many()) << i;
    }
    Faults late; // four at once, and the fifth a minute after the first
    for (int i = 0; i < 4; ++i) {
        late.add(begin);
    }
    late.add(begin + std::chrono::seconds(60));
    EXPECT_FALSE(late.too_many());
    late.add(begin + std::chrono::seconds(61));
    late.add(begin + std::chrono::seconds(61));
    late.add(begin + std::chrono::seconds(61));
    EXPECT_FALSE(late.too_many());
    late.add(begin + std::chrono::seconds(61));
    EXPECT_TRUE(late.too_many());
}

} // namespace
} // namespace web
