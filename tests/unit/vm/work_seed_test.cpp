// Creates of an image that brings no work seed.

#include "unit/vm/world.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/run.hpp"
#include "os/temporary_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>

#include <nlohmann/json.hpp>

namespace banger::vm::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class WorkSeedTest : public ::testing::Test {
  protected:
    void SetUp() override {
        World::make_bundle(dir.path() / "bundle");
        make_ext4(dir.path() / "mine.ext4", "mine", "1M");
        make_ext4(dir.path() / "seed.ext4", "of-mine", "64M");
        world.emplace(dir.path(), dir.path() / "run");
        world->catalog.register_image("mine", {.rootfs = dir.path() / "mine.ext4"});
    }
    void TearDown() override {
        for (const auto& machine : world->machines.list()) {
            end(*machine);
        }
    }

    static void make_ext4(const fs::path& path, const char* label, const char* size) {
        const auto output =
            os::run({"mke2fs", "-q", "-F", "-t", "ext4", "-L", label, path.string(), size});
        ASSERT_TRUE(output.status.ok()) << output.err;
    }
    /// Instead of the program that reads images; it gets seed --rootfs FILE --out FILE.
    void tool(const std::string& script) const {
        os::write_file_atomic(dir.path() / "banger-image", "#!/bin/sh\n" + script, 0700);
    }
    [[nodiscard]] std::string copying() const {
        return "cp '" + (dir.path() / "seed.ext4").string() +
               "' \"$5\"; echo '{\"result\":{\"entries\":1}}'\n";
    }

    Lifecycle::Started create(const std::string& name, const std::string& image) {
        CreateRequest request;
        request.name = name;
        request.image = image;
        const auto operation = world->lifecycle.create(request);
        world->finish(operation);
        return operation;
    }
    [[nodiscard]] std::string work_disk(const std::string& name) const {
        const MachinePaths paths(world->settings, *world->machines.get(name));
        return os::run({"e2label", (paths.dir / "work.ext4").string()}).out;
    }
    static std::vector<std::string> stages(const Operation& operation) {
        std::vector<std::string> names;
        for (const Operation::Stage& stage : operation.stages()) {
            names.push_back(stage.name);
        }
        return names;
    }

    os::TemporaryDir dir;
    std::optional<World> world;
};

TEST_F(WorkSeedTest, TheFirstCreateMakesOneAndSaysSoAndTheNextTakesIt) {
    tool(copying());
    const auto first = create("a", "mine");
    ASSERT_EQ(first->state(), OperationState::succeeded) << first->to_json();
    EXPECT_THAT(stages(*first), testing::Contains("work seed"));
    EXPECT_THAT(first->warnings(), ElementsAre(HasSubstr("so this create was slower once")));
    EXPECT_EQ(work_disk("a"), "of-mine\n");
    tool("exit 1\n");
    const auto second = create("b", "mine");
    EXPECT_THAT(stages(*second), testing::Not(testing::Contains("work seed")));
    EXPECT_THAT(second->warnings(), IsEmpty());
    EXPECT_EQ(work_disk("b"), "of-mine\n");
}

TEST_F(WorkSeedTest, TheImageOfTheBundleHasOneAlready) {
    tool(copying());
    const auto operation = create("a", "debian");
    ASSERT_EQ(operation->state(), OperationState::succeeded) << operation->to_json();
    EXPECT_THAT(stages(*operation), testing::Not(testing::Contains("work seed")));
    EXPECT_THAT(operation->warnings(), IsEmpty());
}

TEST_F(WorkSeedTest, ADiskThatNobodySizedHasRoomForALargeSeed) {
    make_ext4(dir.path() / "large.ext4", "large", "96M");
    world->catalog.register_image(
        "large", {.rootfs = dir.path() / "mine.ext4", .work_seed = dir.path() / "large.ext4"});
    ASSERT_EQ(world->settings.work_disk_mib, 64U);
    EXPECT_EQ(create("a", "large")->error(), std::nullopt);
    const auto machine = world->machines.get("a");
    EXPECT_EQ(machine->row.work_disk_mib, 96);
    EXPECT_EQ(fs::file_size(MachinePaths(world->settings, *machine).dir / "work.ext4"), 96U << 20U);
    CreateRequest small;
    small.image = "large";
    small.work_disk_mib = 64;
    try {
        (void)world->lifecycle.create(small);
        ADD_FAILURE() << "accepted";
    } catch (const os::Error& error) {
        EXPECT_EQ(error.hint(), "take --work-disk 96M or more");
    }
}

TEST_F(WorkSeedTest, WithoutOneTheBundlesIsTakenAndWhyIsTold) {
    tool("echo '{\"error\":{\"kind\":\"invalid\",\"message\":\"it is damaged\",\"hint\":\"mend "
         "it\"}}'; exit 1\n");
    const auto operation = create("a", "mine");
    ASSERT_EQ(operation->state(), OperationState::succeeded) << operation->to_json();
    EXPECT_THAT(
        operation->warnings(),
        ElementsAre(testing::AllOf(HasSubstr("/root is the bundle's, not that of image mine"),
                                   HasSubstr("it is damaged; mend it"))));
}

TEST_F(WorkSeedTest, ACreateThatIsCancelledMeanwhileLeavesNothing) {
    tool("exec sleep 60\n");
    CreateRequest request;
    request.name = "a";
    request.image = "mine";
    const auto operation = world->lifecycle.create(request);
    ASSERT_TRUE(world->wait([&] { return operation->current_stage() == "work seed"; }));
    operation->cancel();
    world->finish(operation);
    EXPECT_EQ(operation->state(), OperationState::cancelled) << operation->to_json();
    EXPECT_THAT(world->machines.list(), IsEmpty());
    EXPECT_TRUE(fs::is_empty(dir.path() / "templates"));
}

TEST_F(WorkSeedTest, AManagedImageIsLinkedIntoTheFolderOfItsVm) {
    const auto staging = world->catalog.stagings().open();
    make_ext4(staging.dir / "rootfs.ext4", "dev", "1M");
    fs::copy_file(dir.path() / "seed.ext4", staging.dir / "work-seed.ext4");
    {
        const auto prepared = world->catalog.prepare({.name = "dev", .staging = staging.id});
        (void)world->catalog.finish(prepared, image::Catalog::complete(prepared));
    }
    world->catalog.set_default("dev");
    const auto machine = world->create("a"); // names no image
    EXPECT_EQ(machine->row.image, "dev");
    const fs::path folder = MachinePaths(world->settings, *machine).dir;
    EXPECT_TRUE(
        fs::equivalent(folder / image::BootFiles::base_name, world->catalog.get("dev").rootfs));
    EXPECT_EQ(work_disk("a"), "of-mine\n");
    EXPECT_FALSE(fs::exists(dir.path() / "images")); // a link, not a copy
}

} // namespace
} // namespace banger::vm::test
