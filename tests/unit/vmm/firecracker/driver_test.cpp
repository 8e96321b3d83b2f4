#include "vmm/firecracker/driver.hpp"

#include "os/error.hpp"
#include "unit/vmm/launch_spec.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace banger::vmm::firecracker {
namespace {

Host host(const Version& version = {1, 16, 1}) {
    Host found;
    found.probe = {"firecracker", true, "kvm", to_string(version), "/bundle/firecracker", ""};
    found.version = version;
    return found;
}

TEST(FirecrackerDriver, PlanCarriesAllThatTheSupervisorNeeds) {
    const SupervisorPlan plan = Driver(host()).plan(launch_spec());
    EXPECT_EQ(plan.control, Control::firecracker);
    EXPECT_EQ(plan.accel, "kvm");
    EXPECT_EQ(plan.version, "1.16.1");
    EXPECT_EQ(plan.argv, (std::vector<std::string>{
                             "/bundle/firecracker", "--id", "0123456789ab", "--api-sock",
                             "/run/user/1000/banger/vm/01234567/api.sock", "--log-path",
                             "/run/user/1000/banger/vm/01234567/vmm.log", "--level", "Warning"}));
    EXPECT_EQ(plan.taps, std::vector<std::string>{"bgr012345"});
    EXPECT_EQ(plan.images,
              (std::vector<ImageLock>{
                  {"/bundle/rootfs.ext4", true}, {"overlay.ext4", false}, {"work.ext4", false}}));
    EXPECT_FALSE(plan.vsock);
    const SupervisorPlan back = plan_from_json(to_json(plan));
    EXPECT_EQ(back.requests, plan.requests);
    EXPECT_EQ(back.images, plan.images);
    EXPECT_EQ(back.disks, plan.disks);
    EXPECT_EQ(back.version, plan.version);
}

TEST(FirecrackerDriver, DisksThatMayGrowAreThoseThatAreWritten) {
    using Disks = std::vector<GrowingDisk>;
    EXPECT_EQ(Driver(host()).plan(launch_spec()).disks,
              (Disks{{"overlay", "overlay", "overlay.ext4"}, {"work", "work", "work.ext4"}}));
    EXPECT_EQ(Driver(host()).plan(large_launch_spec()).disks.back(),
              (GrowingDisk{"my-data.1", "my_data_1__2", "/var/data.img"}));
}

TEST(FirecrackerDriver, SaysWhatItCanAndWhatNot) {
    const Capabilities can = Driver(host()).capabilities();
    EXPECT_TRUE(can.pause && can.balloon && can.power_button && can.resize_disk && can.own_vsock);
    EXPECT_FALSE(can.disk_serials || can.templates || can.vhost_vsock || can.packed_kernel);
    EXPECT_EQ(can.max_vcpus, 32U);
    EXPECT_EQ(can.max_devices, 14U);
    EXPECT_TRUE(Driver(host({1, 17, 0})).capabilities().packed_kernel);
}

TEST(FirecrackerDriver, ASocketPathThatIsTooLongIsRefusedBeforeAnythingStarts) {
    LaunchSpec vm = launch_spec();
    const std::string longest(107 - std::string("/v.sock_4294967295").size() - 1, 'r');
    vm.run_dir = "/" + longest;
    EXPECT_NO_THROW((void)Driver(host()).plan(vm));
    vm.run_dir = "/" + longest + "x";
    try {
        (void)Driver(host()).plan(vm);
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::invalid);
        EXPECT_NE(std::string(error.what()).find("108 bytes"), std::string::npos) << error.what();
        EXPECT_FALSE(error.hint().empty());
    }
}

TEST(FirecrackerDriver, RefusesWhatFirecrackerCannotHold) {
    const Driver driver(host());
    LaunchSpec vm = launch_spec();
    for (const std::uint32_t vcpus : {0U, 33U}) {
        vm.vcpus = vcpus;
        EXPECT_THROW((void)driver.plan(vm), os::Error) << vcpus;
    }
    vm = launch_spec();
    vm.vcpus = 3; // odd ones are fine without SMT
    EXPECT_NO_THROW((void)driver.plan(vm));
    vm.memory_mib = 0;
    EXPECT_THROW((void)driver.plan(vm), os::Error);
    vm = launch_spec();
    while (vm.disks.size() + vm.nics.size() < 15) {
        vm.disks.push_back({"d" + std::to_string(vm.disks.size()), "x", false});
    }
    EXPECT_THROW((void)driver.plan(vm), os::Error);
    vm = launch_spec();
    vm.vsock = Vsock{70000, "s3cret"};
    EXPECT_THROW((void)driver.plan(vm), os::Error);
    vm = launch_spec();
    vm.id = "no/id";
    EXPECT_THROW((void)driver.plan(vm), os::Error);
}

TEST(FirecrackerDriver, WithoutAUsableFirecrackerNothingIsPlanned) {
    Host broken = host();
    broken.probe.usable = false;
    broken.probe.reason = "there is no /dev/kvm";
    try {
        (void)Driver(broken).plan(launch_spec());
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::unavailable);
        EXPECT_STREQ(error.what(), "firecracker: there is no /dev/kvm");
    }
}

} // namespace
} // namespace banger::vmm::firecracker
