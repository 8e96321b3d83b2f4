#include "footprint.hpp"
#include "other_firewalls.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace nat {
namespace {

using nlohmann::json;
using Commands = std::vector<std::string>;

json filter(const char* kind, const char* text, const char* place, json lacks) {
    return {{"kind", kind}, {"text", text}, {"place", place}, {"lacks", std::move(lacks)}};
}

TEST(OtherFirewalls, CommandsAreForWhatIsMissing) {
    EXPECT_EQ(commands_for(filter("nft", "ip filter FORWARD", "DOCKER-USER",
                                  json::array({"iifname", "oifname"})),
                           "banger"),
              (Commands{"iptables -I DOCKER-USER -i banger -j ACCEPT",
                        "iptables -I DOCKER-USER -o banger -j ACCEPT"}));
    EXPECT_EQ(
        commands_for(filter("nft", "ip filter INPUT", "INPUT", json::array({"iifname"})), "banger"),
        Commands{"iptables -I INPUT -i banger -j ACCEPT"});
    EXPECT_EQ(commands_for(
                  filter("legacy", "ip filter INPUT (legacy)", "INPUT", json::array({"iifname"})),
                  "banger"),
              Commands{"iptables-legacy -I INPUT -i banger -j ACCEPT"});
}

TEST(OtherFirewalls, CommandsOfOtherTablesAreNfts) {
    EXPECT_EQ(commands_for(filter("nft", "inet mine in", "in", json::array({"iifname"})), "banger"),
              Commands{"nft insert rule inet mine in meta iifname banger accept"});
    EXPECT_EQ(commands_for(filter("bridge", "bridge mine fwd", "fwd", json::array({"ibrname"})),
                           "banger"),
              Commands{"nft insert rule bridge mine fwd meta ibrname banger accept"});
    EXPECT_EQ(commands_for(filter("firewalld", "firewalld", "", json::array({"zone"})), "banger"),
              Commands{"firewall-cmd --zone=trusted --add-interface=banger"});
}

TEST(OtherFirewalls, TrustOfFirewalldIsAmongWhatIsHeld) {
    json shown = {{"filters", json::array()}, {"rules", json::array()}};
    EXPECT_TRUE(pass_rule_objects(shown, "aa", false).empty());
    shown["trusted"] = "banger";
    const auto objects = pass_rule_objects(shown, "aa", false);
    ASSERT_EQ(objects.size(), 1U);
    EXPECT_EQ(objects[0]["name"], "trusted banger");
    EXPECT_EQ(objects[0]["state"], "stray");
    EXPECT_EQ(pass_rule_objects(shown, "aa", true)[0]["state"], "in-use");
}

} // namespace
} // namespace nat
