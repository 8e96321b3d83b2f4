// The forward verbs beside filters of others, in a network namespace of the test's own.

#include "verb_fixture.hpp"

#include "net/nftables.hpp"
#include "os/error.hpp"
#include "os/run.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <optional>

namespace banger::privileged {
namespace {

using nlohmann::json;

class ForwardTest : public VerbFixture {
  protected:
    void SetUp() override {
        VerbFixture::SetUp();
        if (!IsSkipped()) {
            run("bridge-ensure", {{"bridge", "banger"}, {"address", "172.30.88.1/24"}});
        }
    }
    json open(uid_t caller = 1000) {
        return run("forward-open", {{"tag", "aa"}, {"bridge", "banger"}}, caller);
    }
    json close(uid_t caller = 1000) {
        return run("forward-close", {{"tag", "aa"}, {"bridge", "banger"}, {"firewalld", false}},
                   caller);
    }
    json show() { return run("forward-show", {{"bridge", "banger"}}); }
    json rules() {
        net::Nftables nftables;
        return nftables.run({{{"list", {{"ruleset", nullptr}}}}}, "list");
    }
    /// A filter of an administrator's own.
    void drop_forwarded() { drop_at("fwd", "forward"); }
    void drop_at(const char* chain, const char* hook, const char* family = "inet") {
        net::Nftables nftables;
        nftables.run({{{"add", {{"table", {{"family", family}, {"name", "mine"}}}}}},
                      {{"add",
                        {{"chain",
                          {{"family", family},
                           {"table", "mine"},
                           {"name", chain},
                           {"type", "filter"},
                           {"hook", hook},
                           {"prio", 0},
                           {"policy", "drop"}}}}}}},
                     "make a filter");
    }
};

TEST_F(ForwardTest, WithoutAFilterNothingIsDone) {
    EXPECT_EQ(open()["filters"], json::array());
    EXPECT_EQ(show()["rules"], json::array());
    EXPECT_EQ(close()["rules"], 0);
}

TEST_F(ForwardTest, OpensOnceAndTakesBackExactlyThat) {
    drop_forwarded();
    const json before = rules();
    EXPECT_EQ(show()["filters"][0]["lets_pass"], false);
    EXPECT_EQ(open()["filters"][0]["lets_pass"], true);
    EXPECT_EQ(show()["rules"].size(), 2U);
    (void)open();
    EXPECT_EQ(show()["rules"].size(), 2U);
    EXPECT_EQ(close()["rules"], 2);
    EXPECT_EQ(rules(), before);
}

TEST_F(ForwardTest, AtInputOneRuleIsEnough) {
    drop_at("in", "input");
    const json before = rules();
    EXPECT_EQ(show()["filters"][0]["hook"], "input");
    EXPECT_EQ(show()["filters"][0]["lacks"], json({"iifname"}));
    EXPECT_EQ(open()["filters"][0]["lets_pass"], true);
    EXPECT_EQ(close()["rules"], 1);
    EXPECT_EQ(rules(), before);
}

TEST_F(ForwardTest, AFilterOfFramesIsToldAndLeft) {
    drop_at("fwd", "forward", "bridge");
    const json before = rules();
    EXPECT_EQ(open()["filters"][0]["kind"], "bridge");
    EXPECT_EQ(open()["filters"][0]["lets_pass"], false);
    EXPECT_EQ(rules(), before);
}

TEST_F(ForwardTest, ABridgeOfAnotherIsRefused) {
    drop_forwarded();
    const json before = rules();
    const json args = {{"tag", "aa"}, {"bridge", "banger"}};
    EXPECT_EQ(refusal("forward-open", args, 1001).kind(), os::ErrorKind::conflict);
    EXPECT_EQ(rules(), before);
    json with_zone = args;
    with_zone["firewalld"] = true;
    EXPECT_EQ(refusal("forward-close", with_zone, 1001).kind(), os::ErrorKind::conflict);
    run("bridge-delete", {{"bridge", "banger"}});
    EXPECT_EQ(refusal("forward-open", args).kind(), os::ErrorKind::not_found);
}

TEST_F(ForwardTest, OnlyTheCallersRulesGoAlsoWithoutABridge) {
    drop_forwarded();
    (void)open(1000);
    EXPECT_EQ(close(1001)["rules"], 0);
    EXPECT_EQ(show()["rules"][0]["mine"], true);
    EXPECT_EQ(run("forward-show", {{"bridge", "banger"}}, 1001)["rules"][0]["mine"], false);
    run("bridge-delete", {{"bridge", "banger"}});
    EXPECT_EQ(close(1000)["rules"], 2);
}

TEST_F(ForwardTest, NamesThatAreNotOursAreRefused) {
    for (const char* bridge : {"eth0", "docker0", "banger; flush ruleset", ""}) {
        EXPECT_THROW(run("forward-open", {{"tag", "aa"}, {"bridge", bridge}}), os::Error);
        EXPECT_THROW(run("forward-show", {{"bridge", bridge}}), os::Error);
    }
    EXPECT_THROW(run("forward-open", {{"tag", "a b"}, {"bridge", "banger"}}), os::Error);
    EXPECT_THROW(run("forward-open", {{"bridge", "banger"}}), os::Error);
}

} // namespace
} // namespace banger::privileged
