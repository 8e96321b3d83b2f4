#include "plugin/entry_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace banger::plugin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class EntryCheck : public testing::Test {
  protected:
    EntryCheck() {
        entry.place = "c.yaml:3:5";
        settings.entries["tap-pool"].builtin = true; // not installed
    }
    std::vector<std::string> problems() { return entry_problems(settings, {"nat", "dns"}); }
    std::vector<std::string> of_pattern(const std::string& pattern) {
        entry.allow_override = {pattern};
        return problems();
    }

    Settings settings;
    EntrySettings& entry = settings.entries["nat"];
    const std::string fields = "; fields are kernel_arg:KEY, drive:ID, nic:ID and file:/PATH, with "
                               "* and ?";
};

TEST_F(EntryCheck, AfterNamesPluginsThatThereAre) {
    entry.after = {"dns", "tap-pool"};
    EXPECT_THAT(problems(), IsEmpty());
    entry.after = {"dns", "tappool", "other", "nat"};
    entry.key_places["after[1]"] = "c.yaml:5:19";
    EXPECT_THAT(problems(),
                ElementsAre("c.yaml:5:19: plugins.entries.nat.after[1]: there is no plugin "
                            "'tappool'; did you mean 'tap-pool'?",
                            "c.yaml:3:5: plugins.entries.nat.after[2]: there is no plugin 'other'; "
                            "banger plugin ls lists them",
                            "c.yaml:3:5: plugins.entries.nat.after[3]: it cannot run behind "
                            "itself; remove that"));
}

TEST_F(EntryCheck, WhatIsOffCannotBeRequired) {
    entry.required = true;
    EXPECT_THAT(problems(), IsEmpty());
    entry.enabled = false;
    entry.key_places["required"] = "c.yaml:4:17";
    EXPECT_THAT(problems(),
                ElementsAre("c.yaml:4:17: plugins.entries.nat.required: a plugin that is off "
                            "(enabled: false) cannot be required; set one of the two otherwise"));
}

TEST_F(EntryCheck, PatternsThatCanMatchAreTaken) {
    for (const char* pattern :
         {"*", "file:/etc/resolv.conf", "file:*", "file:/etc/*", "kernel_arg:quiet", "drive:work",
          "nic:eth?", "f*", "k*:quiet", "[fn]ic:eth0", "?ile:/x", "nic:*"}) {
        EXPECT_THAT(of_pattern(pattern), IsEmpty()) << pattern;
    }
}

TEST_F(EntryCheck, PatternsThatCanNotAreToldWithTheNearest) {
    const std::string key = "c.yaml:3:5: plugins.entries.nat.allow_override[0]: ";
    EXPECT_THAT(of_pattern("fil:/etc/hosts"),
                ElementsAre(key +
                            "'fil:/etc/hosts' matches no field; did you mean "
                            "'file:/etc/hosts'?" +
                            fields));
    EXPECT_THAT(of_pattern("file:etc/hosts"),
                ElementsAre(key +
                            "'file:etc/hosts' matches no field; did you mean "
                            "'file:/etc/hosts'?" +
                            fields));
    EXPECT_THAT(of_pattern("/etc/hosts"), ElementsAre(key +
                                                      "'/etc/hosts' matches no field; did you mean "
                                                      "'file:/etc/hosts'?" +
                                                      fields));
    EXPECT_THAT(of_pattern("kernel-arg:quiet"),
                ElementsAre(key +
                            "'kernel-arg:quiet' matches no field; did you mean "
                            "'kernel_arg:quiet'?" +
                            fields));
    EXPECT_THAT(of_pattern("hostname"), ElementsAre(key + "'hostname' matches no field" + fields));
    EXPECT_THAT(of_pattern("vsock:*"), ElementsAre(key + "'vsock:*' matches no field" + fields));
    EXPECT_THAT(of_pattern("drive:"), ElementsAre(key + "'drive:' matches no field" + fields));
    EXPECT_THAT(of_pattern(""), ElementsAre(key + "'' matches no field" + fields));
}

TEST_F(EntryCheck, TheNearestPlaceAroundAKeyIsFound) {
    EXPECT_EQ(place_of(entry, "server.ports[1].low"), "c.yaml:3:5");
    entry.places = {{"", "c.yaml:5:7"},
                    {"server", "c.yaml:6:9"},
                    {"server.ports", "c.yaml:7:11"},
                    {"server.ports[1]", "c.yaml:9:13"},
                    {"a:b", "c.yaml:10:9"}};
    EXPECT_EQ(place_of(entry, "server.ports[1].low"), "c.yaml:9:13");
    EXPECT_EQ(place_of(entry, "server.ports[0]"), "c.yaml:7:11");
    EXPECT_EQ(place_of(entry, "server.name"), "c.yaml:6:9");
    EXPECT_EQ(place_of(entry, "a:b"), "c.yaml:10:9");
    EXPECT_EQ(place_of(entry, "other"), "c.yaml:5:7");
    EXPECT_EQ(place_of(entry, ""), "c.yaml:5:7");
}

} // namespace
} // namespace banger::plugin
