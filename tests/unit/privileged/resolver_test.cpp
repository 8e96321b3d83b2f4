#include "privileged/resolver.hpp"

#include "os/error.hpp"

#include <gtest/gtest.h>

namespace banger::privileged {
namespace {

using Words = std::vector<std::string>;

TEST(Resolver, OnlyTheZonesOfVms) {
    EXPECT_EQ(vm_zones(net::Subnet::parse("172.30.88.0/24")),
              (Words{"vm", "88.30.172.in-addr.arpa"}));
    EXPECT_EQ(vm_zones(net::Subnet::parse("10.80.0.0/16")), (Words{"vm", "80.10.in-addr.arpa"}));
    EXPECT_EQ(vm_zones(net::Subnet::parse("10.80.16.0/20")), (Words{"vm"}));
}

TEST(Resolver, WhatResolvedIsTold) {
    const auto commands = resolved_commands("banger", 5390, {"vm", "88.30.172.in-addr.arpa"});
    ASSERT_EQ(commands.size(), 3U);
    EXPECT_EQ(commands[0], (Words{"/usr/bin/resolvectl", "dns", "banger", "127.0.0.1:5390"}));
    EXPECT_EQ(commands[1],
              (Words{"/usr/bin/resolvectl", "domain", "banger", "~vm", "~88.30.172.in-addr.arpa"}));
    EXPECT_EQ(commands[2], (Words{"/usr/bin/resolvectl", "default-route", "banger", "no"}));
    EXPECT_EQ(resolved_revert("banger"), (Words{"/usr/bin/resolvectl", "revert", "banger"}));
}

TEST(Resolver, WhatDnsmasqReads) {
    const std::string text = dnsmasq_text(5390, {"vm"});
    EXPECT_NE(text.find("\nserver=/vm/127.0.0.1#5390\n"), std::string::npos);
    EXPECT_EQ(dnsmasq_file(1000, "k3x9a0"),
              "/etc/NetworkManager/dnsmasq.d/banger-1000_k3x9a0.conf");
    EXPECT_THROW((void)parse_resolver("sh"), os::Error);
}

} // namespace
} // namespace banger::privileged
