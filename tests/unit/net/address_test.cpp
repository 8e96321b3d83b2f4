#include "net/address.hpp"

#include "os/error.hpp"

#include <gtest/gtest.h>

namespace banger::net {
namespace {

TEST(Address, ParsesOnlyFourPlainNumbers) {
    EXPECT_EQ(Ipv4::parse("172.30.88.1")->text(), "172.30.88.1");
    EXPECT_EQ(Ipv4::parse("255.255.255.255")->value, 0xffffffffU);
    for (const char* bad : {"", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.-4",
                            "1.2.3.4 ", " 1.2.3.4", "+1.2.3.4", "1..2.3", "0x1.2.3.4", "1.2.3."}) {
        EXPECT_FALSE(Ipv4::parse(bad)) << bad;
    }
}

TEST(Address, SubnetKnowsItsHosts) {
    const Subnet subnet = Subnet::parse("172.30.88.0/24");
    EXPECT_EQ(subnet.text(), "172.30.88.0/24");
    EXPECT_EQ(subnet.host_count(), 254U);
    EXPECT_EQ(subnet.host(1).text(), "172.30.88.1");
    EXPECT_EQ(subnet.host(subnet.host_count()).text(), "172.30.88.254");
    EXPECT_EQ(subnet.broadcast().text(), "172.30.88.255");
    EXPECT_TRUE(subnet.contains(*Ipv4::parse("172.30.88.255")));
    EXPECT_FALSE(subnet.contains(*Ipv4::parse("172.30.89.0")));
    EXPECT_EQ(Subnet::parse("10.0.0.4/30").host_count(), 2U);
    EXPECT_EQ(Subnet::parse("10.0.0.4/31").host_count(), 0U);
    EXPECT_EQ(Subnet::parse("0.0.0.0/0").mask(), 0U);
}

TEST(Address, OverlapIsEitherOneInsideTheOther) {
    const Subnet subnet = Subnet::parse("172.30.88.0/24");
    EXPECT_TRUE(subnet.overlaps(Subnet::parse("172.30.0.0/16")));
    EXPECT_TRUE(Subnet::parse("172.30.0.0/16").overlaps(subnet));
    EXPECT_TRUE(subnet.overlaps(Subnet::parse("172.30.88.7/32")));
    EXPECT_FALSE(subnet.overlaps(Subnet::parse("172.30.89.0/24")));
    EXPECT_TRUE(subnet.overlaps(Subnet::parse("0.0.0.0/0")));
}

TEST(Address, ErrorsSayWhatToWrite) {
    for (const char* bad : {"", "172.30.88.0", "172.30.88.0/", "172.30.88.0/33", "172.30.88.0/24x",
                            "172.30.88.0/024", "a/24", "172.30.88.0/-1"}) {
        EXPECT_THROW((void)Subnet::parse(bad), os::Error) << bad;
    }
    try {
        (void)Subnet::parse("172.30.88.9/24");
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::invalid);
        EXPECT_EQ(error.hint(), "that network is written 172.30.88.0/24");
    }
}

TEST(Address, PrivateMeansWhollyPrivate) {
    EXPECT_TRUE(is_private(Subnet::parse("10.0.0.0/8")));
    EXPECT_TRUE(is_private(Subnet::parse("172.16.0.0/16")));
    EXPECT_TRUE(is_private(Subnet::parse("100.64.3.0/24")));
    EXPECT_FALSE(is_private(Subnet::parse("172.0.0.0/8")));
    EXPECT_FALSE(is_private(Subnet::parse("172.32.0.0/24")));
    EXPECT_FALSE(is_private(Subnet::parse("8.8.8.0/24")));
    EXPECT_FALSE(is_private(Subnet::parse("127.0.0.0/24")));
}

} // namespace
} // namespace banger::net
