#include "vmm/choose.hpp"

#include "os/error.hpp"

#include <gtest/gtest.h>

namespace banger::vmm {
namespace {

class FakeHypervisor final : public Hypervisor {
  public:
    FakeHypervisor(const std::string& name, bool usable) {
        probe_.driver = name;
        probe_.usable = usable;
        probe_.version = "1.0";
        probe_.accel = usable ? "kvm" : "";
        probe_.reason = usable ? "" : "no /dev/kvm";
        probe_.setting = usable ? "" : name + ".binary";
        probe_.remedy = usable ? "" : "install " + name;
    }
    FakeHypervisor(const std::string& name, const std::string& accel, const std::string& reason)
        : FakeHypervisor(name, true) {
        probe_.accel = accel;
        probe_.reason = reason;
    }
    [[nodiscard]] std::string_view name() const noexcept override { return probe_.driver; }
    [[nodiscard]] const Probe& probe() const noexcept override { return probe_; }
    [[nodiscard]] Capabilities capabilities() const noexcept override { return {}; }
    [[nodiscard]] SupervisorPlan plan(const LaunchSpec& /*spec*/) const override { return {}; }

  private:
    Probe probe_;
};

Hypervisors machine(bool firecracker, bool qemu) {
    Hypervisors list;
    list.push_back(std::make_unique<FakeHypervisor>("qemu", qemu));
    list.push_back(std::make_unique<FakeHypervisor>("firecracker", firecracker));
    return list;
}

TEST(Choose, AutoPrefersFirecracker) {
    const Hypervisors list = machine(true, true);
    const Choice choice = choose("auto", list);
    EXPECT_EQ(choice.hypervisor->name(), "firecracker");
    ASSERT_EQ(choice.candidates.size(), 2U);
    EXPECT_TRUE(choice.candidates[0].chosen);
    EXPECT_EQ(choice.candidates[1].why, "firecracker is preferred");
}

TEST(Choose, AutoFallsBackAndSaysWhy) {
    const Hypervisors list = machine(false, true);
    const Choice choice = choose("auto", list);
    EXPECT_EQ(choice.hypervisor->name(), "qemu");
    EXPECT_EQ(choice.candidates[0].why, "no /dev/kvm");
    EXPECT_EQ(choice.reason, "qemu 1.0 with kvm; not firecracker: no /dev/kvm; see banger doctor");
}

TEST(Choose, OneCauseIsEnoughForALine) {
    const auto line = [](const std::string& accel, const std::string& reason) {
        Hypervisors list = machine(false, false);
        list[0] = std::make_unique<FakeHypervisor>("qemu", accel, reason);
        return choose("auto", list).reason;
    };
    const std::string better = "; not firecracker: no /dev/kvm; see banger doctor";
    EXPECT_EQ(line("kvm", "a test guest ran"), "qemu 1.0 with kvm" + better);
    EXPECT_EQ(line("tcg", "no /dev/kvm"), "qemu 1.0, emulated (tcg)" + better);
    EXPECT_EQ(line("tcg", "KVM is slow"), "qemu 1.0, emulated (tcg); KVM is slow" + better);
}

TEST(Choose, WhatWasNotAskedForIsNoReason) {
    const Hypervisors list = machine(false, true);
    EXPECT_EQ(choose("qemu", list).reason, "qemu 1.0 with kvm");
    const Hypervisors both = machine(true, true);
    EXPECT_EQ(choose("auto", both).reason, "firecracker 1.0 with kvm");
}

TEST(Choose, AWishThatCannotBeMetNamesTheReasonAndTheWayOut) {
    const Hypervisors list = machine(false, true);
    try {
        (void)choose("firecracker", list);
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::unavailable);
        EXPECT_STREQ(error.what(), "firecracker cannot be used: no /dev/kvm");
        EXPECT_EQ(error.hint(), "install firecracker; or make the VM with --vmm qemu");
    }
}

TEST(Choose, AnExplicitWishIsNotReplaced) {
    const Hypervisors list = machine(true, false);
    EXPECT_THROW((void)choose("qemu", list), os::Error);
    EXPECT_EQ(choose("firecracker", list).candidates[1].why, "no /dev/kvm");
}

TEST(Choose, NothingUsableNamesAll) {
    const Hypervisors list = machine(false, false);
    try {
        (void)choose("auto", list);
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_STREQ(error.what(), "no VMM can be used on this machine; firecracker: no /dev/kvm; "
                                   "qemu: no /dev/kvm");
        EXPECT_EQ(error.hint(), "install qemu");
    }
    EXPECT_THROW((void)choose("firecracker", list), os::Error);
    EXPECT_EQ(survey("auto", list).hypervisor, nullptr);
}

TEST(Choose, AnUnknownWordIsInvalid) {
    const Hypervisors list = machine(true, true);
    try {
        (void)choose("xen", list);
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::invalid);
    }
}

TEST(Choose, NamesTheSettingThatStandsInTheWay) {
    EXPECT_EQ(survey("auto", machine(false, true)).setting, "");
    EXPECT_EQ(survey("auto", machine(false, false)).setting, "qemu.binary");
    EXPECT_EQ(survey("qemu", machine(true, false)).setting, "qemu.binary");
    EXPECT_EQ(survey("firecracker", machine(false, true)).setting, "firecracker.binary");
}

} // namespace
} // namespace banger::vmm
