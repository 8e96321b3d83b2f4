// Disks that get larger: of a VM that runs, of one that does not, and when it fails half-way.

#include "unit/vm/world.hpp"

#include "os/error.hpp"
#include "os/exec_frames.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"
#include "os/unix_socket.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>
#include <sys/socket.h>

namespace banger::vm::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using os::Error;
using os::ErrorKind;
using testing::HasSubstr;

class DiskGrowthTest : public ::testing::Test {
  protected:
    void SetUp() override {
        World::make_bundle(dir_.path() / "bundle");
        world.emplace(dir_.path(), dir_.path() / "run");
    }
    void TearDown() override {
        for (const auto& machine : world->machines.list()) {
            end(*machine);
        }
    }

    [[nodiscard]] fs::path folder(const Machine& machine) const {
        return MachinePaths(world->settings, machine).dir;
    }
    [[nodiscard]] std::uint64_t mib_of(const Machine& machine, const std::string& file) const {
        return fs::file_size(folder(machine) / file) >> 20U;
    }
    [[nodiscard]] json copy_of(const Machine& machine) const {
        return json::parse(os::read_file(MachinePaths(world->settings, machine).record()));
    }
    void stop() {
        world->finish(world->lifecycle.stop("a", {.force = true}));
        EXPECT_EQ(world->machines.get("a")->state, State::stopped);
    }
    /// A guest whose agent answers each program with these frames.
    void guest_says(const std::string& frames) {
        world->capabilities.on_exec = [this, frames](const std::string& request) {
            programs.push_back(json::parse(request));
            std::array<int, 2> ends{};
            EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
            const os::UniqueFd guest(ends[1]);
            os::send_all(guest.get(), frames, std::chrono::seconds(5));
            return os::UniqueFd(ends[0]);
        };
    }
    Lifecycle::Started set(const SetRequest& request) {
        auto operation = world->lifecycle.set("a", request);
        world->finish(operation);
        return operation;
    }
    std::string refusal(const SetRequest& request) {
        try {
            (void)world->lifecycle.set("a", request);
        } catch (const Error& error) {
            return error.what();
        }
        return "accepted";
    }
    static std::string failure(const Operation& operation) {
        return operation.error() ? operation.error()->what() : "succeeded";
    }

    std::vector<json> programs;
    std::optional<World> world;

  private:
    os::TemporaryDir dir_{"bgr-grow"};
};

const std::string good_end = os::exec_frame(os::ExecFrame::end, R"({"exit":0})");

TEST_F(DiskGrowthTest, TheDiskOfARunningVmGrowsWithItsFileSystem) {
    const auto machine = world->create("a");
    guest_says(os::exec_frame(os::ExecFrame::error, "resize2fs 1.47\n") + good_end);
    const auto operation = set({.work_disk_mib = 96});
    EXPECT_EQ(failure(*operation), "succeeded");
    EXPECT_TRUE(operation->warnings().empty());
    EXPECT_EQ(mib_of(*machine, "work.ext4"), 96U);
    EXPECT_EQ(mib_of(*machine, "overlay.ext4"), 64U);
    EXPECT_EQ(machine->row.work_disk_mib, 96);
    EXPECT_THAT(copy_of(*machine).dump(), HasSubstr("96"));
    ASSERT_EQ(programs.size(), 1U);
    EXPECT_EQ(programs[0]["argv"][4], "work");
    EXPECT_EQ(programs[0]["argv"][5], std::to_string(96 * 2048)) << "sectors";
    EXPECT_EQ(programs[0]["user"], "root");
}

TEST_F(DiskGrowthTest, WithoutAnAgentTheFileSystemIsLeftToTheNextStart) {
    const auto machine = world->create("a");
    const auto operation = set({.disk_mib = 96});
    EXPECT_EQ(failure(*operation), "succeeded");
    ASSERT_EQ(operation->warnings().size(), 1U);
    EXPECT_THAT(operation->warnings()[0],
                HasSubstr("the disk of VM a has 96 MiB; the file system on it grows at the next "
                          "start, not yet: nothing in the guest of VM a answers"));
    EXPECT_EQ(mib_of(*machine, "overlay.ext4"), 96U);
    EXPECT_EQ(machine->row.disk_mib, 96);
    EXPECT_THAT(machine->row.warnings, HasSubstr("grows at the next start"));
}

TEST_F(DiskGrowthTest, WhatTheGuestSaysIsToldWithoutItsControlCharacters) {
    (void)world->create("a");
    guest_says(os::exec_frame(os::ExecFrame::error, "resize2fs 1.47\n\x1b[2Jno\n\n") +
               os::exec_frame(os::ExecFrame::end, R"({"exit":1})"));
    auto operation = set({.disk_mib = 96});
    ASSERT_EQ(operation->warnings().size(), 1U);
    EXPECT_THAT(operation->warnings()[0], HasSubstr("not yet: the guest says: ?[2Jno"));
    guest_says("what is no frame at all");
    operation = set({.disk_mib = 128});
    EXPECT_EQ(failure(*operation), "succeeded");
    EXPECT_EQ(operation->warnings().size(), 1U);
    guest_says("");
    operation = set({.disk_mib = 160});
    EXPECT_THAT(operation->warnings().at(0), HasSubstr("the guest's agent left"));
}

TEST_F(DiskGrowthTest, TheDisksOfAStoppedVmGrowByTheirFiles) {
    const auto machine = world->create("a");
    stop();
    const auto operation = set({.disk_mib = 96, .work_disk_mib = 128});
    EXPECT_EQ(failure(*operation), "succeeded");
    EXPECT_TRUE(operation->warnings().empty());
    EXPECT_EQ(mib_of(*machine, "overlay.ext4"), 96U);
    EXPECT_EQ(mib_of(*machine, "work.ext4"), 128U);
    EXPECT_EQ(machine->row.disk_mib, 96);
    EXPECT_EQ(machine->row.work_disk_mib, 128);
}

TEST_F(DiskGrowthTest, ACopiedRootGrowsByItsOwnFile) {
    CreateRequest request;
    request.name = "a";
    request.disk_mode = "copy";
    world->finish(world->lifecycle.create(request));
    guest_says(good_end);
    EXPECT_EQ(failure(*set({.disk_mib = 96})), "succeeded");
    EXPECT_EQ(mib_of(*world->machines.get("a"), "root.ext4"), 96U);
    EXPECT_EQ(programs.at(0)["argv"][4], "root");
}

TEST_F(DiskGrowthTest, DisksOnlyGrow) {
    const auto machine = world->create("a");
    EXPECT_EQ(refusal({.work_disk_mib = 63}),
              "the work disk of VM a has 64 MiB and cannot get 63 MiB: disks only grow");
    EXPECT_NE(refusal({.memory_mib = 1024, .disk_mib = 96}), "accepted") << "it runs";
    EXPECT_EQ(mib_of(*machine, "work.ext4"), 64U);
}

TEST_F(DiskGrowthTest, ADiskThatHasItsSizeAlreadyIsLeftAlone) {
    const auto machine = world->create("a");
    guest_says(good_end);
    const auto operation = set({.disk_mib = 64, .work_disk_mib = 64});
    EXPECT_EQ(failure(*operation), "succeeded");
    EXPECT_EQ(
        operation->to_json()["result"]["notes"],
        (json{"the disk of VM a has 64 MiB already", "the work disk of VM a has 64 MiB already"}));
    EXPECT_TRUE(programs.empty());
    EXPECT_FALSE(set({.disk_mib = 96})->to_json()["result"].contains("notes"));
}

TEST_F(DiskGrowthTest, AVmmThatDoesNotTakeItLeavesARecordOfWhatThereIs) {
    const auto machine = world->create("a");
    os::write_file_atomic(folder(*machine) / "no-growth", "");
    const auto operation = set({.work_disk_mib = 96});
    EXPECT_EQ(failure(*operation), "the work disk of VM a has 96 MiB, but its guest does not see "
                                   "them: the VMM is stubborn");
    EXPECT_EQ(machine->state, State::running);
    EXPECT_EQ(machine->row.work_disk_mib, 96);
    EXPECT_TRUE(programs.empty());
}

TEST_F(DiskGrowthTest, ADiskThatGrewWhileADaemonDiedIsFoundByTheNextStartOrSet) {
    const auto machine = world->create("a");
    stop();
    fs::resize_file(folder(*machine) / "work.ext4", 96U << 20U);
    world->finish(world->lifecycle.start("a", {}));
    EXPECT_EQ(machine->row.work_disk_mib, 96);
    EXPECT_THAT(copy_of(*machine).dump(), HasSubstr("96"));
    guest_says(good_end);
    fs::resize_file(folder(*machine) / "work.ext4", 128U << 20U);
    EXPECT_EQ(failure(*set({.work_disk_mib = 127})),
              "the work disk of VM a has 128 MiB and cannot get 127 MiB: disks only grow");
    EXPECT_EQ(machine->row.work_disk_mib, 128);
    fs::resize_file(folder(*machine) / "work.ext4", 160U << 20U);
    EXPECT_EQ(failure(*set({.work_disk_mib = 160})), "succeeded") << "as it was asked before";
    EXPECT_EQ(programs.size(), 1U);
}

} // namespace
} // namespace banger::vm::test
