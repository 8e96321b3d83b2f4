#include "cli/raw_tail.hpp"

#include <gtest/gtest.h>

namespace banger::cli {
namespace {

using Words = std::vector<std::string>;

void expect_split(const Words& words, const Words& head, const Words& tail) {
    const SplitWords split = split_words(words);
    EXPECT_EQ(split.head, head);
    EXPECT_EQ(split.tail, tail);
}

TEST(RawTail, WhatFollowsTheNameIsForSsh) {
    expect_split({"vm", "ssh", "a", "-L", "1:b:2"}, {"vm", "ssh", "a"}, {"-L", "1:b:2"});
    expect_split({"vm", "ssh", "-u", "joe", "a", "ls", "--json"}, {"vm", "ssh", "-u", "joe", "a"},
                 {"ls", "--json"});
    expect_split({"vm", "ssh", "a", "-u", "joe", "-A"}, {"vm", "ssh", "a", "-u", "joe"}, {"-A"});
    expect_split({"vm", "ssh", "a", "--help"}, {"vm", "ssh", "a", "--help"}, {});
    expect_split({"vm", "ssh"}, {"vm", "ssh"}, {});
}

TEST(RawTail, DashesBeginTheCommandOfExec) {
    expect_split({"vm", "exec", "a", "--", "sh", "-c", "x"}, {"vm", "exec", "a"},
                 {"sh", "-c", "x"});
    expect_split({"vm", "exec", "a", "-t", "--", "top"}, {"vm", "exec", "a", "-t"}, {"top"});
    expect_split({"vm", "exec", "a", "sh", "-c", "x"}, {"vm", "exec", "a"}, {"sh", "-c", "x"});
}

TEST(RawTail, OptionsOfExecMayFollowTheName) {
    expect_split({"vm", "exec", "a", "-u", "joe", "-T", "--", "id", "-u"},
                 {"vm", "exec", "a", "-u", "joe", "-T"}, {"id", "-u"});
    expect_split({"vm", "exec", "a", "--user", "joe", "id", "--", "x"},
                 {"vm", "exec", "a", "--user", "joe"}, {"id", "--", "x"});
    expect_split({"vm", "ssh", "a", "--user=joe", "id"}, {"vm", "ssh", "a", "--user=joe"}, {"id"});
    expect_split({"vm", "exec", "a", "--help"}, {"vm", "exec", "a", "--help"}, {});
    expect_split({"vm", "exec", "a", "-u"}, {"vm", "exec", "a", "-u"}, {});
    expect_split({"vm", "exec", "--", "id"}, {"vm", "exec"}, {"id"});
}

TEST(RawTail, DashesInsideTheCommandStay) {
    expect_split({"vm", "exec", "a", "git", "log", "--", "f"}, {"vm", "exec", "a"},
                 {"git", "log", "--", "f"});
    expect_split({"vm", "exec", "a", "--", "git", "log", "--", "f"}, {"vm", "exec", "a"},
                 {"git", "log", "--", "f"});
}

TEST(RawTail, PluginVerbsGetTheirOwnWords) {
    expect_split({"x", "nat", "allow", "--port", "80"}, {"x", "nat", "allow"}, {"--port", "80"});
    expect_split({"x", "tap-pool", "ls", "--json"}, {"x", "tap-pool", "ls", "--json"}, {});
}

TEST(RawTail, OtherCommandsAreWhole) {
    expect_split({"vm", "stop", "a", "--", "b"}, {"vm", "stop", "a", "--", "b"}, {});
    expect_split({}, {}, {});
}

} // namespace
} // namespace banger::cli
