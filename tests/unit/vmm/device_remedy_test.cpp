#include "vmm/device_remedy.hpp"

#include <gtest/gtest.h>

namespace banger::vmm {
namespace {

DeviceRights rights(mode_t mode, const std::string& group) {
    DeviceRights found;
    found.device = "/dev/kvm";
    found.mode = mode;
    found.group = group;
    found.kvm_group = true;
    return found;
}

TEST(AccessRemedy, JoinsTheGroupThatMayUseIt) {
    const std::string login = " $USER, then log in again and run banger daemon restart";
    EXPECT_EQ(access_remedy(rights(0660, "kvm")), "sudo usermod -aG kvm" + login);
    EXPECT_EQ(access_remedy(rights(0660, "qemu")), "sudo usermod -aG qemu" + login);
    DeviceRights listed = rights(0660, "qemu");
    listed.listed = true;
    EXPECT_EQ(access_remedy(listed), "log in again and run banger daemon restart: you are in the "
                                     "group qemu from then on");
}

TEST(AccessRemedy, GivesItToAGroupWhereNoneMay) {
    const std::string given = "sudo chgrp kvm /dev/kvm && sudo chmod 0660 /dev/kvm";
    const std::string fix = given + " && sudo usermod -aG kvm $USER, then log in again and run "
                                    "banger daemon restart";
    EXPECT_EQ(access_remedy(rights(0600, "root")), fix);
    EXPECT_EQ(access_remedy(rights(0660, "root")), fix) << "nobody is to become one of root's";
    EXPECT_EQ(access_remedy(rights(0640, "kvm")), fix);
    EXPECT_EQ(access_remedy(rights(0660, "")), fix);
    DeviceRights member = rights(0600, "root");
    member.kvm_member = true;
    EXPECT_EQ(access_remedy(member), given);
}

TEST(AccessRemedy, GivesItToTheUserWhereThereIsNoSuchGroup) {
    DeviceRights found = rights(0600, "root");
    found.kvm_group = false;
    EXPECT_EQ(access_remedy(found), "sudo chown $USER /dev/kvm && sudo chmod u+rw /dev/kvm");
}

TEST(AccessRemedy, NamesNoCommandWhereTheModeIsNotInTheWay) {
    const std::string container = "allow /dev/kvm to the container that this runs in";
    EXPECT_EQ(access_remedy(rights(0666, "root")), container);
    DeviceRights member = rights(0660, "kvm");
    member.member = true;
    EXPECT_EQ(access_remedy(member), container);
    DeviceRights own = rights(0600, "me");
    own.own = true;
    EXPECT_EQ(access_remedy(own), container);
    own.mode = 0060; // the owner is looked at first
    EXPECT_EQ(access_remedy(own), "chmod u+rw /dev/kvm");
}

TEST(ModuleRemedy, FollowsTheProcessor) {
    const std::string intel = "processor\t: 0\nflags\t\t: fpu vme vmx sse\nbugs\t: svm \n";
    EXPECT_EQ(module_remedy(intel).rfind("sudo modprobe kvm_intel", 0), 0U);
    EXPECT_EQ(module_remedy("flags\t\t: fpu svm\n").rfind("sudo modprobe kvm_amd", 0), 0U);
    EXPECT_EQ(module_remedy("flags\t\t: fpu sse svm_lock\n"),
              "switch virtualisation on in the firmware or, if this is a VM, nesting in its host");
    EXPECT_EQ(module_remedy(""), module_remedy("flags\t\t: fpu\n"));
}

} // namespace
} // namespace banger::vmm
