#include "daemon/system_checks.hpp"

#include <gtest/gtest.h>

namespace banger::daemon {
namespace {

TEST(KvmFix, JoinsTheGroupThatMayUseIt) {
    EXPECT_EQ(kvm_fix(0660, "kvm"), "sudo usermod -aG kvm $USER, then log in again");
    EXPECT_EQ(kvm_fix(0660, "qemu"), "sudo usermod -aG qemu $USER, then log in again");
}

TEST(KvmFix, GivesItToAGroupWhereNoneMay) {
    const std::string fix = "sudo chgrp kvm /dev/kvm && sudo chmod 0660 /dev/kvm && "
                            "sudo usermod -aG kvm $USER, then log in again";
    EXPECT_EQ(kvm_fix(0600, "root"), fix);
    EXPECT_EQ(kvm_fix(0660, "root"), fix) << "nobody is to become one of root's";
    EXPECT_EQ(kvm_fix(0640, "kvm"), fix);
    EXPECT_EQ(kvm_fix(0660, ""), fix);
}

} // namespace
} // namespace banger::daemon
