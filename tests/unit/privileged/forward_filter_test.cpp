#include "privileged/forward_filter.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace banger::privileged {
namespace {

using nlohmann::json;

json chain(const char* table, const char* name, const char* policy, const char* family = "ip") {
    return {{"chain",
             {{"family", family},
              {"table", table},
              {"name", name},
              {"type", "filter"},
              {"hook", "forward"},
              {"policy", policy}}}};
}
json rule(const char* table, const char* chain, json expressions, const char* family = "ip") {
    return {{"rule",
             {{"family", family},
              {"table", table},
              {"chain", chain},
              {"handle", 7},
              {"expr", std::move(expressions)}}}};
}
json meets(const char* key, const char* interface) {
    return {{"match", {{"op", "=="}, {"left", {{"meta", {{"key", key}}}}}, {"right", interface}}}};
}
const json accept{{"accept", nullptr}};
const json counter{{"counter", {{"packets", 1}, {"bytes", 60}}}};
json jump(const char* target) {
    return {{"jump", {{"target", target}}}};
}

std::vector<ForwardFilter> found(std::initializer_list<json> objects) {
    return forward_filters(json(std::vector<json>(objects)), "banger");
}

TEST(ForwardFilter, APolicyThatAcceptsStopsNothing) {
    EXPECT_TRUE(found({chain("filter", "FORWARD", "accept")}).empty());
    json output = chain("filter", "OUTPUT", "drop");
    output["chain"]["hook"] = "output";
    EXPECT_TRUE(found({output}).empty());
}

TEST(ForwardFilter, APolicyOfDropDoes) {
    const auto filters = found({chain("filter", "FORWARD", "drop")});
    ASSERT_EQ(filters.size(), 1U);
    EXPECT_EQ(filters[0].text(), "ip filter FORWARD");
    EXPECT_EQ(filters[0].place, "FORWARD");
    EXPECT_FALSE(filters[0].lets_pass());
}

TEST(ForwardFilter, DockersChainForOthersIsThePlace) {
    const auto filters = found({chain("filter", "FORWARD", "drop"),
                                rule("filter", "FORWARD", {counter, jump("DOCKER-USER")})});
    ASSERT_EQ(filters.size(), 1U);
    EXPECT_EQ(filters[0].place, "DOCKER-USER");
}

TEST(ForwardFilter, PassesOnlyBothWaysAndWithoutFurtherConditions) {
    const json drop = chain("filter", "FORWARD", "drop");
    const json in = rule("filter", "FORWARD", {meets("iifname", "banger"), counter, accept});
    const json out = rule("filter", "FORWARD", {meets("oifname", "banger"), counter, accept});
    EXPECT_FALSE(found({drop, in})[0].lets_pass());
    EXPECT_TRUE(found({drop, in, out})[0].lets_pass());
    const json some =
        rule("filter", "FORWARD", {meets("oifname", "banger"), json{{"xt", nullptr}}, accept});
    EXPECT_FALSE(found({drop, in, some})[0].lets_pass());
    const json other = rule("filter", "FORWARD", {meets("oifname", "banger-2"), accept});
    EXPECT_FALSE(found({drop, in, other})[0].lets_pass());
    const json elsewhere = rule("mangle", "FORWARD", {meets("oifname", "banger"), accept});
    EXPECT_FALSE(found({drop, in, elsewhere})[0].lets_pass());
}

TEST(ForwardFilter, ARuleAtTheEndStopsAsAPolicyDoes) {
    const json base = chain("filter", "FORWARD", "accept");
    const json in = rule("filter", "FORWARD", {meets("iifname", "banger"), counter, accept});
    const json out = rule("filter", "FORWARD", {meets("oifname", "banger"), counter, accept});
    const json known = rule("filter", "FORWARD", {json{{"xt", {{"type", "match"}}}}, accept});
    for (const json& refusal : {json{{"reject", nullptr}}, json{{"drop", nullptr}},
                                json{{"xt", {{"type", "target"}, {"name", "REJECT"}}}}}) {
        const json last = rule("filter", "FORWARD", {counter, refusal});
        const auto filters = found({base, known, last});
        ASSERT_EQ(filters.size(), 1U) << refusal;
        EXPECT_EQ(filters[0].lacks, (std::vector<std::string>{"iifname", "oifname"}));
        EXPECT_TRUE(found({base, in, out, last})[0].lets_pass());
        EXPECT_FALSE(found({base, last, in, out})[0].lets_pass()) << "never reached";
        EXPECT_TRUE(found({base, rule("filter", "FORWARD", {counter, accept}), last}).empty());
        const json some = rule("filter", "FORWARD", {meets("iifname", "eth0"), refusal});
        EXPECT_TRUE(found({base, some}).empty());
    }
}

TEST(ForwardFilter, ARefusalBeforeTheAcceptCounts) {
    const json in = rule("filter", "DOCKER-USER", {meets("iifname", "banger"), counter, accept});
    const json out = rule("filter", "DOCKER-USER", {meets("oifname", "banger"), counter, accept});
    const json jumps = rule("filter", "FORWARD", {counter, jump("DOCKER-USER")});
    const json refusal =
        rule("filter", "FORWARD", {meets("iifname", "banger"), json{{"drop", nullptr}}});
    const json drop = chain("filter", "FORWARD", "drop");
    EXPECT_TRUE(found({drop, jumps, in, out, refusal})[0].lets_pass());
    const auto filter = found({drop, refusal, jumps, in, out})[0];
    EXPECT_EQ(filter.lacks, std::vector<std::string>{"iifname"});
    EXPECT_EQ(filter.place, "FORWARD") << "what is put in DOCKER-USER comes too late";
    EXPECT_EQ(found({chain("filter", "FORWARD", "accept"), refusal}).size(), 1U);
    const json ours = rule("banger_1000_k3x9a0", "forward",
                           {meets("iifname", "banger"), json{{"drop", nullptr}}}, "inet");
    EXPECT_TRUE(found({chain("banger_1000_k3x9a0", "forward", "accept", "inet"), ours}).empty());
}

TEST(ForwardFilter, AReturnEndsAChain) {
    const json drop = chain("filter", "FORWARD", "drop");
    const json jumps = rule("filter", "FORWARD", {jump("DOCKER-USER")});
    const json back = rule("filter", "DOCKER-USER", {json{{"return", nullptr}}});
    const json in = rule("filter", "DOCKER-USER", {meets("iifname", "banger"), accept});
    const json out = rule("filter", "DOCKER-USER", {meets("oifname", "banger"), accept});
    EXPECT_FALSE(found({drop, jumps, back, in, out})[0].lets_pass());
    EXPECT_TRUE(found({drop, jumps, in, out, back})[0].lets_pass());
}

TEST(ForwardFilter, OnlyWhatIsMissingIsInserted) {
    const json in = rule("filter", "FORWARD", {meets("iifname", "banger"), counter, accept});
    const auto filter = found({chain("filter", "FORWARD", "drop"), in})[0];
    EXPECT_EQ(filter.lacks, std::vector<std::string>{"oifname"});
    const json commands = pass_commands(filter, "banger", "banger_1_a");
    ASSERT_EQ(commands.size(), 1U);
    const json& inserted = commands[0]["insert"]["rule"];
    EXPECT_EQ(inserted["comment"], "banger_1_a");
    EXPECT_EQ(inserted["expr"][0], meets("oifname", "banger"));
}

TEST(ForwardFilter, InputNeedsOneWayOnly) {
    json input = chain("filter", "INPUT", "drop");
    input["chain"]["hook"] = "input";
    const auto filter = found({input})[0];
    EXPECT_EQ(filter.hook, ForwardFilter::Hook::input);
    EXPECT_EQ(filter.text(), "ip filter INPUT");
    EXPECT_EQ(filter.lacks, std::vector<std::string>{"iifname"});
    const json names =
        rule("filter", "INPUT", {meets("iifname", "banger"), json{{"xt", nullptr}}, accept});
    EXPECT_FALSE(found({input, names})[0].lets_pass());
    const json all = rule("filter", "INPUT", {meets("iifname", "banger"), counter, accept});
    EXPECT_TRUE(found({input, all})[0].lets_pass());
}

TEST(ForwardFilter, RulesCountInChainsToWhichEveryPacketGoes) {
    json input = chain("filter", "INPUT", "drop");
    input["chain"]["hook"] = "input";
    const json user = rule("filter", "ufw-user-input", {meets("iifname", "banger"), accept});
    const json always = rule("filter", "INPUT", {counter, jump("ufw-user-input")});
    const json some = rule("filter", "INPUT", {meets("iifname", "eth0"), jump("ufw-user-input")});
    const json round = rule("filter", "ufw-user-input", {jump("INPUT")});
    EXPECT_TRUE(found({input, always, user, round})[0].lets_pass());
    EXPECT_FALSE(found({input, some, user})[0].lets_pass());
}

TEST(ForwardFilter, ASetOfInterfacesMayNameTheBridge) {
    json input = chain("mine", "in", "drop", "inet");
    input["chain"]["hook"] = "input";
    json some = meets("iifname", "");
    some["match"]["right"] = {{"set", {"lo", "banger"}}};
    EXPECT_TRUE(found({input, rule("mine", "in", {some, accept}, "inet")})[0].lets_pass());
    some["match"]["right"] = {{"set", {"lo", "eth0"}}};
    EXPECT_FALSE(found({input, rule("mine", "in", {some, accept}, "inet")})[0].lets_pass());
}

TEST(ForwardFilter, OfOtherFamiliesOnlyBridgeMatters) {
    EXPECT_TRUE(found({chain("filter", "FORWARD", "drop", "ip6")}).empty());
    EXPECT_TRUE(found({chain("filter", "FORWARD", "drop", "arp")}).empty());
    const json frames = chain("mine", "fwd", "drop", "bridge");
    const json port = rule("mine", "fwd", {meets("iifname", "banger"), accept}, "bridge");
    const auto filter = found({frames, port})[0];
    EXPECT_EQ(filter.kind, ForwardFilter::Kind::bridge);
    EXPECT_FALSE(filter.lets_pass()) << "iifname is the VM's port there";
    const json bridge = rule("mine", "fwd", {meets("ibrname", "banger"), accept}, "bridge");
    EXPECT_TRUE(found({frames, bridge})[0].lets_pass());
}

TEST(ForwardFilter, FirewalldStopsByItsLastRule) {
    const json base = chain("firewalld", "filter_FORWARD", "accept", "inet");
    const json last = rule("firewalld", "filter_FORWARD", {json{{"reject", nullptr}}}, "inet");
    EXPECT_TRUE(found({base}).empty());
    ASSERT_EQ(found({base, last}).size(), 1U);
    EXPECT_EQ(found({base, last})[0].text(), "firewalld");
    EXPECT_FALSE(found({base, last})[0].lets_pass());
    const json zone = rule(
        "firewalld", "filter_FORWARD_ZONES",
        {meets("iifname", "banger"), json{{"goto", {{"target", "filter_FWD_trusted"}}}}}, "inet");
    EXPECT_TRUE(found({base, last, zone})[0].lets_pass());
    json input = chain("firewalld", "filter_INPUT", "accept", "inet");
    input["chain"]["hook"] = "input";
    const json refusal = rule("firewalld", "filter_INPUT", {json{{"reject", nullptr}}}, "inet");
    EXPECT_EQ(found({base, last, input, refusal}).size(), 1U) << "told of once";
}

TEST(ForwardFilter, LegacyIsReadFromItsOwnProgram) {
    const auto read = [](const char* text) { return legacy_forward_filters(text, "banger"); };
    EXPECT_TRUE(read("-P INPUT ACCEPT\n-P FORWARD ACCEPT\n").empty());
    ASSERT_EQ(read("-P FORWARD DROP\n").size(), 1U);
    EXPECT_FALSE(read("-P FORWARD DROP\n-A FORWARD -i banger -j ACCEPT\n")[0].lets_pass());
    EXPECT_TRUE(read("-P FORWARD DROP\n-A FORWARD -i banger -j ACCEPT\n"
                     "-A FORWARD -o banger -j ACCEPT\n")[0]
                    .lets_pass());
    EXPECT_FALSE(read("-P FORWARD DROP\n-A FORWARD -i banger2 -j ACCEPT\n"
                      "-A FORWARD -o banger2 -j ACCEPT\n")[0]
                     .lets_pass());
    EXPECT_EQ(read("-P FORWARD DROP\n-A FORWARD -j DOCKER-USER\n")[0].place, "DOCKER-USER");
    EXPECT_EQ(read("-P INPUT DROP\n-P FORWARD DROP\n").size(), 2U);
    EXPECT_FALSE(read("-P INPUT DROP\n-A FORWARD -i banger -j ACCEPT\n")[0].lets_pass());
    EXPECT_TRUE(read("-P INPUT DROP\n-A INPUT -i banger -j ACCEPT\n")[0].lets_pass());
    EXPECT_FALSE(read("-P INPUT DROP\n-A INPUT -i banger -p udp -j ACCEPT\n")[0].lets_pass());
    EXPECT_FALSE(read("-P INPUT DROP\n-A INPUT ! -i banger -j ACCEPT\n")[0].lets_pass());
    const auto rest = read("-P FORWARD ACCEPT\n-A FORWARD -m state --state RELATED -j ACCEPT\n"
                           "-A FORWARD -j REJECT --reject-with icmp-host-prohibited\n");
    ASSERT_EQ(rest.size(), 1U);
    EXPECT_EQ(rest[0].text(), "ip filter FORWARD (legacy)");
    EXPECT_EQ(rest[0].kind, ForwardFilter::Kind::legacy);
}

TEST(ForwardFilter, RulesOfOursAreKnownByTheirMark) {
    json ours = rule("filter", "DOCKER-USER", {meets("iifname", "banger"), accept});
    ours["rule"]["comment"] = "banger_1000_k3x9a0";
    json theirs = rule("filter", "DOCKER-USER", {meets("iifname", "banger"), accept});
    theirs["rule"]["comment"] = "banger is great";
    const auto rules = pass_rules({ours, theirs});
    ASSERT_EQ(rules.size(), 1U);
    EXPECT_EQ(rules[0].mark, "banger_1000_k3x9a0");
    EXPECT_EQ(removal(rules[0])["delete"]["rule"]["handle"], 7);
}

} // namespace
} // namespace banger::privileged
