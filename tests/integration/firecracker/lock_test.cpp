// Disk images are one VM's to write, whatever runs it.

#include "integration/firecracker/fake_machine.hpp"

#include "os/child.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "supervisor/image_lock.hpp"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <optional>
#include <string>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

namespace banger::test {
namespace {

using namespace std::chrono_literals;
using supervisor::Supervised;

TEST(FirecrackerLock, ASecondVmWithTheSameDiskIsRefused) {
    FakeMachine first;
    FakeMachine second;
    const std::filesystem::path disk = first.plan.dir / "work.img";
    second.plan.images[1].path = disk;
    const Supervised vm = first.launch();
    EXPECT_EQ(second.refusal(),
              "busy: start VM test: disk image " + disk.string() + ": another VM writes it");
    vm.kill();
    EXPECT_EQ(second.launch().status().phase, "running"); // proven dead means free again
}

TEST(FirecrackerLock, ManyReadOneBaseAndNobodyWritesIt) {
    FakeMachine first;
    FakeMachine second;
    FakeMachine third;
    const std::filesystem::path base = first.plan.dir / "base.img";
    second.plan.images[0].path = base;
    third.plan.images[1].path = base;
    const Supervised one = first.launch();
    const Supervised two = second.launch();
    EXPECT_EQ(third.refusal(), "busy: start VM test: disk image " + base.string() +
                                   ": another VM reads it, so it may not be written");
}

// A stopped VMM cannot die at once of its supervisor's death, and may write until it has.
TEST(FirecrackerLock, TheDiskIsLockedUntilTheVmmIsGone) {
    FakeMachine machine;
    const Supervised vm = machine.launch();
    const std::string fds = "/proc/" + std::to_string(vm.vmm().pid) + "/fd";
    bool has_disk = false;
    for (const auto& entry : std::filesystem::directory_iterator(fds)) {
        std::error_code code;
        has_disk =
            has_disk || std::filesystem::read_symlink(entry.path(), code).filename() == "work.img";
    }
    EXPECT_TRUE(has_disk);
    ::kill(vm.supervisor().pid, SIGKILL);
    EXPECT_TRUE(vm.wait_ended(5s));
    EXPECT_NO_THROW((void)supervisor::lock_images(machine.plan.images, machine.plan.dir));
}

/// A QEMU that has the image as a disk and runs no guest; its words go to a pipe.
class Qemu {
  public:
    explicit Qemu(const std::filesystem::path& image, bool read_only) {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        words_.reset(ends[0]);
        os::UniqueFd theirs(ends[1]);
        os::SpawnOptions options;
        options.stderr_fd = theirs.get();
        options.die_with_parent = true;
        child_.emplace(
            os::Child::spawn({"qemu-system-x86_64", "-M", "microvm", "-accel", "tcg", "-S",
                              "-nodefaults", "-no-user-config", "-display", "none", "-blockdev",
                              "driver=file,node-name=disk,filename=" + image.string() +
                                  ",read-only=" + (read_only ? "on" : "off"),
                              "-device", "virtio-blk-device,drive=disk"},
                             options));
    }
    [[nodiscard]] static bool missing() { return !os::find_program("qemu-system-x86_64"); }
    /// What it said when it ended; nothing as long as it runs.
    [[nodiscard]] std::optional<std::string> refusal(std::chrono::milliseconds time) {
        if (!child_->wait_for(time)) {
            return std::nullopt;
        }
        std::array<char, 4096> buffer{};
        const ssize_t n = ::read(words_.get(), buffer.data(), buffer.size());
        return std::string(buffer.data(), static_cast<std::size_t>(n > 0 ? n : 0));
    }

  private:
    os::UniqueFd words_;
    std::optional<os::Child> child_;
};

/// Waits until QEMU lets nobody else write it.
bool is_busy(const std::filesystem::path& image) {
    const os::UniqueFd file = os::open_file(image, O_RDONLY);
    const auto end = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < end) {
        struct flock lock {};
        lock.l_type = F_WRLCK;
        lock.l_whence = SEEK_SET;
        lock.l_start = 201;
        lock.l_len = 1;
        if (::fcntl(file.get(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK) {
            return true;
        }
        std::this_thread::sleep_for(20ms);
    }
    return false;
}

class FirecrackerAndQemu : public testing::Test {
  protected:
    void SetUp() override {
        if (Qemu::missing()) {
            GTEST_SKIP() << "no qemu-system-x86_64";
        }
    }
};

TEST_F(FirecrackerAndQemu, WhatQemuWritesIsRefused) {
    FakeMachine machine;
    const Qemu qemu(machine.plan.dir / "work.img", false);
    ASSERT_TRUE(is_busy(machine.plan.dir / "work.img"));
    EXPECT_EQ(machine.refusal(), "busy: start VM test: disk image work.img: another VM writes it");
}

TEST_F(FirecrackerAndQemu, WhatQemuReadsIsRefusedToAWriterOnly) {
    FakeMachine machine;
    const Qemu work(machine.plan.dir / "work.img", true);
    ASSERT_TRUE(is_busy(machine.plan.dir / "work.img"));
    EXPECT_EQ(machine.refusal(), "busy: start VM test: disk image work.img: another VM reads it, "
                                 "so it may not be written");
    FakeMachine other;
    const Qemu base(other.plan.dir / "base.img", true);
    ASSERT_TRUE(is_busy(other.plan.dir / "base.img"));
    EXPECT_EQ(other.launch().status().phase, "running");
}

TEST_F(FirecrackerAndQemu, QemuIsRefusedWhatAVmOfFirecrackerHas) {
    FakeMachine machine;
    const Supervised vm = machine.launch();
    for (const bool read_only : {true, false}) {
        Qemu work(machine.plan.dir / "work.img", read_only);
        EXPECT_NE(work.refusal(patience).value_or("it runs").find("lock"), std::string::npos);
    }
    Qemu writer(machine.plan.dir / "base.img", false);
    EXPECT_NE(writer.refusal(patience).value_or("it runs").find("lock"), std::string::npos);
    Qemu reader(machine.plan.dir / "base.img", true);
    EXPECT_EQ(reader.refusal(1s), std::nullopt) << "many may read";
}

} // namespace
} // namespace banger::test
