#include "guest/network.hpp"

#include "guest/config.hpp"
#include "support/network_namespace.hpp"

#include "os/child.hpp"
#include "os/file.hpp"
#include "os/run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdexcept>

namespace banger::guest {
namespace {

using testing::HasSubstr;
using testing::Not;

Config config(const std::string& network) {
    return parse_config(R"({"version": 1, "network": )" + network + "}");
}

/// Two Ethernet ends in a network namespace of our own; ip(8) makes them and looks at the result.
class GuestNetworkTest : public testing::Test {
  protected:
    void SetUp() override {
        if (!space.entered()) {
            GTEST_SKIP() << space.reason();
        }
        if (!os::find_program("ip")) {
            GTEST_SKIP() << "ip(8) is not installed";
        }
        ip({"link", "add", "if0", "address", "02:00:00:00:00:01", "type", "veth", "peer", "name",
            "far", "address", "02:00:00:00:00:ff"});
        ip({"link", "set", "far", "up"});
    }

    std::string ip(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "ip");
        const auto output = os::run(arguments);
        EXPECT_TRUE(output.status.ok()) << output.err;
        return output.out;
    }

    test::NetworkNamespace space;
};

constexpr const char* first =
    R"([{"name": "eth0", "mac": "02:00:00:00:00:01", "address": "10.9.0.2/24", "gateway": "10.9.0.1", "mtu": 1400}])";

TEST_F(GuestNetworkTest, FindsTheInterfaceByMacAndConfiguresIt) {
    apply_network(config(first).network);
    EXPECT_THAT(ip({"-4", "addr", "show", "eth0"}), HasSubstr("inet 10.9.0.2/24 brd 10.9.0.255"));
    EXPECT_THAT(ip({"link", "show", "eth0"}),
                testing::AllOf(HasSubstr("mtu 1400"), HasSubstr(",UP")));
    EXPECT_THAT(ip({"route"}), HasSubstr("default via 10.9.0.1 dev eth0"));
    EXPECT_THAT(ip({"link", "show", "lo"}), HasSubstr(",UP"));
}

TEST_F(GuestNetworkTest, ASecondRunChangesNothing) {
    apply_network(config(first).network);
    const auto before = ip({"-s", "addr"}) + ip({"route"});
    ip({"neigh", "add", "10.9.0.7", "lladdr", "02:00:00:00:00:07", "dev",
        "eth0"}); // a link going down would lose it
    apply_network(config(first).network);
    EXPECT_EQ(ip({"route"}), before.substr(before.size() - ip({"route"}).size()));
    EXPECT_THAT(ip({"neigh"}), HasSubstr("10.9.0.7"));
}

TEST_F(GuestNetworkTest, ARestoredGuestGetsItsOwnMacAndAddress) {
    apply_network(config(first).network);
    ip({"addr", "add", "10.9.0.200/24", "dev", "eth0"}); // a secondary of the old address
    apply_network(
        config(
            R"([{"name": "eth0", "mac": "02:00:00:00:00:22", "address": "10.9.5.3/24", "gateway": "10.9.5.1"}])")
            .network);
    EXPECT_THAT(ip({"-4", "addr", "show", "eth0"}),
                testing::AllOf(HasSubstr("10.9.5.3/24"), Not(HasSubstr("10.9.0."))));
    EXPECT_THAT(ip({"link", "show", "eth0"}), HasSubstr("02:00:00:00:00:22"));
    EXPECT_THAT(ip({"route"}),
                testing::AllOf(HasSubstr("default via 10.9.5.1"), Not(HasSubstr("10.9.0.1"))));
}

TEST_F(GuestNetworkTest, InterfacesMaySwapNames) {
    ip({"link", "set", "far", "down"});
    ip({"link", "set", "if0", "name", "eth1"});
    ip({"link", "set", "far", "name", "eth0"});
    apply_network(config(R"([{"name": "eth0", "mac": "02:00:00:00:00:01", "address": "10.9.0.2/24"},
                             {"name": "eth1", "mac": "02:00:00:00:00:ff", "address": "10.9.1.2/24"}])")
                      .network);
    EXPECT_THAT(ip({"addr", "show", "eth0"}),
                testing::AllOf(HasSubstr("02:00:00:00:00:01"), HasSubstr("10.9.0.2")));
    EXPECT_THAT(ip({"addr", "show", "eth1"}),
                testing::AllOf(HasSubstr("02:00:00:00:00:ff"), HasSubstr("10.9.1.2")));
}

TEST_F(GuestNetworkTest, AMissingDeviceIsNamedWithWhatIsThere) {
    ip({"link", "del", "if0"});
    try {
        apply_network(config(first).network);
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), testing::AllOf(HasSubstr("eth0"), HasSubstr("lo")));
    }
}

} // namespace
} // namespace banger::guest
