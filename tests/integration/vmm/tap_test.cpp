// TAP devices, in a network namespace of the test's own.

#include "integration/vmm/machine.hpp"
#include "support/network_namespace.hpp"

#include "os/error.hpp"
#include "os/file.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>

namespace banger::test {
namespace {

using supervisor::Supervised;

void make_tap(const std::string& name) {
    const os::UniqueFd fd = os::open_file("/dev/net/tun", O_RDWR);
    ifreq request{};
    std::memcpy(request.ifr_name, name.c_str(), name.size() + 1);
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    if (::ioctl(fd.get(), TUNSETIFF, &request) != 0 || ::ioctl(fd.get(), TUNSETPERSIST, 1) != 0) {
        throw os::errno_error("make TAP device " + name);
    }
}

class VmTap : public testing::Test {
  protected:
    void SetUp() override {
        if (const std::string reason = Machine::missing(); !reason.empty()) {
            GTEST_SKIP() << reason;
        }
        if (!space_.entered()) {
            GTEST_SKIP() << space_.reason();
        }
        make_tap("bgr012345");
        make_tap("bgr012346");
    }

    NetworkNamespace space_;
};

TEST_F(VmTap, TheGuestSeesItsCardsAndTheDeviceIsHeld) {
    Machine machine("nics");
    machine.spec.nics = {{"eth0", "bgr012345", "02:ba:00:00:00:02", 1500},
                         {"eth1", "bgr012346", "02:ba:00:00:00:03", 9000}};
    const Supervised vm = machine.launch();
    ASSERT_TRUE(machine.console_has("GUEST READY"));
    EXPECT_NE(machine.console().find("GUEST nic 02:ba:00:00:00:02 mtu=1500"), std::string::npos);
    EXPECT_NE(machine.console().find("GUEST nic 02:ba:00:00:00:03 mtu=9000"), std::string::npos);

    Machine second("idle");
    second.spec.nics = {{"eth0", "bgr012345", "02:ba:00:00:00:04", 1500}};
    try {
        (void)second.launch();
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::busy) << error.what();
        EXPECT_NE(std::string(error.what()).find("TAP device bgr012345"), std::string::npos);
    }
    vm.kill();
    const Supervised next = second.launch(); // proven dead means free again
    EXPECT_EQ(next.status().phase, "running");
}

} // namespace
} // namespace banger::test
