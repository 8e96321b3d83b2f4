#include "egress.hpp"

#include <banger/plugin.hpp>

#include <gtest/gtest.h>

namespace nat {
namespace {

using Texts = std::vector<std::string>;

std::string refusal(std::string_view text) {
    try {
        (void)Egress::parse(text);
    } catch (const banger::Error& error) {
        EXPECT_EQ(error.code(), BANGER_E_INVALID);
        return error.what();
    }
    return "accepted";
}

TEST(Egress, ReadsTheThreePolicies) {
    EXPECT_TRUE(Egress::parse("open").open);
    const Egress none = Egress::parse("none");
    EXPECT_FALSE(none.open);
    EXPECT_TRUE(none.networks.empty() && none.names.empty());
    const Egress some = Egress::parse("allow=192.0.2.0/24,198.51.100.7,Deb.Debian.org,0.0.0.0/0");
    EXPECT_FALSE(some.open);
    EXPECT_EQ(some.networks, (Texts{"192.0.2.0/24", "198.51.100.7/32", "0.0.0.0/0"}));
    EXPECT_EQ(some.names, Texts{"deb.debian.org"});
}

TEST(Egress, NamesThePartThatIsWrong) {
    EXPECT_EQ(refusal(""), "--egress: '' is not a policy");
    EXPECT_EQ(refusal("all"), "--egress: 'all' is not a policy");
    EXPECT_EQ(refusal("allow="), "--egress: 'allow=' is not a policy");
    EXPECT_EQ(refusal("allow=192.0.2.1/24"),
              "--egress: '192.0.2.1/24' has bits behind its prefix; did you mean 192.0.2.0/24?");
    EXPECT_EQ(refusal("allow=192.0.2.0/33"),
              "--egress: '192.0.2.0/33': the prefix is a number from 0 to 32");
    EXPECT_EQ(refusal("allow=192.0.2.0/"),
              "--egress: '192.0.2.0/': the prefix is a number from 0 to 32");
    EXPECT_EQ(refusal("allow=a.example,,b.example"), "--egress: '' is no network, address or name");
    EXPECT_EQ(refusal("allow=a.example/24"),
              "--egress: 'a.example/24' is no network, address or name");
    EXPECT_EQ(refusal("allow=open"), "--egress: 'open' is a policy by itself, no part of a list");
    EXPECT_EQ(Egress::parse("allow=open.").names.size(), 1U);
    EXPECT_EQ(refusal("allow=-rf"), "--egress: '-rf' is no network, address or name");
}

TEST(Egress, ANameIsAsItIsAskedFor) {
    EXPECT_EQ(Egress::parse("allow=Deb.Debian.org.").names, Texts{"deb.debian.org"});
}

TEST(Egress, AMistypedAddressIsNoName) {
    for (const std::string part : {"300.1.1.1", "1.2.3", "2130706434", "0x7f.1", "a..b", ".a",
                                   "a..", "192.0.2.1.", "a.-b"}) {
        EXPECT_EQ(refusal("allow=" + part),
                  "--egress: '" + part + "' is no network, address or name");
    }
    EXPECT_EQ(refusal("allow=" + std::string(64, 'a') + ".example").substr(0, 13), "--egress: 'aa");
    EXPECT_EQ(Egress::parse("allow=nas,1.pool.example,_srv.example").names.size(), 3U);
}

TEST(Egress, AListHasAnEnd) {
    std::string list = "allow=192.0.2.1";
    for (std::size_t i = 1; i < Egress::most_items; ++i) {
        list += ",n" + std::to_string(i) + ".example";
    }
    EXPECT_EQ(Egress::parse(list).names.size(), Egress::most_items - 1);
    EXPECT_EQ(refusal(list + ",one.more"), "--egress: a list has at most 64 networks and names");
}

TEST(Egress, KnowsWhatIsInANetwork) {
    EXPECT_TRUE(is_within("10.1.2.3", "10.0.0.0/8"));
    EXPECT_FALSE(is_within("11.1.2.3", "10.0.0.0/8"));
    EXPECT_TRUE(is_within("192.0.2.1", "0.0.0.0/0"));
    EXPECT_TRUE(is_within("192.0.2.1", "192.0.2.1/32"));
    EXPECT_FALSE(is_within("192.0.2.1", "192.0.2.1"));
    EXPECT_FALSE(is_within("", "10.0.0.0/8"));
}

TEST(Egress, TheHostsResolverAnswersForLocalhost) {
    EXPECT_EQ(look_up("localhost"), Texts{"127.0.0.1"});
    EXPECT_TRUE(look_up("nothing.invalid").empty());
}

} // namespace
} // namespace nat
