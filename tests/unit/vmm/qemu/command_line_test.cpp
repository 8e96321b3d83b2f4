#include "vmm/qemu/command_line.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "unit/vmm/launch_spec.hpp"
#include "vmm/qemu/driver.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace banger::vmm::qemu {
namespace {

Host host(const std::string& accel) {
    Host found;
    found.probe = {"qemu", true, accel, "7.2.22", "/usr/bin/qemu-system-x86_64", ""};
    found.tsc_khz = 2596100;
    found.vhost_vsock = true;
    return found;
}

/// One word a line, so that a change shows as itself.
void expect_golden(const std::string& name, const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        text += word + "\n";
    }
    const std::filesystem::path file = std::filesystem::path(BANGER_GOLDEN) / "qemu" / name;
    if (std::getenv("BANGER_ACCEPT") != nullptr) {
        os::write_file_atomic(file, text, 0644);
    }
    EXPECT_EQ(text, os::read_file(file)) << "run with BANGER_ACCEPT=1 to take the new text";
}

TEST(QemuCommandLine, Tcg) {
    expect_golden("tcg.txt", command_line(host("tcg"), launch_spec()));
}

TEST(QemuCommandLine, Kvm) {
    expect_golden("kvm.txt", command_line(host("kvm"), launch_spec()));
}

TEST(QemuCommandLine, CopyModeTwoNicsJumboNoSandbox) {
    Host found = host("tcg");
    found.sandbox = false;
    LaunchSpec vm = launch_spec();
    vm.vcpus = 4;
    vm.memory_mib = 2048;
    vm.disks = {{"root", "root.ext4", false}, {"work", "work.ext4", false}};
    vm.nics.push_back({"eth1", "bgr012346", "02:ba:00:00:00:03", 9000});
    expect_golden("copy.txt", command_line(found, vm));
}

TEST(QemuCommandLine, VsockInThePlaceOfTheSerialPort) {
    LaunchSpec vm = launch_spec();
    vm.vsock = Vsock{1234567890, "s3cret"};
    const auto words = command_line(host("kvm"), vm);
    expect_golden("vsock.txt", words);
    for (const std::string& word : words) { // every user of the machine may read it
        EXPECT_EQ(word.find("s3cret"), std::string::npos);
    }
    for (const std::uint32_t reserved : {0U, 2U, UINT32_MAX}) {
        vm.vsock->cid = reserved;
        EXPECT_THROW((void)command_line(host("kvm"), vm), os::Error) << reserved;
    }
}

TEST(QemuCommandLine, LimitsAreGroupsOfOneDiskEach) {
    LaunchSpec vm = launch_spec();
    vm.disks[0].limit = {50 << 20, 0};
    vm.disks[1].limit = {50 << 20, 1000};
    expect_golden("limits.txt", command_line(host("kvm"), vm));
    vm.nics[0].limit = {1000, 0};
    EXPECT_THROW((void)Driver(host("kvm")).plan(vm), os::Error) << "it has none for the network";
}

TEST(QemuCommandLine, CommasInValuesStayInTheirValue) {
    LaunchSpec vm = launch_spec();
    vm.name = "a,process=evil";
    vm.disks = {{"base", "/odd,read-only=off/rootfs.ext4", true}};
    const auto words = command_line(host("tcg"), vm);
    EXPECT_EQ(words[2], "guest=a,,process=evil,process=vm:a,,process=evil,debug-threads=on");
    const auto disk = std::find_if(words.begin(), words.end(), [](const auto& word) {
        return word.find("node-name=base") != std::string::npos;
    });
    ASSERT_NE(disk, words.end());
    EXPECT_NE(disk->find("file.filename=/odd,,read-only=off/rootfs.ext4"), std::string::npos);
}

TEST(QemuCommandLine, TheDriverOwnsWhatEndsAGuest) {
    for (const char* arg :
         {"reboot=k", "panic=1", "console=tty0", "tsc_early_khz=1", "tsc=unstable"}) {
        LaunchSpec vm = launch_spec();
        vm.kernel_args = {arg};
        EXPECT_THROW((void)command_line(host("tcg"), vm), os::Error) << arg;
    }
    LaunchSpec vm = launch_spec();
    vm.kernel_args = {"two words"};
    EXPECT_THROW((void)command_line(host("tcg"), vm), os::Error);
}

TEST(QemuCommandLine, QuietUnlessTheGuestIsToBeHeard) {
    LaunchSpec vm = launch_spec();
    EXPECT_EQ(kernel_command_line(host("tcg"), vm),
              "console=ttyS0 reboot=t panic=-1 cryptomgr.notests tsc_early_khz=2596100 "
              "tsc=reliable banger.lapic_hz=62500000 quiet banger.root=overlay");
    vm.kernel_args = {"loglevel=7"};
    EXPECT_EQ(kernel_command_line(host("kvm"), vm),
              "console=ttyS0 reboot=t panic=-1 cryptomgr.notests loglevel=7");
}

TEST(QemuCommandLine, RefusesIdsThatQemuWouldRead) {
    for (const char* id : {"", "1st", "a,b", "a=b", "a-name-of-more-than-20"}) {
        LaunchSpec vm = launch_spec();
        vm.disks = {{id, "x.ext4", false}};
        EXPECT_THROW((void)command_line(host("tcg"), vm), os::Error) << id;
    }
}

TEST(QemuDriver, PlanCarriesTheTapsAndPaths) {
    const Driver driver(host("tcg"));
    const SupervisorPlan plan = driver.plan(launch_spec());
    EXPECT_EQ(plan.taps, std::vector<std::string>{"bgr012345"});
    const SupervisorPlan back = plan_from_json(to_json(plan));
    EXPECT_EQ(back.argv, plan.argv);
    EXPECT_EQ(back.disks, plan.disks);
    EXPECT_EQ(back.run_dir, plan.run_dir);
    EXPECT_EQ(back.console_max_bytes, 4U << 20U);
    EXPECT_FALSE(back.vsock);
    EXPECT_THROW((void)plan_from_json("{}"), os::Error);
    EXPECT_THROW((void)plan_from_json("nonsense"), os::Error);
}

TEST(QemuDriver, PlanCarriesTheVsock) {
    LaunchSpec vm = launch_spec();
    vm.vsock = Vsock{4294967294, "s3cret"};
    EXPECT_EQ(plan_from_json(to_json(Driver(host("kvm")).plan(vm))).vsock, vm.vsock);
    Host without = host("kvm");
    without.vhost_vsock = false;
    EXPECT_THROW((void)Driver(without).plan(vm), os::Error);
    EXPECT_NE(Driver(without).capabilities().no_vhost_vsock.find("built without"),
              std::string_view::npos);
}

TEST(QemuDriver, AnEmulatedGuestHasNoVsock) {
    const Driver driver(host("tcg"));
    EXPECT_FALSE(driver.capabilities().vhost_vsock);
    EXPECT_NE(driver.capabilities().no_vhost_vsock.find("needs KVM"), std::string_view::npos);
    LaunchSpec vm = launch_spec();
    vm.vsock = Vsock{70000, "s3cret"};
    EXPECT_THROW((void)driver.plan(vm), os::Error);
}

TEST(QemuDriver, ASocketPathThatIsTooLongIsRefusedBeforeAnythingStarts) {
    const Driver driver(host("tcg"));
    LaunchSpec vm = launch_spec();
    const std::string longest(107 - std::string("/guest.sock").size() - 1, 'r');
    vm.run_dir = "/" + longest;
    EXPECT_NO_THROW((void)driver.plan(vm));
    vm.run_dir = "/" + longest + "x";
    try {
        (void)driver.plan(vm);
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::invalid);
        EXPECT_NE(std::string(error.what()).find("108 bytes"), std::string::npos) << error.what();
        EXPECT_FALSE(error.hint().empty());
    }
}

TEST(QemuDriver, RefusesWhatTheMachineCannotHold) {
    const Driver driver(host("tcg"));
    LaunchSpec vm = launch_spec();
    vm.vcpus = 0;
    EXPECT_THROW((void)driver.plan(vm), os::Error);
    vm = launch_spec();
    for (int i = 0; i < 30; ++i) {
        vm.disks.push_back({"d" + std::to_string(i), "x", false});
    }
    EXPECT_THROW((void)driver.plan(vm), os::Error);
    Host broken = host("tcg");
    broken.probe.usable = false;
    EXPECT_THROW((void)Driver(broken).plan(launch_spec()), os::Error);
}

} // namespace
} // namespace banger::vmm::qemu
