#include "vm/host_network.hpp"

#include "vm/settings.hpp"

#include <gtest/gtest.h>

namespace banger::vm {
namespace {

net::Link link(const std::string& name, const std::string& kind, const std::string& address) {
    net::Link made;
    made.name = name;
    made.kind = kind;
    made.addresses = {net::InterfaceAddress::parse(address)};
    return made;
}

TEST(HostNetwork, IsThatOfTheBridgeThatHasTheAddresses) {
    const std::vector<net::Link> links{link("eth0", "", "10.77.0.9/24"),
                                       link("docker0", "bridge", "172.17.0.1/16"),
                                       link("banger-2", "bridge", "10.77.0.1/24")};
    const auto found = network_of({"10.77.0.2"}, links);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->bridge, "banger-2");
    EXPECT_EQ(found->subnet.text(), "10.77.0.0/24");
    EXPECT_FALSE(network_of({"10.78.0.2", "10.77.0.1", ""}, links));
    EXPECT_FALSE(network_of({}, links));
}

TEST(HostNetwork, AnAddressMustBeOneForAGuest) {
    const auto subnet = net::Subnet::parse("10.77.0.0/24");
    EXPECT_TRUE(is_guest_address("10.77.0.2", subnet));
    for (const char* other : {"10.77.0.0", "10.77.0.1", "10.77.0.255", "10.77.1.2", ""}) {
        EXPECT_FALSE(is_guest_address(other, subnet)) << other;
    }
}

TEST(HostNetwork, WhoHoldsItIsNamedWithTheNextStep) {
    Settings settings;
    settings.subnet = net::Subnet::parse("10.77.0.0/24");
    settings.wanted_network = HostNetwork{"banger", net::Subnet::parse("172.30.88.0/24")};
    auto error = network_held(settings, {"testbox"});
    EXPECT_STREQ(error.what(), "VM testbox still runs on 10.77.0.0/24, and config.yaml says "
                               "network.subnet: 172.30.88.0/24");
    EXPECT_EQ(error.hint(), "stop it, or set network.subnet: 10.77.0.0/24 in config.yaml again; "
                            "then: banger daemon restart");
    settings.wanted_network = HostNetwork{"banger-2", settings.subnet};
    error = network_held(settings, {"a", "b"});
    EXPECT_STREQ(error.what(), "VMs a, b still run on bridge banger, and config.yaml says "
                               "network.bridge: banger-2");
    EXPECT_EQ(network_held(settings, {}).hint(), "banger daemon restart");
}

TEST(HostNetwork, AnAddressOutsideNamesANetworkThatHasIt) {
    const auto error = address_outside("web", "10.77.3.1", net::Subnet::parse("172.30.88.0/24"));
    EXPECT_EQ(error.kind(), os::ErrorKind::conflict);
    // In 10.77.3.0/24 it would be the host's.
    EXPECT_NE(error.hint().find("as 10.77.2.0/23 does"), std::string::npos) << error.hint();
}

} // namespace
} // namespace banger::vm
