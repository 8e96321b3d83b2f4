#include "rules_check.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace nat {
namespace {

using nlohmann::json;

class RulesCheck : public testing::Test {
  protected:
    RulesCheck() {
        rules_["1"] = {"web", "172.30.88.2", true, {}, {Port::parse("8080:80")}};
        rules_["2"] = {"shut", "172.30.88.3", false, {}, {}};
    }
    [[nodiscard]] std::string said() const { return lacking(shown_, rules_, "banger_0_aa"); }
    RuleSet::Rules rules_;
    json shown_ = json::parse(R"({"forwarding": true, "tables": [
        {"name": "banger_0_bb", "addresses": [], "ports": []},
        {"name": "banger_0_aa", "addresses": ["172.30.88.2"], "ports": [
            {"protocol": "tcp", "host": null, "port": 8080, "guest": "172.30.88.2",
             "guest_port": 80}]}]})");
};

TEST_F(RulesCheck, AWholeTableIsWell) {
    EXPECT_EQ(said(), "");
    EXPECT_EQ(check_rules(said()).at("severity"), "ok");
}

TEST_F(RulesCheck, WhatSomebodyTookIsTold) {
    shown_["tables"][1]["addresses"].clear();
    EXPECT_EQ(said(), "nft table inet banger_0_aa lacks 172.30.88.2 (web)");
    shown_["tables"][1]["addresses"] = {"172.30.88.2"};
    shown_["tables"][1]["ports"][0]["host"] = "127.0.0.1";
    EXPECT_EQ(said(), "nft table inet banger_0_aa lacks port 8080:80 (web)");
    shown_["tables"].erase(1);
    EXPECT_EQ(said(), "nft table inet banger_0_aa was deleted");
    EXPECT_FALSE(check_rules(said()).at("repair").empty());
}

TEST_F(RulesCheck, ForwardingIsPartOfIt) {
    shown_["forwarding"] = false;
    EXPECT_EQ(said(), "net.ipv4.ip_forward was switched off");
    rules_.clear();
    EXPECT_EQ(said(), "") << "no VM needs it";
}

TEST_F(RulesCheck, ANameWithoutAnAddressIsToldWithItsVm) {
    rules_["2"].egress.names = {"deb.debian.org", "dep.debian.org"};
    EXPECT_EQ(check_names({}, rules_).at("severity"), "ok");
    const json check = check_names({"dep.debian.org", "other.example"}, rules_);
    EXPECT_EQ(check.at("severity"), "warning");
    EXPECT_EQ(check.at("cause"), "dep.debian.org (shut)");
}

} // namespace
} // namespace nat
