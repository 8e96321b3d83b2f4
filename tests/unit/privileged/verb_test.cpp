#include "privileged/verb.hpp"

#include "net/netlink.hpp"
#include "os/error.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace banger::privileged {
namespace {

std::string verb_refusal(const char* verb, const std::string& text) {
    try {
        (void)parse_request(*find_verb(verb), text);
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::invalid);
        return error.what();
    }
    return "accepted";
}

TEST(Verb, TheTableIsSortedAndFound) {
    const auto all = verbs();
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end(),
                               [](const Verb& a, const Verb& b) { return a.name < b.name; }));
    for (const Verb& verb : all) {
        EXPECT_EQ(find_verb(verb.name), &verb);
    }
    EXPECT_EQ(find_verb("exec"), nullptr);
    EXPECT_EQ(find_verb(""), nullptr);
}

TEST(Verb, RefusesWhatIsNotItsArguments) {
    EXPECT_EQ(verb_refusal("tap-delete", ""), "the arguments are not JSON");
    EXPECT_EQ(verb_refusal("tap-delete", "{} {}"), "the arguments are not JSON");
    EXPECT_EQ(verb_refusal("tap-delete", "[]"), "the arguments must be one JSON object");
    EXPECT_EQ(verb_refusal("tap-delete", "{}"), "argument \"tap\" is missing");
    EXPECT_EQ(verb_refusal("tap-delete", R"({"tap":"eth0"})"),
              "argument \"tap\" must be \"bgr\" and 1 to 12 of a-z and 0-9");
    EXPECT_EQ(verb_refusal("tap-delete", R"({"tap":"bgr1","x":1})"), "unknown argument \"x\"");
    EXPECT_EQ(verb_refusal("tap-delete", std::string(max_request + 1, ' ')),
              "the arguments are longer than 512 KiB");
    EXPECT_EQ(verb_refusal("links", std::string(500000, '[')), "the arguments are not JSON");
}

TEST(Verb, ABatchIsCheckedAsAWholeAndNeverNested) {
    EXPECT_EQ(verb_refusal("batch", R"({"steps":[{"verb":"tap-delete","args":{"tap":"bgr1"}},
                                            {"verb":"tap-delete","args":{"tap":"lo"}}]})"),
              "step 2: argument \"tap\" must be \"bgr\" and 1 to 12 of a-z and 0-9");
    EXPECT_EQ(verb_refusal("batch", R"({"steps":[{"verb":"batch","args":{"steps":[]}}]})"),
              "step 1: there is no verb \"batch\" for a batch");
    EXPECT_EQ(verb_refusal("batch", R"({"steps":[{"verb":"links","args":{},"as":"root"}]})"),
              "step 1: unknown argument \"as\"");
    EXPECT_EQ(verb_refusal("batch", R"({"steps":[]})"), "accepted");
}

TEST(Verb, WhatWasMadeIsUndoneInReverseAndAFailingUndoIsTold) {
    net::Netlink netlink;
    Context context{netlink, 0, {}};
    std::string order;
    const Action action = [&](Context& running) -> nlohmann::json {
        running.undo.push_back([&] { order += "a"; });
        running.undo.push_back([&] { throw os::Error(os::ErrorKind::busy, "b is stuck"); });
        running.undo.push_back([&] { order += "c"; });
        throw os::Error(os::ErrorKind::conflict, "broken", "mend it");
    };
    try {
        (void)perform(action, context);
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_STREQ(error.what(), "broken; undo: b is stuck");
        EXPECT_EQ(error.kind(), os::ErrorKind::conflict);
        EXPECT_EQ(error.hint(), "mend it");
    }
    EXPECT_EQ(order, "ca");
}

} // namespace
} // namespace banger::privileged
