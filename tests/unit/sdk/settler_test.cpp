#include <banger/cpp/settler.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

namespace banger {
namespace {

/// Numbers that are wanted outside.
class Numbers {
  public:
    using All = std::array<int, 8>;
    void set(std::size_t at, int number) {
        const std::lock_guard lock(settler_.mutex());
        wanted_[at] = number;
        settler_.changed();
    }
    template <class Apply>
    void settle(Apply apply) {
        settler_.settle([this] { return wanted_; }, apply);
    }

  private:
    Settler settler_;
    All wanted_{};
};

TEST(Settler, AppliesOnceForEachChange) {
    Numbers numbers;
    int applied = 0;
    const auto apply = [&](const Numbers::All&) { ++applied; };
    numbers.settle(apply);
    EXPECT_EQ(applied, 1) << "what is outside is unknown at first";
    numbers.settle(apply);
    EXPECT_EQ(applied, 1);
    numbers.set(0, 1);
    numbers.set(1, 1);
    numbers.settle(apply);
    EXPECT_EQ(applied, 2);
}

TEST(Settler, AfterAFailureItTriesAgain) {
    Numbers numbers;
    numbers.set(3, 7);
    EXPECT_THROW(numbers.settle([](const Numbers::All&) { throw std::runtime_error("no"); }),
                 std::runtime_error);
    int seen = 0;
    numbers.settle([&](const Numbers::All& all) { seen = all[3]; });
    EXPECT_EQ(seen, 7);
}

TEST(Settler, WhatChangesWhileItAppliesIsAppliedNext) {
    Numbers numbers;
    std::vector<int> seen;
    const auto apply = [&](const Numbers::All& all) {
        seen.push_back(all[0]);
        if (seen.size() == 1) {
            numbers.set(0, 1);
        }
    };
    numbers.settle(apply);
    numbers.settle(apply);
    EXPECT_EQ(seen, (std::vector<int>{0, 1}));
}

TEST(Settler, ManyAtOnceEndWithTheLastState) {
    Numbers numbers;
    Numbers::All outside{};
    std::atomic<int> inside = 0;
    std::atomic<bool> overlapped = false;
    const auto apply = [&](const Numbers::All& all) {
        overlapped = overlapped || ++inside > 1;
        std::this_thread::yield();
        outside = all;
        --inside;
    };
    constexpr int rounds = 200;
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < outside.size(); ++t) {
        threads.emplace_back([&, t] {
            for (int i = 1; i <= rounds; ++i) {
                numbers.set(t, i);
                numbers.settle(apply);
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_FALSE(overlapped);
    for (const int number : outside) {
        EXPECT_EQ(number, rounds);
    }
}

} // namespace
} // namespace banger
