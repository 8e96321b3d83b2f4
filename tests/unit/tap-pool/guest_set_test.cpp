#include "guest_set.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

namespace tap_pool {
namespace {

Guest guest(const std::string& tap) {
    return {tap, "02:00:00:00:00:07", "172.30.88.7"};
}

TEST(GuestSet, SettlesOnceForEachChange) {
    GuestSet set;
    int applied = 0;
    const auto apply = [&](const GuestSet::Guests&) { ++applied; };
    set.settle(apply);
    EXPECT_EQ(applied, 1) << "what the host has is unknown at first";
    set.settle(apply);
    set.put("1", guest("bgra"));
    set.put("1", guest("bgra"));
    set.settle(apply);
    set.erase("2");
    set.settle(apply);
    EXPECT_EQ(applied, 2);
    set.touch();
    set.settle(apply);
    set.put("1", guest("bgrb"));
    set.settle(apply);
    EXPECT_EQ(applied, 4);
}

TEST(GuestSet, AfterAFailureItTriesAgain) {
    GuestSet set;
    set.put("1", guest("bgra"));
    EXPECT_THROW(set.settle([](const GuestSet::Guests&) { throw std::runtime_error("no"); }),
                 std::runtime_error);
    std::size_t seen = 0;
    set.settle([&](const GuestSet::Guests& all) { seen = all.size(); });
    EXPECT_EQ(seen, 1U);
}

TEST(GuestSet, ManyAtOnceEndWithAllOfThem) {
    GuestSet set;
    GuestSet::Guests host;
    std::atomic<int> inside = 0;
    std::atomic<bool> overlapped = false;
    const auto apply = [&](const GuestSet::Guests& all) {
        overlapped = overlapped || ++inside > 1;
        std::this_thread::yield();
        host = all;
        --inside;
    };
    constexpr int threads = 8;
    constexpr int rounds = 200;
    std::vector<std::thread> starts;
    for (int t = 0; t < threads; ++t) {
        starts.emplace_back([&, t] {
            const std::string vm = std::to_string(t);
            for (int i = 0; i < rounds; ++i) {
                set.put(vm, guest("bgr" + std::to_string(i)));
                set.settle(apply);
                if (i % 3 == 0 && i + 1 < rounds) {
                    set.erase(vm);
                    set.settle(apply);
                }
            }
        });
    }
    for (std::thread& start : starts) {
        start.join();
    }
    EXPECT_FALSE(overlapped);
    EXPECT_EQ(host, set.all());
    EXPECT_EQ(host.size(), 8U);
    EXPECT_EQ(host.at("3").tap, "bgr199");
}

} // namespace
} // namespace tap_pool
