#include "guest_set.hpp"

#include <gtest/gtest.h>

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

} // namespace
} // namespace tap_pool
