#include "image/work_seeds.hpp"

#include "image/disks.hpp"
#include "image/leftovers.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/run.hpp"
#include "os/temporary_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace banger::image {
namespace {

namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;
using testing::AllOf;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

std::optional<Error> thrown(const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& error) {
        return error;
    }
    return std::nullopt;
}

/// An image without a work seed, and a stand-in for the program that makes one: a shell script that
/// finds the file to be made in $out.
class WorkSeedsTest : public ::testing::Test {
  protected:
    void SetUp() override {
        os::make_private_dir(dir.path() / "images");
        image.name = "mine";
        image.kind = store::ImageKind::registered;
        image.rootfs = dir.path() / "images" / "rootfs.ext4";
        image.work_seed = dir.path() / "images" / "seed of the bundle";
        image.foreign_seed = true;
        for (const fs::path& path : {image.rootfs, image.work_seed}) {
            ASSERT_TRUE(make_ext4(path));
        }
    }
    static bool make_ext4(const fs::path& path) {
        return os::run({"mke2fs", "-q", "-F", "-t", "ext4", "-L", "bgr-work", path.string(), "1M"})
            .status.ok();
    }
    void tool(const std::string& script) const {
        os::write_file_atomic(dir.path() / "tool",
                              "#!/bin/sh\n[ \"$1 $2 $4\" = \"seed --rootfs --out\" ] || exit 9\n"
                              "rootfs=$3 out=$5\necho '{\"stage\":\"reading\"}'\n" +
                                  script,
                              0700);
    }
    [[nodiscard]] std::vector<std::string> kept() const {
        std::vector<std::string> names;
        std::error_code code;
        for (const auto& entry : fs::directory_iterator(templates, code)) {
            names.push_back(entry.path().filename());
        }
        return names;
    }

    os::TemporaryDir dir;
    fs::path templates = dir.path() / "templates";
    Image image;
    WorkSeeds seeds{templates, dir.path() / "tool"};
};

TEST_F(WorkSeedsTest, ASeedIsMadeOnceAndAgainForAnotherRootFileSystem) {
    tool("cp \"$rootfs\" \"$out\"; echo '{\"result\":{\"entries\":3}}'\n");
    EXPECT_TRUE(WorkSeeds::wanted(image));
    EXPECT_EQ(seeds.find(image), std::nullopt);
    const fs::path seed = seeds.make(image, -1);
    EXPECT_EQ(os::read_file(seed), os::read_file(image.rootfs));
    EXPECT_EQ(seeds.find(image), seed);
    EXPECT_EQ(kept().size(), 1U);
    fs::remove(image.rootfs);
    ASSERT_TRUE(make_ext4(image.rootfs));
    ::utimensat(AT_FDCWD, image.rootfs.c_str(), nullptr, 0);
    EXPECT_EQ(seeds.find(image), std::nullopt);
}

TEST_F(WorkSeedsTest, AnImageWithNothingInRootGetsTheBundlesAndIsNotAskedAgain) {
    tool("cp \"$rootfs\" \"$out\"; echo '{\"result\":{\"entries\":0}}'\n");
    EXPECT_EQ(seeds.make(image, -1), fs::path());
    EXPECT_EQ(seeds.find(image), fs::path());
    EXPECT_EQ(kept().size(), 1U); // and no seed
}

TEST_F(WorkSeedsTest, OnlyImagesWithoutOneOfTheirOwnGetOne) {
    image.foreign_seed = false;
    EXPECT_FALSE(WorkSeeds::wanted(image));
    image.foreign_seed = true;
    os::write_file_atomic(image.rootfs, "no ext4, but its initrd knows what it is");
    EXPECT_FALSE(WorkSeeds::wanted(image));
}

TEST_F(WorkSeedsTest, WhatTheToolSaysIsTold) {
    tool("echo part >\"$out.part\"; echo '{\"error\":{\"kind\":\"invalid\",\"message\":\"no "
         "/root\",\"hint\":\"look\"}}'; exit 1\n");
    const auto error = thrown([&] { (void)seeds.make(image, -1); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind(), ErrorKind::invalid);
    EXPECT_THAT(error->what(), AllOf(HasSubstr(image.rootfs.string()), HasSubstr(": no /root")));
    EXPECT_EQ(error->hint(), "look");
    EXPECT_TRUE(kept().empty());
}

TEST_F(WorkSeedsTest, AToolThatIsBrokenLeavesNothing) {
    for (const char* script :
         {"kill -SEGV $$\n", "exit 0\n", "echo half >\"$out\"; exit 3\n", "echo '[1]'; echo '{'\n",
          "echo '{\"error\":7}'; exit 1\n", "echo '{\"result\":{}}'\n",
          "echo half >\"$out\"; echo '{\"result\":{}}'\n"}) {
        tool(script);
        EXPECT_TRUE(thrown([&] { (void)seeds.make(image, -1); })) << script;
        EXPECT_TRUE(kept().empty()) << script;
        EXPECT_EQ(seeds.find(image), std::nullopt) << script;
    }
    fs::remove(dir.path() / "tool");
    const auto error = thrown([&] { (void)seeds.make(image, -1); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind(), ErrorKind::unavailable);
    EXPECT_THAT(error->what(), HasSubstr("tool is missing"));
}

TEST_F(WorkSeedsTest, ItIsEndedWhenItIsCancelled) {
    tool("exec sleep 60\n");
    const os::UniqueFd cancel(::eventfd(1, EFD_CLOEXEC));
    const auto error = thrown([&] { (void)seeds.make(image, cancel.get()); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind(), ErrorKind::cancelled);
    EXPECT_TRUE(kept().empty());
}

TEST_F(WorkSeedsTest, ARootFileSystemThatIsReplacedMeanwhileGetsNoSeedOfTheOldOne) {
    tool("cp \"$rootfs\" \"$out\"; touch -d '1 hour ago' \"$rootfs\"; echo '{\"result\":{}}'\n");
    const auto error = thrown([&] { (void)seeds.make(image, -1); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind(), ErrorKind::conflict);
    EXPECT_TRUE(kept().empty());
}

/// What prune finds, as "what name".
class LeftoversTest : public WorkSeedsTest {
  protected:
    [[nodiscard]] std::vector<std::string> found(const InUse& in_use) const {
        std::vector<std::string> texts;
        for (const Leftover& each : find_leftovers(store, templates, in_use)) {
            EXPECT_EQ(each.bytes, occupied_bytes(each.path));
            texts.push_back(std::string(to_text(each.kind)) + " " + each.path.filename().string());
        }
        return texts;
    }
    static void put(const fs::path& path, bool old = false) {
        os::make_private_dir(path.parent_path());
        os::write_file_atomic(path, "x");
        if (old) {
            fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours(48));
        }
    }
    ImageStore store{dir.path() / "image-store"};
};

TEST_F(LeftoversTest, TemplatesOfSeedsThatNoImageHasAreFound) {
    tool("cp \"$rootfs\" \"$out\"; echo '{\"result\":{\"entries\":1}}'\n");
    const fs::path seed = seeds.make(image, -1);
    const std::string own = Disks::work_template_prefix(seed) + "64.ext4";
    const std::string bundles = Disks::work_template_prefix(image.work_seed) + "64.ext4";
    put(templates / own);
    put(templates / bundles);
    put(templates / "work-1-2.3-64.ext4");
    put(templates / "overlay-8192.ext4");
    put(templates / "work-1-2.3-64.ext4.a1b2c3");        // being made
    put(templates / "work-1-2.3-128.ext4.d4e5f6", true); // was being made
    put(templates / "a file of somebody else", true);
    EXPECT_THAT(found({{image}, {}, {}}),
                UnorderedElementsAre("an old template work-1-2.3-64.ext4",
                                     "an old template work-1-2.3-128.ext4.d4e5f6"));
    fs::remove(templates / "work-1-2.3-64.ext4");
    fs::remove(templates / "work-1-2.3-128.ext4.d4e5f6");
    EXPECT_THAT(found({{}, {}, {}}),
                UnorderedElementsAre("an old template " + own, "an old template " + bundles,
                                     "an old template " + seed.filename().string()));
}

TEST_F(LeftoversTest, FoldersAndStagingsThatNobodyHasAreFound) {
    EXPECT_TRUE(found({}).empty()); // without a store
    const auto open = store.open_staging();
    const auto abandoned = store.open_staging();
    const auto unknown = store.open_staging();
    put(abandoned.dir / "rootfs.ext4", true);
    fs::last_write_time(abandoned.dir, fs::file_time_type::clock::now() - std::chrono::hours(48));
    const std::string used = store.publish(store.open_staging().id);
    const std::string unused = store.publish(store.open_staging().id);
    put(store.folder("notes of mine") / "x", true);
    EXPECT_THAT(found({{}, {used}, {open.id, abandoned.id}}),
                UnorderedElementsAre("files of no image " + unused,
                                     "an image that was not finished " + abandoned.id,
                                     "an image that was not finished " + unknown.id));
}

} // namespace
} // namespace banger::image
