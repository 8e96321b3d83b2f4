#include "builder/component.hpp"

#include "builder/digest.hpp"
#include "builder/interrupt.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace banger::bundle {
namespace {

namespace fs = std::filesystem;

class ComponentTest : public testing::Test {
  protected:
    Component component(const std::string& inputs, const std::string& content) {
        return {.name = "part",
                .inputs = inputs,
                .outputs = {"file", "tree"},
                .build = [this, content](const fs::path& staging) {
                    ++builds;
                    os::write_file_atomic(staging / "file", content, 0644);
                    fs::create_directories(staging / "tree/below");
                    os::write_file_atomic(staging / "scrap", "left in the staging folder", 0644);
                }};
    }

    Interrupt interrupt;
    os::TemporaryDir dir;
    int builds = 0;
};

TEST_F(ComponentTest, IsMadeOnceAndAgainWhenItsInputsDiffer) {
    {
        Workshop workshop(dir.path(), interrupt);
        EXPECT_TRUE(workshop.ensure(component("1", "one")).built_now);
    }
    Workshop workshop(dir.path(), interrupt);
    const Record again = workshop.ensure(component("1", "one"));
    EXPECT_FALSE(again.built_now);
    EXPECT_EQ(again.sha256, sha256("one"));
    EXPECT_TRUE(workshop.ensure(component("2", "two")).built_now);
    EXPECT_EQ(os::read_file(dir.path() / "file"), "two");
    EXPECT_EQ(builds, 2);
    EXPECT_FALSE(fs::exists(dir.path() / "scrap"));
    EXPECT_FALSE(fs::exists(dir.path() / ".staging"));
}

TEST_F(ComponentTest, AMissingOrChangedOutputIsMadeAgain) {
    Workshop workshop(dir.path(), interrupt);
    workshop.ensure(component("1", "one"));
    os::write_file_atomic(dir.path() / "file", "cut", 0644);
    workshop.ensure(component("1", "one"));
    EXPECT_EQ(os::read_file(dir.path() / "file"), "one");
    fs::remove_all(dir.path() / "tree");
    workshop.ensure(component("1", "one"));
    EXPECT_EQ(builds, 3);
}

TEST_F(ComponentTest, AFailureNamesTheComponentAndKeepsWhatWasThere) {
    Workshop workshop(dir.path(), interrupt);
    workshop.ensure(component("1", "one"));
    Component broken = component("2", "two");
    broken.build = [](const fs::path& staging) {
        os::write_file_atomic(staging / "file", "half", 0644);
        throw os::Error(os::ErrorKind::exhausted, "write file: No space left on device",
                        "free some space");
    };
    try {
        workshop.ensure(broken);
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::exhausted);
        EXPECT_THAT(error.what(), testing::StartsWith("part: "));
        EXPECT_EQ(error.hint(), "free some space");
    }
    EXPECT_EQ(os::read_file(dir.path() / "file"), "one");
    EXPECT_FALSE(fs::exists(dir.path() / ".staging"));
    EXPECT_FALSE(workshop.ensure(component("1", "one")).built_now);
}

TEST_F(ComponentTest, AnInterruptDuringTheBuildPutsNothingInPlace) {
    Workshop workshop(dir.path(), interrupt);
    Component slow = component("1", "one");
    slow.build = [build = slow.build](const fs::path& staging) {
        build(staging);
        ::raise(SIGINT);
    };
    EXPECT_THROW(workshop.ensure(slow), os::Error);
    EXPECT_FALSE(fs::exists(dir.path() / "file"));
}

TEST_F(ComponentTest, AnOptionalFailureIsRememberedForAWhile) {
    Workshop workshop(dir.path(), interrupt);
    Component broken = component("1", "one");
    broken.build = [this](const fs::path&) {
        ++builds;
        throw os::Error(os::ErrorKind::unavailable, "no network");
    };
    std::string reason;
    EXPECT_FALSE(workshop.try_ensure(broken, reason));
    EXPECT_EQ(reason, "part: no network");
    EXPECT_FALSE(workshop.try_ensure(broken, reason));
    EXPECT_THAT(reason, testing::HasSubstr("--retry"));
    EXPECT_EQ(builds, 1);
    workshop.forget_failures();
    EXPECT_FALSE(workshop.try_ensure(broken, reason));
    EXPECT_EQ(reason, "part: no network");
    EXPECT_EQ(builds, 2);
    workshop.forget_all();
    EXPECT_TRUE(workshop.try_ensure(component("1", "one"), reason));
}

TEST_F(ComponentTest, WhatIsInPlaceStaysWhenItsSuccessorCannotBeHad) {
    Workshop workshop(dir.path(), interrupt);
    workshop.ensure(component("local", "one"));
    Component broken = component("release", "two");
    broken.build = [this](const fs::path&) {
        ++builds;
        throw os::Error(os::ErrorKind::unavailable, "no network");
    };
    for (int run = 0; run < 2; ++run) {
        std::string reason;
        const auto kept = workshop.try_ensure(broken, reason);
        ASSERT_TRUE(kept);
        EXPECT_EQ(kept->sha256, sha256("one"));
        EXPECT_THAT(reason, testing::HasSubstr("no network"));
    }
    EXPECT_EQ(builds, 2) << "the failure was not remembered";
    EXPECT_EQ(os::read_file(dir.path() / "file"), "one");
    std::string reason;
    EXPECT_FALSE(workshop.try_ensure(component("local", "one"), reason)->built_now);
    EXPECT_EQ(reason, "");
}

TEST_F(ComponentTest, AnOptionalOutputGoesWithTheInputThatLeftIt) {
    Workshop workshop(dir.path(), interrupt);
    Component rich = component("1", "one");
    rich.optional_outputs = {"scrap"};
    workshop.ensure(rich);
    EXPECT_TRUE(fs::exists(dir.path() / "scrap"));
    EXPECT_FALSE(workshop.ensure(rich).built_now);
    fs::remove(dir.path() / "scrap");
    EXPECT_TRUE(workshop.ensure(rich).built_now) << "it is part of what was made";
    Component poor = component("2", "two");
    poor.optional_outputs = rich.optional_outputs;
    poor.build = [build = poor.build](const fs::path& staging) {
        build(staging);
        fs::remove(staging / "scrap");
    };
    workshop.ensure(poor);
    EXPECT_FALSE(fs::exists(dir.path() / "scrap"));
    EXPECT_FALSE(workshop.ensure(poor).built_now);
}

} // namespace
} // namespace banger::bundle
