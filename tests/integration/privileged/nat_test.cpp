// The nat verbs on a real packet filter, in a network namespace of the test's own.

#include "verb_fixture.hpp"

#include "net/nftables.hpp"
#include "os/error.hpp"
#include "privileged/forwarding.hpp"
#include "privileged/nat_table.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

namespace banger::privileged {
namespace {

using nlohmann::json;
using os::ErrorKind;

class NatTest : public VerbFixture {
  protected:
    void SetUp() override {
        VerbFixture::SetUp();
        if (!IsSkipped()) {
            run("bridge-ensure", {{"bridge", "banger"}, {"address", "172.30.88.1/24"}});
        }
    }

    ErrorKind refused(const json& args, uid_t caller = 1000) {
        return refusal("nat-apply", args, caller).kind();
    }
    static json guest(const char* address, bool open, json allowed = json::array()) {
        return {{"address", address}, {"open", open}, {"allowed", std::move(allowed)}};
    }
    static json port(const char* guest, int number, json host = nullptr) {
        return {{"protocol", "tcp"},
                {"host", std::move(host)},
                {"port", number},
                {"guest", guest},
                {"guest_port", 80}};
    }
    static json args(json guests, json ports = json::array()) {
        return {
            {"tag", "aa"},         {"bridge", "banger"}, {"subnet", "172.30.88.0/24"},
            {"guests", guests},    {"ports", ports},     {"closed", json::array({"10.0.0.0/8"})},
            {"host_access", true}, {"dns_port", 53}};
    }
    json tables(uid_t caller = 1000) {
        return run("nat-show", json::object(), caller).at("tables");
    }
};

TEST_F(NatTest, TheTableBecomesWhatIsAsked) {
    run("nat-apply", args({guest("172.30.88.2", true),
                           guest("172.30.88.3", false, {"192.0.2.0/24", "192.0.2.7/32"})},
                          {port("172.30.88.4", 8080), port("172.30.88.4", 81, "127.0.0.1")}));
    json found = tables();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0]["name"], "banger_1000_aa");
    EXPECT_EQ(found[0]["mine"], true);
    EXPECT_EQ(found[0]["addresses"], json({"172.30.88.2", "172.30.88.3", "172.30.88.4"}));
    ASSERT_EQ(found[0]["ports"].size(), 2U);
    EXPECT_EQ(found[0]["ports"][1]["host"], "127.0.0.1");
    EXPECT_EQ(found[0]["ports"][1]["guest_port"], 80);

    run("nat-apply", args({guest("172.30.88.2", true)}));
    found = tables();
    EXPECT_EQ(found[0]["addresses"], json({"172.30.88.2"}));
    EXPECT_TRUE(found[0]["ports"].empty());
}

TEST_F(NatTest, APortIsOfThisMachineOnly) {
    const json to_this_machine = {
        {"match",
         {{"op", "=="},
          {"left", {{"fib", {{"result", "type"}, {"flags", json::array({"daddr"})}}}}},
          {"right", "local"}}}};
    run("nat-apply",
        args(json::array(), {port("172.30.88.4", 443, "1.1.1.1"), port("172.30.88.4", 8080)}));
    net::Nftables nftables;
    int redirected = 0;
    for (const json& object : nftables.run({{{"list", {{"ruleset", nullptr}}}}}, "list")) {
        const json rule = object.value("rule", json::object());
        for (const json& part : rule.value("expr", json::array())) {
            if (part.contains("dnat")) {
                ++redirected;
                const json& expressions = rule.at("expr");
                EXPECT_NE(std::find(expressions.begin(), expressions.end(), to_this_machine),
                          expressions.end())
                    << rule;
            }
        }
    }
    EXPECT_EQ(redirected, 4) << "each at prerouting and output";
    EXPECT_EQ(tables()[0]["ports"][0]["host"], "1.1.1.1");
}

TEST_F(NatTest, NoPortLeadsBackIntoThisMachine) {
    EXPECT_THROW(run("nat-apply", args(json::array(), {port("172.30.88.1", 8080)})), os::Error);
}

TEST_F(NatTest, TheSameAgainChangesNothing) {
    net::Nftables nftables;
    const auto ruleset = [&] {
        json all = nftables.run({{{"list", {{"ruleset", nullptr}}}}}, "list");
        for (json& object : all) {
            for (auto& [kind, body] : object.items()) {
                body.erase("handle");
            }
        }
        return all;
    };
    run("nat-apply", args({guest("172.30.88.2", true)}));
    const json before = ruleset();
    run("nat-apply", args({guest("172.30.88.2", true)}));
    EXPECT_EQ(ruleset(), before);
}

TEST_F(NatTest, ForwardingIsAsItWasWhenTheLastTableIsGone) {
    set_forwarding(false);
    EXPECT_EQ(run("nat-apply", args(json::array()))["forwarding_switched_on"], true);
    json other = args(json::array());
    other["tag"] = "bb";
    EXPECT_EQ(run("nat-apply", other)["forwarding_switched_on"], false);
    EXPECT_EQ(run("nat-apply", args(json::array()))["forwarding_switched_on"], false);
    EXPECT_TRUE(forwarding());
    EXPECT_EQ(run("nat-delete", {{"tag", "aa"}})["forwarding_switched_off"], false);
    EXPECT_TRUE(forwarding()) << "the other table needs it";
    EXPECT_EQ(run("nat-delete", {{"tag", "bb"}})["forwarding_switched_off"], true);
    EXPECT_FALSE(forwarding());
    EXPECT_EQ(run("nat-delete", {{"tag", "bb"}})["existed"], false);

    set_forwarding(true);
    run("nat-apply", args(json::array()));
    EXPECT_EQ(run("nat-delete", {{"tag", "aa"}})["forwarding_switched_off"], false);
    EXPECT_TRUE(forwarding()) << "it was on before us";
}

TEST_F(NatTest, NobodyTouchesWhatIsNotHis) {
    run("nat-apply", args({guest("172.30.88.2", true)}));
    EXPECT_EQ(refused(args(json::array()), 1001), ErrorKind::conflict)
        << "the bridge is another user's";
    EXPECT_EQ(run("nat-delete", {{"tag", "aa"}}, 1001)["existed"], false);
    EXPECT_EQ(tables(1001)[0]["mine"], false);
    EXPECT_EQ(tables().size(), 1U);
}

TEST_F(NatTest, RefusesWhatIsNotAboutVms) {
    EXPECT_EQ(refused(args({guest("192.0.2.1", true)})), ErrorKind::invalid);
    EXPECT_EQ(refused(args({guest("172.30.88.2", true), guest("172.30.88.2", true)})),
              ErrorKind::invalid);
    EXPECT_EQ(refused(args(json::array(), {port("192.0.2.1", 80)})), ErrorKind::invalid);
    EXPECT_EQ(refused(args(json::array(), {port("172.30.88.2", 0)})), ErrorKind::invalid);
    EXPECT_EQ(refused(args(json::array(), {port("172.30.88.2", 80, "drop; add rule")})),
              ErrorKind::invalid);
    json foreign = args(json::array());
    foreign["bridge"] = "docker0";
    EXPECT_EQ(refused(foreign), ErrorKind::invalid);
    foreign = args(json::array());
    foreign["subnet"] = "172.30.0.0/16";
    EXPECT_EQ(refused(foreign), ErrorKind::conflict);
    foreign = args(json::array());
    foreign["rules"] = "anything";
    EXPECT_EQ(refused(foreign), ErrorKind::invalid);
    EXPECT_TRUE(tables().empty());
}

TEST(NatTable, HasANameOfItsOwn) {
    const OwnTable table{nat_kind, 1000, "k3x9a0"};
    EXPECT_EQ(table.name(), "banger_1000_k3x9a0");
    EXPECT_EQ(OwnTable::parse(nat_kind, table.name()), table);
    for (const char* name :
         {"banger", "banger_", "banger_x_y", "banger_1000", "banger_1000_", "filter"}) {
        EXPECT_FALSE(OwnTable::parse(nat_kind, name)) << name;
    }
}

} // namespace
} // namespace banger::privileged
