#include "verb_fixture.hpp"

#include "net/link.hpp"
#include "net/route.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "privileged/interface.hpp"
#include "privileged/ownership.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <optional>

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>

namespace banger::privileged {
namespace {

using nlohmann::json;
using os::ErrorKind;

class VerbsTest : public VerbFixture {
  protected:
    std::optional<net::Link> link(const char* name) { return net::find_link(*netlink_, name); }
    std::size_t link_count() { return net::links(*netlink_).size(); }

    const json bridge_ = {{"bridge", "banger"}, {"address", "172.30.88.1/24"}};
    const json tap_ = {{"tap", "bgr1"}, {"bridge", "banger"}, {"owner_uid", 1000}};
};

/// Holds a tap as a VMM does.
os::UniqueFd open_tap(const std::string& name) {
    os::UniqueFd fd = os::open_file("/dev/net/tun", O_RDWR);
    ifreq request{};
    name.copy(request.ifr_name, IFNAMSIZ - 1);
    request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
    EXPECT_EQ(::ioctl(fd.get(), TUNSETIFF, &request), 0);
    return fd;
}

TEST_F(VerbsTest, ABridgeIsMadeOnceAndGoesAgain) {
    EXPECT_EQ(run("bridge-ensure", bridge_)["existed"], false);
    const auto made = link("banger");
    ASSERT_TRUE(made);
    EXPECT_EQ(made->kind, "bridge");
    EXPECT_TRUE(made->up);
    EXPECT_EQ(made->mtu, 1500);
    EXPECT_EQ(made->mac, Interface::bridge_mac("banger"));
    EXPECT_EQ(Ownership::parse(made->alias)->uid, 1000U);
    EXPECT_EQ(net::addresses_of(*netlink_, made->index).at(0).text(), "172.30.88.1/24");
    ASSERT_EQ(net::routes().size(), 1U);
    EXPECT_EQ(net::routes()[0].destination.text(), "172.30.88.0/24");
    EXPECT_EQ(os::read_file("/proc/sys/net/ipv6/conf/banger/disable_ipv6"), "1\n");

    EXPECT_EQ(run("bridge-ensure", bridge_)["existed"], true);
    EXPECT_EQ(link("banger")->index, made->index);
    EXPECT_EQ(run("bridge-delete", {{"bridge", "banger"}})["existed"], true);
    EXPECT_EQ(run("bridge-delete", {{"bridge", "banger"}})["existed"], false);
    EXPECT_EQ(link_count(), 1U) << "only lo";
}

TEST_F(VerbsTest, ABridgeFollowsANewAddressAndMtuWhileNoVmUsesIt) {
    run("bridge-ensure", bridge_);
    run("tap-create", tap_);
    json other = bridge_;
    other["address"] = "172.30.99.1/24";
    other["mtu"] = 1400;
    run("bridge-ensure", other);
    EXPECT_EQ(net::addresses_of(*netlink_, link("banger")->index).at(0).text(), "172.30.99.1/24");
    EXPECT_EQ(net::addresses_of(*netlink_, link("banger")->index).size(), 1U);
    EXPECT_EQ(link("banger")->mtu, 1400);

    const os::UniqueFd vmm = open_tap("bgr1");
    const os::Error error = refusal("bridge-ensure", bridge_);
    EXPECT_EQ(error.kind(), ErrorKind::conflict);
    EXPECT_EQ(error.hint(), "stop all VMs before network.subnet changes");
}

TEST_F(VerbsTest, ForeignBridgesAreRefused) {
    Interface::create_bridge(*netlink_, "banger", 1500).set_up();
    EXPECT_STREQ(refusal("bridge-ensure", bridge_).what(),
                 "interface banger exists and was not made by banger");
    EXPECT_EQ(refusal("tap-create", tap_).kind(), ErrorKind::conflict);
    EXPECT_EQ(refusal("bridge-delete", {{"bridge", "banger"}}).kind(), ErrorKind::conflict);
    EXPECT_TRUE(link("banger")->alias.empty()) << "left as it was";

    json second = bridge_;
    second["bridge"] = "banger-2";
    run("bridge-ensure", second, 1000);
    EXPECT_STREQ(refusal("bridge-ensure", second, 1001).what(),
                 "bridge banger-2 belongs to user 1000");
    EXPECT_EQ(refusal("bridge-delete", {{"bridge", "banger-2"}}, 1001).kind(), ErrorKind::conflict);
}

TEST_F(VerbsTest, ABridgeThatAKilledRunLeftUnsignedIsCompleted) {
    Interface::create_bridge(*netlink_, "banger", 1500);
    run("bridge-ensure", bridge_);
    EXPECT_TRUE(link("banger")->up);
    EXPECT_EQ(Ownership::parse(link("banger")->alias)->uid, 1000U);
}

TEST_F(VerbsTest, AnotherBangerOfTheSameUserMayTakeTheBridgeOnlyWhileNoVmUsesIt) {
    json mine = bridge_;
    mine["tag"] = "aaaa";
    json other = bridge_;
    other["tag"] = "bbbb";
    run("bridge-ensure", mine);
    run("tap-create", tap_);
    {
        const os::UniqueFd vmm = open_tap("bgr1");
        EXPECT_STREQ(refusal("bridge-ensure", other).what(),
                     "bridge banger is in use by the VMs of another banger of yours");
    }
    run("bridge-ensure", other);
    EXPECT_EQ(Ownership::parse(link("banger")->alias)->tag, "bbbb");
}

TEST_F(VerbsTest, ANetworkThatTheHostUsesIsRefusedWithAnAlternative) {
    Interface uplink = Interface::create_bridge(*netlink_, "uplink", 1500);
    uplink.add_address(net::InterfaceAddress::parse("172.30.0.1/16"));
    const os::Error error = refusal("bridge-ensure", bridge_);
    EXPECT_EQ(error.kind(), ErrorKind::conflict);
    EXPECT_STREQ(error.what(),
                 "network 172.30.88.0/24 is in use on this host (address 172.30.0.1/16 of uplink)");
    EXPECT_EQ(error.hint(), "set network.subnet to a free one, such as 172.31.0.0/24, in "
                            "config.yaml");
    EXPECT_FALSE(link("banger"));
}

TEST_F(VerbsTest, ATapIsTheUsersAndOnTheBridge) {
    run("bridge-ensure", bridge_);
    json args = tap_;
    args["mtu"] = 1400;
    args["tag"] = "a1b2";
    EXPECT_EQ(run("tap-create", args)["existed"], false);
    const auto made = link("bgr1");
    ASSERT_TRUE(made);
    EXPECT_EQ(made->kind, "tun");
    EXPECT_EQ(made->tap_owner, 1000U);
    EXPECT_EQ(made->master, link("banger")->index);
    EXPECT_EQ(made->mtu, 1400);
    EXPECT_TRUE(made->up);
    EXPECT_FALSE(made->carrier);
    EXPECT_EQ(Ownership::parse(made->alias)->tag, "a1b2");
    EXPECT_TRUE(net::addresses_of(*netlink_, made->index).empty());
    EXPECT_EQ(os::read_file("/proc/sys/net/ipv6/conf/bgr1/disable_ipv6"), "1\n");

    EXPECT_EQ(run("tap-create", args)["existed"], true);
    EXPECT_EQ(link("bgr1")->index, made->index);
    const json listed = run("links", json::object())["links"];
    ASSERT_EQ(listed.size(), 2U);
    EXPECT_EQ(listed[1]["name"], "bgr1");
    EXPECT_EQ(listed[1]["bridge"], "banger");
    EXPECT_EQ(listed[1]["mine"], true);
    EXPECT_EQ(listed[1]["in_use"], false);
}

TEST_F(VerbsTest, ATapOfTheUserComesBackToItsBridge) {
    run("bridge-ensure", bridge_);
    run("tap-create", tap_);
    Interface(*netlink_, *link("bgr1")).set_master(0);
    EXPECT_EQ(run("tap-create", tap_)["existed"], true);
    EXPECT_EQ(link("bgr1")->master, link("banger")->index);
}

TEST_F(VerbsTest, NobodyGetsATapForSomebodyElse) {
    run("bridge-ensure", bridge_);
    EXPECT_EQ(refusal("tap-create", tap_, 1001).kind(), ErrorKind::permission);
    run("tap-create", tap_);
    json foreign = tap_;
    foreign["owner_uid"] = 1001;
    EXPECT_EQ(refusal("tap-create", foreign, 1001).kind(), ErrorKind::conflict);
    EXPECT_STREQ(refusal("tap-delete", {{"tap", "bgr1"}}, 1001).what(),
                 "interface bgr1 is not a tap of yours");
    EXPECT_TRUE(link("bgr1"));
}

TEST_F(VerbsTest, ATapInUseIsNotDeleted) {
    run("bridge-ensure", bridge_);
    run("tap-create", tap_);
    {
        const os::UniqueFd vmm = open_tap("bgr1");
        EXPECT_TRUE(link("bgr1")->carrier);
        EXPECT_EQ(refusal("tap-delete", {{"tap", "bgr1"}}).kind(), ErrorKind::busy);
        EXPECT_STREQ(refusal("bridge-delete", {{"bridge", "banger"}}).what(),
                     "bridge banger has 1 port");
    }
    EXPECT_EQ(run("tap-delete", {{"tap", "bgr1"}})["existed"], true);
    EXPECT_EQ(run("tap-delete", {{"tap", "bgr1"}})["existed"], false);
    EXPECT_FALSE(link("bgr1"));
}

TEST_F(VerbsTest, AStepThatFailsLeavesNoTap) {
    EXPECT_EQ(refusal("tap-create", tap_).kind(), ErrorKind::not_found) << "no bridge";
    run("bridge-ensure", bridge_);
    json args = tap_;
    args["mtu"] = 65535; // the kernel's limit for a tap is a little lower
    EXPECT_NE(std::string(refusal("tap-create", args).what()).find("MTU"), std::string::npos);
    EXPECT_FALSE(link("bgr1"));
}

TEST_F(VerbsTest, ABatchIsAllOrNothing) {
    json bad = tap_;
    bad["tap"] = "bgr2";
    bad["mtu"] = 65535;
    const json steps = {{{"verb", "bridge-ensure"}, {"args", bridge_}},
                        {{"verb", "tap-create"}, {"args", tap_}},
                        {{"verb", "tap-create"}, {"args", bad}}};
    const os::Error error = refusal("batch", {{"steps", steps}});
    EXPECT_EQ(std::string(error.what()).substr(0, 7), "step 3:");
    EXPECT_EQ(link_count(), 1U) << "bridge and first tap are undone";

    json good = steps;
    good[2]["args"]["mtu"] = 1500;
    EXPECT_EQ(run("batch", {{"steps", good}})["steps"].size(), 3U);
    EXPECT_EQ(link_count(), 4U);
}

} // namespace
} // namespace banger::privileged
