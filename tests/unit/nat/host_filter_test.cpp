#include "host_filter.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace nat {
namespace {

using nlohmann::json;

class HostFilterTest : public testing::Test {
  protected:
    [[nodiscard]] json allowed(const std::string& egress) const {
        RuleSet::Rules rules;
        rules["1"] = {"web", "172.30.88.2", true, Egress::parse(egress), {}};
        banger_network network{};
        network.bridge = banger::str("banger");
        network.subnet = banger::str("172.30.88.0/24");
        return HostFilter::arguments(rules, names_, config_, network, "aa")["guests"][0]["allowed"];
    }
    void learn(const std::string& name, int first, int count) {
        std::vector<std::string> addresses;
        for (int i = first; i < first + count; ++i) {
            addresses.push_back("192.0.2." + std::to_string(i));
        }
        (void)names_.looked_up(name, addresses);
    }
    NameCache names_;
    Config config_;
};

TEST_F(HostFilterTest, ANameIsItsAddresses) {
    names_.keep({"a.example", "b.example"});
    learn("a.example", 1, 2);
    EXPECT_EQ(allowed("allow=198.51.100.0/24,a.example,b.example"),
              json({"198.51.100.0/24", "192.0.2.1/32", "192.0.2.2/32"}));
}

TEST_F(HostFilterTest, ANameOpensNothingThatIsClosed) {
    config_.closed = {"10.0.0.0/8"};
    names_.keep({"a.example"});
    (void)names_.looked_up("a.example", {"10.1.2.3", "192.0.2.1"});
    EXPECT_EQ(allowed("allow=a.example,10.9.0.0/16"), json({"10.9.0.0/16", "192.0.2.1/32"}));
}

TEST_F(HostFilterTest, ManyAddressesAreWhatTheHelperTakes) {
    std::string list = "allow=198.51.100.0/24";
    std::set<std::string> names;
    for (int i = 0; i < 60; ++i) {
        const std::string name = "n" + std::to_string(i) + ".example";
        names.insert(name);
        list += "," + name;
    }
    names_.keep(names);
    for (const std::string& name : names) {
        learn(name, 0, 64);
    }
    const json all = allowed(list);
    EXPECT_LE(all.size(), 1024U);
    EXPECT_GT(all.size(), 1000U);
}

} // namespace
} // namespace nat
