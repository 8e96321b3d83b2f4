#include "net/collision.hpp"

#include <gtest/gtest.h>

namespace banger::net {
namespace {

Link link(int index, const char* name, const char* address = nullptr) {
    Link result;
    result.index = index;
    result.name = name;
    if (address != nullptr) {
        result.addresses.push_back(InterfaceAddress::parse(address));
    }
    return result;
}

Route route(const char* destination, int device) {
    return {Subnet::parse(destination), {}, device};
}

const Subnet wish = Subnet::parse("172.30.88.0/24");

TEST(Collision, AFreeNetworkAndTheDefaultRouteAreFine) {
    EXPECT_FALSE(find_collision(wish, "banger", {link(2, "eth0", "192.168.1.5/24")},
                                {route("0.0.0.0/0", 2), route("192.168.1.0/24", 2)}));
}

TEST(Collision, ARouteAroundItIsNamedAndLeftByTheAlternative) {
    const auto collision =
        find_collision(wish, "banger", {link(3, "docker0")}, {route("172.30.0.0/16", 3)});
    ASSERT_TRUE(collision);
    EXPECT_EQ(collision->with, "route 172.30.0.0/16 on docker0");
    ASSERT_TRUE(collision->alternative);
    EXPECT_EQ(collision->alternative->text(), "172.31.0.0/24");
}

TEST(Collision, AnAddressOfAnotherInterfaceCounts) {
    const auto collision =
        find_collision(wish, "banger", {link(3, "tun0", "172.30.88.200/32")}, {});
    ASSERT_TRUE(collision);
    EXPECT_EQ(collision->with, "address 172.30.88.200/32 of tun0");
    EXPECT_EQ(collision->alternative->text(), "172.30.89.0/24");
}

TEST(Collision, OurOwnBridgeIsNoCollision) {
    EXPECT_FALSE(find_collision(wish, "banger", {link(4, "banger", "172.30.88.1/24")},
                                {route("172.30.88.0/24", 4)}));
    EXPECT_TRUE(find_collision(wish, "banger-2", {link(4, "banger", "172.30.88.1/24")}, {}));
}

TEST(Collision, ARouteWithoutADeviceCounts) {
    const auto collision = find_collision(wish, "banger", {}, {route("172.30.0.0/16", 0)});
    ASSERT_TRUE(collision);
    EXPECT_EQ(collision->with, "route 172.30.0.0/16");
}

TEST(Collision, AnotherRangeIsOfferedWhenTheWholeOneIsTaken) {
    const auto collision = find_collision(wish, "banger", {}, {route("172.16.0.0/12", 0)});
    EXPECT_EQ(collision->alternative->text(), "10.0.0.0/24");
    const auto none = find_collision(
        wish, "banger", {},
        {route("172.16.0.0/12", 0), route("10.0.0.0/8", 0), route("192.168.0.0/16", 0)});
    ASSERT_TRUE(none);
    EXPECT_FALSE(none->alternative);
}

} // namespace
} // namespace banger::net
