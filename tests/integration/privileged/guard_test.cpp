// The guard verbs on a real packet filter, in a network namespace of the test's own, with guests
// that send what they like.

#include "verb_fixture.hpp"

#include "net/link.hpp"
#include "net/nftables.hpp"
#include "os/error.hpp"
#include "os/unique_fd.hpp"
#include "privileged/bridge_filter.hpp"
#include "privileged/forwarding.hpp"
#include "privileged/guard_table.hpp"
#include "privileged/interface.hpp"
#include "support/tap_guest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>

#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace banger::privileged {
namespace {

using nlohmann::json;
using os::ErrorKind;
using test::arp;
using test::ethernet;
using test::everybody;
using test::Frame;
using test::TapGuest;
using test::type_arp;
using test::type_ip;
using test::type_ipv6;
using test::udp;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* gateway = "172.30.88.1";
constexpr const char* stranger_mac = "02:00:00:00:00:99";
constexpr const char* stranger = "172.30.88.99";

class GuardTest : public VerbFixture {
  protected:
    void SetUp() override {
        VerbFixture::SetUp();
        if (IsSkipped()) {
            return;
        }
        run("bridge-ensure", {{"bridge", "banger"}, {"address", "172.30.88.1/24"}, {"tag", "aa"}});
        tap("bgra");
        tap("bgrb");
    }

    os::Error refused(const json& args, uid_t caller = 1000) {
        return refusal("guard-apply", args, caller);
    }
    void tap(const char* name, const char* tag = "aa") {
        run("tap-create", {{"tap", name}, {"bridge", "banger"}, {"owner_uid", 1000}, {"tag", tag}});
    }
    static json guest(const char* tap, const char* mac, const char* address) {
        return {{"tap", tap}, {"mac", mac}, {"address", address}};
    }
    static json a() { return guest("bgra", "02:00:00:00:00:0a", "172.30.88.10"); }
    static json b() { return guest("bgrb", "02:00:00:00:00:0b", "172.30.88.11"); }
    static json args(json guests, bool vm_to_vm = true) {
        return {{"tag", "aa"},
                {"bridge", "banger"},
                {"subnet", "172.30.88.0/24"},
                {"vm_to_vm", vm_to_vm},
                {"guests", std::move(guests)}};
    }
    static TapGuest at(const json& guest) { return {guest["tap"], guest["mac"], guest["address"]}; }
    json tables(uid_t caller = 1000) {
        return run("guard-show", json::object(), caller).at("tables");
    }

    const std::string bridge_mac_ = Interface::bridge_mac("banger").text();
};

// ---- the verbs ----

TEST_F(GuardTest, TheTableIsWhatIsAskedAndGoes) {
    EXPECT_EQ(run("guard-apply", args({a(), b()}))["taps"], json({"bgra", "bgrb"}));
    EXPECT_EQ(run("guard-apply", args({b()}, false))["taps"], json({"bgra", "bgrb"}))
        << "one without a guest is guarded, too";
    json found = tables();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0]["name"], "bangerguard_1000_aa");
    EXPECT_EQ(found[0]["mine"], true);
    EXPECT_EQ(found[0]["guests"], json::array({b()}));
    EXPECT_EQ(tables(1001)[0]["mine"], false);
    EXPECT_EQ(run("nat-show", json::object())["tables"].size(), 0U);
    EXPECT_EQ(run("guard-delete", {{"tag", "aa"}}, 1001)["existed"], false) << "another's";
    EXPECT_EQ(run("guard-delete", {{"tag", "aa"}})["existed"], true);
    EXPECT_EQ(run("guard-delete", {{"tag", "aa"}})["existed"], false);
    EXPECT_TRUE(tables().empty());
}

TEST_F(GuardTest, RefusesWhatIsNotHis) {
    EXPECT_EQ(refused(args({a()}), 1001).kind(), ErrorKind::conflict) << "another's bridge";
    run("bridge-ensure", {{"bridge", "banger-2"}, {"address", "172.30.99.1/24"}}, 1001);
    json other = args({a()});
    other["bridge"] = "banger-2";
    other["subnet"] = "172.30.99.0/24";
    other["guests"][0]["address"] = "172.30.99.2";
    EXPECT_STREQ(refused(other, 1001).what(), "interface bgra is not a tap of yours");
    other = args({a()});
    other["bridge"] = "banger9";
    EXPECT_EQ(refused(other).kind(), ErrorKind::not_found);
    other = args({a()});
    other["subnet"] = "172.30.0.0/16";
    EXPECT_EQ(refused(other).kind(), ErrorKind::conflict);
    EXPECT_STREQ(refused(args({guest("bgra", "02:00:00:00:00:0a", gateway)})).what(),
                 "172.30.88.1 is the bridge's own address");
    EXPECT_TRUE(tables().empty());
}

TEST_F(GuardTest, ATapThatIsGoneHoldsNobodyElseUp) {
    run("tap-delete", {{"tap", "bgra"}});
    EXPECT_EQ(run("guard-apply", args({a(), b()}))["taps"], json({"bgrb"}));
    net::Message away(RTM_NEWLINK, 0); // off the bridge
    away.header(
        ifinfomsg{.ifi_family = AF_UNSPEC, .ifi_index = net::find_link(*netlink_, "bgrb")->index});
    away.u32(IFLA_MASTER, 0);
    netlink_->request(away, "take the tap off the bridge");
    EXPECT_EQ(run("guard-apply", args({a(), b()}))["taps"], json::array());
    EXPECT_TRUE(tables()[0]["guests"].empty());
}

TEST_F(GuardTest, AskingWhatTheKernelLacksChangesNothing) {
    net::Nftables nftables;
    EXPECT_EQ(bridge_filter_lacks(nftables), "");
    EXPECT_TRUE(tables().empty());
    EXPECT_NE(nftables.objection({{{"add", {{"table", {{"family", "inet"}, {"name", "x"}}}}}},
                                  {{"delete", {{"table", {{"family", "ip"}, {"name", "y"}}}}}}}),
              "");
    EXPECT_TRUE(nftables.run({{{"list", {{"tables", {{"family", "inet"}}}}}}}, "list").size() < 2)
        << "only what the answer says of itself";
}

TEST_F(GuardTest, AFullBridgeFitsIntoOneTransaction) {
    GuardSpec spec;
    spec.table = {guard_kind, 1000, "full"};
    spec.subnet = net::Subnet::parse("172.30.0.0/16");
    spec.gateway = *net::Ipv4::parse("172.30.0.1");
    for (unsigned i = 0; i < 4096; ++i) {
        const std::string tap = "bgrfull00" + std::to_string(100000 + i);
        spec.taps.push_back(tap);
        spec.guests.push_back({tap, net::Mac::derive(tap), {spec.gateway.value + 1 + i}});
    }
    net::Nftables nftables;
    nftables.run(guard_commands(spec), "apply");
    nftables.run(guard_commands(spec), "apply again");
    EXPECT_EQ(tables().at(0)["guests"].size(), 4096U);
}

// ---- the packets ----

/// Those of `sent` that came out at `at`; whatever else came out does not count.
std::vector<std::string> arrived(const std::vector<std::pair<std::string, Frame>>& sent,
                                 const TapGuest& at) {
    const std::vector<Frame> frames = at.received();
    std::vector<std::string> names;
    for (const auto& [name, frame] : sent) {
        if (std::find(frames.begin(), frames.end(), frame) != frames.end()) {
            names.push_back(name);
        }
    }
    return names;
}

/// A service of the host at port 5000 of every address.
class Service {
  public:
    Service() : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
        sockaddr_in own{};
        own.sin_family = AF_INET;
        own.sin_port = htons(5000);
        EXPECT_EQ(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own), 0);
    }
    [[nodiscard]] std::vector<std::string> heard() const {
        std::vector<std::string> texts;
        std::array<char, 100> buffer{};
        for (ssize_t got = 0; (got = ::recv(fd_.get(), buffer.data(), buffer.size(), 0)) >= 0;) {
            texts.emplace_back(buffer.data(), static_cast<std::size_t>(got));
        }
        return texts;
    }

  private:
    os::UniqueFd fd_;
};

TEST_F(GuardTest, AnHonestGuestIsHeardAndAForgedOneIsNot) {
    const TapGuest from = at(a());
    const TapGuest to = at(b());
    const std::string& mac = from.mac();
    const std::string& own = from.address();
    ASSERT_TRUE(from.meets(gateway) && to.meets(gateway));
    using Sent = std::vector<std::pair<std::string, Frame>>;
    const Sent honest{{"packet", from.packet(to.mac(), to.address(), "hello")},
                      {"question", from.question(to.address())},
                      {"answer", ethernet(to.mac(), mac, type_arp, arp(2, mac, own, to.address()))},
                      {"announcement", ethernet(everybody, mac, type_arp, arp(1, mac, own, own))},
                      {"probe", ethernet(everybody, mac, type_arp, arp(1, mac, "0.0.0.0", own))}};
    std::string strange_arp = arp(1, mac, own, to.address());
    strange_arp[4] = 8; // the length of a hardware address: the fields behind it are elsewhere
    // From fe80::1 to fe80::2, with nothing in it.
    const std::string link_local = "\xfe\x80" + std::string(13, '\0');
    const std::string ipv6 =
        std::string("\x60\0\0\0\0\0\x3b\x40", 8) + link_local + "\1" + link_local + "\2";
    const Sent forged{
        {"address", ethernet(to.mac(), mac, type_ip, udp(stranger, to.address(), "x"))},
        {"gateway's address", ethernet(to.mac(), mac, type_ip, udp(gateway, to.address(), "x"))},
        {"no address", ethernet(to.mac(), mac, type_ip, udp("0.0.0.0", to.address(), "x"))},
        {"card", ethernet(to.mac(), stranger_mac, type_ip, udp(own, to.address(), "x"))},
        {"gateway's card", ethernet(to.mac(), bridge_mac_, type_ip, udp(own, to.address(), "x"))},
        {"packet cut short", ethernet(to.mac(), mac, type_ip, "\x45")},
        {"sender", ethernet(everybody, mac, type_arp, arp(1, mac, stranger, to.address()))},
        {"told gateway", ethernet(to.mac(), mac, type_arp, arp(2, mac, gateway, to.address()))},
        {"sender's card", ethernet(to.mac(), mac, type_arp, arp(2, stranger_mac, own, own))},
        {"frame's card", ethernet(to.mac(), stranger_mac, type_arp, arp(2, mac, own, own))},
        {"probe's card", ethernet(to.mac(), mac, type_arp, arp(1, stranger_mac, "0.0.0.0", own))},
        {"probe's frame", ethernet(to.mac(), stranger_mac, type_arp, arp(1, mac, "0.0.0.0", own))},
        {"strange ARP", ethernet(to.mac(), mac, type_arp, strange_arp)},
        {"IPv6", ethernet(to.mac(), mac, type_ipv6, ipv6)},
        {"VLAN", ethernet(to.mac(), mac, 0x8100,
                          std::string("\0\7\10\0", 4) + udp(own, to.address(), "x"))},
        {"another protocol", ethernet(to.mac(), mac, 0x88cc, std::string(40, 'x'))},
        {"the other's", ethernet(to.mac(), to.mac(), type_ip, udp(to.address(), gateway, "x"))}};
    const auto names = [](const Sent& sent) {
        std::vector<std::string> all;
        for (const auto& each : sent) {
            all.push_back(each.first);
        }
        return all;
    };
    const auto send = [&](const Sent& sent) {
        for (const auto& each : sent) {
            from.send(each.second);
        }
        return arrived(sent, to);
    };
    EXPECT_EQ(send(honest), names(honest)) << "without the table";
    std::vector<std::string> open = names(forged);
    std::erase(open, "the other's"); // a bridge sends nothing back to where it came from
    std::erase(open, "gateway's card");
    std::erase(open, "packet cut short"); // what br_netfilter takes care of, where it is loaded
    EXPECT_THAT(send(forged), testing::IsSupersetOf(open)) << "without the table";
    to.send(to.question(gateway)); // the bridge has learned from the last one that it is elsewhere

    run("guard-apply", args({a(), b()}));
    EXPECT_EQ(send(honest), names(honest));
    EXPECT_THAT(send(forged), IsEmpty());
    EXPECT_EQ(send(honest), names(honest));
    EXPECT_TRUE(from.meets(gateway));

    run("guard-apply", args({b()}));
    EXPECT_THAT(send(honest), IsEmpty()) << "its tap is one that no guest has";
    run("guard-delete", {{"tag", "aa"}});
    EXPECT_EQ(send(honest), names(honest));
}

TEST_F(GuardTest, TheHostHearsOnlyTheGuestItself) {
    const TapGuest from = at(a());
    ASSERT_TRUE(from.meets(gateway));
    const Service service;
    const auto send = [&] {
        from.send(from.packet(bridge_mac_, gateway, "honest"));
        from.send(ethernet(bridge_mac_, from.mac(), type_ip, udp(stranger, gateway, "forged")));
        for (int group = 0; group < 16; ++group) { // of the link itself: not bridged
            std::array<char, 18> to{};
            std::snprintf(to.data(), to.size(), "01:80:c2:00:00:%02x", group);
            const std::string text = "group " + std::to_string(group);
            from.send(ethernet(to.data(), from.mac(), type_ip, udp(stranger, gateway, text)));
        }
        return service.heard();
    };
    EXPECT_GT(send().size(), 10U) << "without the table";
    run("guard-apply", args({a()}));
    EXPECT_THAT(send(), ElementsAre("honest"));

    // A bridge that was not always so.
    net::Message message(RTM_NEWLINK, 0);
    const int index = net::find_link(*netlink_, "banger")->index;
    message.header(ifinfomsg{.ifi_family = AF_UNSPEC, .ifi_index = index});
    message.nest(IFLA_LINKINFO, [](net::Message& info) {
        info.text(IFLA_INFO_KIND, "bridge").nest(IFLA_INFO_DATA, [](net::Message& bridge) {
            bridge.u16(IFLA_BR_GROUP_FWD_MASK, 0);
        });
    });
    netlink_->request(message, "let frames pass by the filter");
    EXPECT_EQ(send().size(), 2U) << "LLDP";
    run("bridge-ensure", {{"bridge", "banger"}, {"address", "172.30.88.1/24"}, {"tag", "aa"}});
    EXPECT_THAT(send(), ElementsAre("honest"));
}

TEST_F(GuardTest, GuestsReachEachOtherOnlyWhereTheyMay) {
    const TapGuest from = at(a());
    const TapGuest to = at(b());
    ASSERT_TRUE(from.meets(gateway) && to.meets(gateway)); // and the host knows both
    set_forwarding(true);
    const Service service;
    const std::vector<std::pair<std::string, Frame>> sent{
        {"packet", from.packet(to.mac(), to.address(), "1")},
        {"packet for elsewhere", from.packet(to.mac(), "192.0.2.1", "2")},
        {"broadcast", from.packet(everybody, "255.255.255.255", "3")},
        {"the network's broadcast", from.packet(everybody, "172.30.88.255", "4")},
        {"multicast", from.packet("01:00:5e:00:00:fb", "224.0.0.251", "5")},
        {"question", from.question(to.address())}};
    const auto reached = [&] {
        std::vector<std::string> ways;
        for (const auto& each : sent) {
            from.send(each.second);
        }
        ways = arrived(sent, to);
        from.send(from.packet(bridge_mac_, to.address(), "by the gateway"));
        for (const Frame& frame : to.received()) {
            if (frame.find("by the gateway") != Frame::npos) {
                ways.emplace_back("by the gateway");
            }
        }
        (void)service.heard();
        from.send(from.packet(bridge_mac_, gateway, "to the host"));
        EXPECT_THAT(service.heard(), ElementsAre("to the host"));
        return ways;
    };
    run("guard-apply", args({a(), b()}));
    EXPECT_THAT(reached(),
                ElementsAre("packet", "packet for elsewhere", "broadcast",
                            "the network's broadcast", "multicast", "question", "by the gateway"));
    run("guard-apply", args({a(), b()}, false));
    EXPECT_THAT(reached(), IsEmpty());
    EXPECT_TRUE(from.meets(gateway) && to.meets(gateway));
}

TEST_F(GuardTest, TapsOfAnotherBangerAreNotItsConcern) {
    tap("bgraother", "other");
    const TapGuest beside = at(guest("bgraother", "02:00:00:00:00:0c", "172.30.88.12"));
    ASSERT_TRUE(beside.meets(gateway));
    EXPECT_EQ(run("guard-apply", args({a()}))["taps"], json({"bgra", "bgrb"}));
    EXPECT_TRUE(beside.meets(gateway));
}

} // namespace
} // namespace banger::privileged
