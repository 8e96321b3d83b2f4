// Room on the disks of a VM that comes back, and what keeps it from doing so.

#include "unit/vm/world.hpp"

#include "os/error.hpp"
#include "os/exec_frames.hpp"
#include "os/temporary_dir.hpp"
#include "os/unix_socket.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <sys/socket.h>

namespace banger::vm::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using os::Error;
using os::ErrorKind;
using testing::HasSubstr;

const std::string trimmed_well = os::exec_frame(os::ExecFrame::end, R"({"exit":0})");

class DiskTrimTest : public ::testing::Test {
  protected:
    void SetUp() override {
        World::make_bundle(dir_.path() / "bundle");
        world.emplace(dir_.path(), dir_.path() / "run");
        machine = world->create("a");
    }
    void TearDown() override { end(*machine); }

    [[nodiscard]] fs::path disk(const std::string& file) const {
        return MachinePaths(world->settings, *machine).dir / file;
    }
    /// A guest whose agent answers each program with these frames; `meanwhile` is what it does.
    void guest_says(const std::string& frames, std::function<void(const json&)> meanwhile = {}) {
        world->capabilities.on_exec = [this, frames, meanwhile](const std::string& request) {
            programs.push_back(json::parse(request));
            if (meanwhile) {
                meanwhile(programs.back());
            }
            std::array<int, 2> ends{};
            EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
            guest_end = os::UniqueFd(ends[1]);
            os::send_all(guest_end.get(), frames, std::chrono::seconds(5));
            ++asked;
            return os::UniqueFd(ends[0]);
        };
    }
    Lifecycle::Started trim() {
        auto operation = world->lifecycle.trim("a");
        world->finish(operation);
        return operation;
    }
    [[nodiscard]] Error refusal() {
        try {
            (void)world->lifecycle.trim("a");
        } catch (const Error& error) {
            return error;
        }
        return {ErrorKind::internal, "accepted"};
    }

    std::vector<json> programs;
    std::atomic<int> asked{0}; ///< [any thread]
    std::optional<World> world;
    std::shared_ptr<Machine> machine;
    os::UniqueFd guest_end;

  private:
    os::TemporaryDir dir_{"bgr-trim"};
};

TEST_F(DiskTrimTest, BothDisksAreTrimmedAndWhatWentBackIsCounted) {
    std::ofstream(disk("work.ext4"), std::ios::binary | std::ios::in)
        << std::string(1U << 20U, 'x');
    guest_says(trimmed_well, [this](const json& program) {
        if (program["argv"][4] == "work") { // what the VMM does of a trim
            fs::resize_file(disk("work.ext4"), 0);
            fs::resize_file(disk("work.ext4"), 64U << 20U);
        }
    });
    const json result = trim()->to_json()["result"];
    ASSERT_EQ(programs.size(), 2U);
    EXPECT_EQ(programs[0]["argv"][4], "overlay");
    EXPECT_EQ(programs[1]["argv"][4], "work");
    EXPECT_EQ(programs[0]["user"], "root");
    EXPECT_THAT(programs[0]["argv"][2].get<std::string>(), HasSubstr("fstrim"));
    ASSERT_EQ(result["trimmed"].size(), 2U);
    EXPECT_EQ(result["trimmed"][0]["disk"], "overlay");
    EXPECT_EQ(result["trimmed"][0]["before"], result["trimmed"][0]["after"]);
    EXPECT_GE(result["trimmed"][1]["before"].get<std::uint64_t>(), 1U << 20U);
    EXPECT_EQ(result["trimmed"][1]["after"], 0);
    EXPECT_EQ(result["freed_bytes"], result["trimmed"][1]["before"]);
    EXPECT_EQ(result["vm"]["name"], "a");
}

TEST_F(DiskTrimTest, WhatTheGuestSaysIsWhyItFails) {
    guest_says(os::exec_frame(os::ExecFrame::error, "sh: fstrim: not found\x1b\n") +
               os::exec_frame(os::ExecFrame::end, R"({"exit":127})"));
    const auto operation = trim();
    ASSERT_TRUE(operation->error());
    EXPECT_STREQ(operation->error()->what(),
                 "trim the disk of VM a: the guest says: sh: fstrim: not found?");
    EXPECT_THAT(operation->error()->hint(), HasSubstr("fstrim"));
    EXPECT_EQ(programs.size(), 1U);
    EXPECT_EQ(machine->state, State::running);
}

TEST_F(DiskTrimTest, WithoutAnAgentNothingIsTrimmed) {
    const auto operation = trim();
    ASSERT_TRUE(operation->error());
    EXPECT_EQ(operation->error()->kind(), ErrorKind::unavailable);
    EXPECT_THAT(operation->error()->what(), HasSubstr("nothing in the guest of VM a answers"));
}

TEST_F(DiskTrimTest, AGuestThatTakesItsTimeIsNotWaitedForOnceTheTrimIsCancelled) {
    guest_says(""); // and says nothing more
    const auto operation = world->lifecycle.trim("a");
    ASSERT_TRUE(world->wait([&] { return asked > 0; }));
    operation->cancel();
    world->finish(operation);
    EXPECT_EQ(operation->state(), OperationState::cancelled);
    EXPECT_EQ(programs.size(), 1U);
}

TEST_F(DiskTrimTest, AStopDoesNotWaitForATrim) {
    guest_says("");
    const auto operation = world->lifecycle.trim("a");
    ASSERT_TRUE(world->wait([&] { return asked > 0; }));
    world->finish(world->lifecycle.stop("a", {.force = true}));
    EXPECT_EQ(operation->state(), OperationState::cancelled);
    EXPECT_EQ(machine->state, State::stopped);
}

TEST_F(DiskTrimTest, AVmThatDoesNotRunIsRefused) {
    world->finish(world->lifecycle.stop("a", {.force = true}));
    const Error error = refusal();
    EXPECT_EQ(error.kind(), ErrorKind::conflict);
    EXPECT_STREQ(error.what(), "VM a is stopped: its guest gives room back while it runs");
    EXPECT_EQ(error.hint(), "start it with: banger vm start a");
}

} // namespace
} // namespace banger::vm::test
