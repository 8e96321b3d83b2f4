#include "integration/plugin/plugin_host.hpp"

#include "plugin/absent_services.hpp"
#include "plugin/describe.hpp"
#include "plugin/quarantine.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

namespace banger::plugin {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

/// A plugin that has ended three daemons.
struct Held : testing::Test {
    PluginHost host;
    fs::path log = host.dir.path() / "opened";
    fs::path record = host.dir.path() / "plugin-quarantine.json";
    fs::path file;
    std::unique_ptr<Quarantine> quarantine;

    Held() {
        ::setenv("WILD_LOG", log.c_str(), 1);
        host.settings.probe = BANGER_PLUGIN_PROGRAM;
        file = host.add("wild-good");
        quarantine = std::make_unique<Quarantine>(record);
        for (int i = 1; i <= 3; ++i) {
            quarantine->count({{.plugin = "wild-good",
                                .hook = "after_start",
                                .vm = "web",
                                .file = identify_file(file).text(),
                                .how = "SIGBUS",
                                .at_ms = i}},
                              i);
        }
        host.services.quarantine = quarantine.get();
    }
    ~Held() override {
        host.catalog.reset(); // it asks the quarantine
        ::unsetenv("WILD_LOG");
    }
};

TEST_F(Held, IsNotOpenedAndSaysWhy) {
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(host.info("wild-good").state, State::quarantined);
    EXPECT_FALSE(fs::exists(log));
    EXPECT_THAT(
        host.reason("wild-good"),
        HasSubstr(" in after_start of VM web: SIGBUS; it is loaded again after banger plugin "
                  "release wild-good, or with another version of its file"));
    EXPECT_TRUE(host.logged("in quarantine: it ended bangerd 3 times within 10 minutes"));
    EXPECT_EQ(to_json(host.info("wild-good")).at("state"), "quarantined");
}

TEST_F(Held, ARequiredOneStopsTheStart) {
    host.entry("wild-good").required = true;
    EXPECT_THAT(host.load(),
                StartsWith("required plugin wild-good did not load: it ended bangerd 3 "
                           "times within 10 minutes"));
}

TEST_F(Held, TheConfigurationIsGoodUnlessItIsRequired) {
    Services services = host.services;
    EXPECT_THAT(Catalog(host.settings, services).check(), ElementsAre());
    host.entry("wild-good").required = true;
    EXPECT_THAT(
        Catalog(host.settings, services).check(),
        ElementsAre(AllOf(
            StartsWith("config.yaml:1:1: plugins.entries.wild-good: it ended bangerd 3 times"),
            HasSubstr("banger plugin release wild-good"),
            testing::EndsWith("; or take out required: true"))));
}

TEST_F(Held, AnotherVersionOfTheFileIsLoaded) {
    const std::array<timespec, 2> times{{{0, UTIME_OMIT}, {1'000'000'000, 1}}};
    ASSERT_EQ(::utimensat(AT_FDCWD, file.c_str(), times.data(), 0), 0);
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(host.info("wild-good").state, State::active);
}

TEST_F(Held, ReleasedItIsLoadedByTheNextDaemon) {
    EXPECT_EQ(host.load(), "");
    EXPECT_TRUE(quarantine->release("wild-good"));
    EXPECT_EQ(host.info("wild-good").state, State::quarantined);
    EXPECT_EQ(host.reason("wild-good"),
              "released; it is loaded when bangerd starts: banger daemon restart");
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(host.info("wild-good").state, State::active);
}

TEST_F(Held, SwitchedOffItIsNotLoadedToLeave) {
    host.kv.set("banger", "held:wild-good", "active");
    host.entry("wild-good").enabled = false;
    EXPECT_EQ(host.load(), "");
    EXPECT_FALSE(fs::exists(log));
    EXPECT_EQ(host.info("wild-good").state, State::leaving);
    EXPECT_THAT(host.catalog->leavers().trouble("wild-good"),
                StartsWith("it is in quarantine: it ended bangerd 3 times"));
}

/// Plugins that do not survive being looked at, in a daemon that keeps that.
struct HeldForItsProbe : testing::Test {
    PluginHost host;
    fs::path log = host.dir.path() / "opened";
    Quarantine quarantine{host.dir.path() / "plugin-quarantine.json"};

    HeldForItsProbe() {
        ::setenv("WILD_LOG", log.c_str(), 1);
        host.settings.probe = BANGER_PLUGIN_PROGRAM;
        host.services.quarantine = &quarantine;
    }
    ~HeldForItsProbe() override {
        host.catalog.reset();
        ::unsetenv("WILD_LOG");
    }
    std::size_t probes() const {
        std::ifstream lines(log);
        return static_cast<std::size_t>(std::count(std::istreambuf_iterator<char>(lines),
                                                   std::istreambuf_iterator<char>(), '\n'));
    }
};

TEST_F(HeldForItsProbe, IsNotLookedAtAgainUntilItIsReleased) {
    host.add("wild-segv");
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(host.info("wild-segv").state, State::quarantined);
    EXPECT_THAT(host.reason("wild-segv"), HasSubstr("opening it killed the probe with SIGSEGV"));
    EXPECT_THAT(host.reason("wild-segv"),
                HasSubstr("; it is loaded again after banger plugin release wild-segv, or with "
                          "another version of its file"));
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(host.info("wild-segv").state, State::quarantined);
    EXPECT_EQ(probes(), 1U);
    EXPECT_TRUE(Quarantine(host.dir.path() / "plugin-quarantine.json").holds("wild-segv"));

    EXPECT_TRUE(quarantine.release("wild-segv"));
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(probes(), 2U);
}

TEST_F(HeldForItsProbe, AnotherVersionOfItsFileIsLookedAt) {
    const fs::path file = host.add("wild-exit");
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(host.info("wild-exit").state, State::quarantined);
    const std::array<timespec, 2> times{{{0, UTIME_OMIT}, {1'000'000'000, 1}}};
    ASSERT_EQ(::utimensat(AT_FDCWD, file.c_str(), times.data(), 0), 0);
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(probes(), 2U);
}

TEST_F(HeldForItsProbe, WhatMayBeRepairedOutsideOfTheFileIsLookedAtEachTime) {
    host.add("wild-good", "", "other");
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(host.info("other").state, State::failed);
    EXPECT_FALSE(quarantine.holds("other"));
}

TEST_F(HeldForItsProbe, ARequiredOneStopsTheStart) {
    host.add("wild-abort");
    host.entry("wild-abort").required = true;
    EXPECT_THAT(host.load(), HasSubstr("banger plugin release wild-abort"));
}

TEST_F(HeldForItsProbe, TheCheckOfTheConfigurationKeepsNothing) {
    host.add("wild-segv");
    EXPECT_THAT(Catalog(host.settings, host.services).check(),
                ElementsAre(HasSubstr("opening it killed the probe with SIGSEGV")));
    EXPECT_FALSE(quarantine.holds("wild-segv"));
}

} // namespace
} // namespace banger::plugin
