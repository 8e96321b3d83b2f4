#include "vm/boot_report.hpp"

#include <gtest/gtest.h>

namespace banger::vm {
namespace {

using Lines = std::vector<std::string>;

const std::string pci = "[    0.552289] PCI: Fatal: No config space access function found";

TEST(BootReport, TellsASilentKernelFromASilentGuest) {
    EXPECT_EQ(boot_report({}).progress, "the guest's kernel printed nothing");
    EXPECT_EQ(boot_report({"", "  "}).progress, "the guest's kernel printed nothing");
    const BootReport report = boot_report({pci});
    EXPECT_EQ(report.progress, "the guest's kernel started, and nothing was printed since");
    EXPECT_EQ(report.lines, Lines{});
    EXPECT_EQ(report.reason, "");
}

TEST(BootReport, TellsHowFarItCame) {
    EXPECT_EQ(boot_report({pci, "[ 0.9] x"}).progress, "the guest's kernel started");
    EXPECT_EQ(boot_report({"banger-init: overlay mounted"}).progress,
              "the guest's init was at work");
    EXPECT_EQ(boot_report({"banger-init: x", "[  OK  ] Started cron"}).progress,
              "the guest's systemd was starting its services");
    EXPECT_EQ(boot_report({"[  OK  ] Started getty", "testbox login: "}).progress,
              "the guest came up to its login prompt");
    EXPECT_EQ(boot_report({"You are in emergency mode. After logging in"}).progress,
              "the guest's systemd gave up and went into emergency mode");
}

TEST(BootReport, TakesTheGuestsOwnReason) {
    EXPECT_EQ(boot_report({"banger-init: FATAL: mount the base disk: No such device"}).reason,
              "mount the base disk: No such device");
    EXPECT_EQ(boot_report({"[ 1.2] Kernel panic - not syncing: VFS: Unable to mount root"}).reason,
              "Kernel panic - not syncing: VFS: Unable to mount root");
}

TEST(BootReport, SaysWhyAGuestRebooted) {
    const std::string timer = "the timer is out of tune: 90 Hz and not 100";
    EXPECT_EQ(reboot_reason({pci, "banger-init: " + timer + "; rebooting", ""}), timer);
    EXPECT_EQ(reboot_reason({"banger-init: x", "[    3.1] reboot: Restarting system", " "}),
              "its console ends with: reboot: Restarting system");
    EXPECT_EQ(reboot_reason({"a", "it says; rebooting"}),
              "its console ends with: it says; rebooting");
    EXPECT_EQ(reboot_reason({"", "  "}), "its console says nothing");
}

TEST(BootReport, KeepsTellingLinesAndTheLastOnesInOrder) {
    Lines console{pci, "[FAILED] Failed to start ssh.service"};
    for (int i = 0; i < 50; ++i) {
        console.push_back("noise " + std::to_string(i));
    }
    EXPECT_EQ(boot_report(console).lines, (Lines{"[FAILED] Failed to start ssh.service", "noise 45",
                                                 "noise 46", "noise 47", "noise 48", "noise 49"}));
}

TEST(BootReport, SaysARepeatedLineOnce) {
    EXPECT_EQ(boot_report({"[    7.8] systemd[1]: Failed to start ssh", "[FAILED] ssh",
                           "[    8.4] systemd[1]: Failed to start ssh", "[FAILED] ssh"})
                  .lines,
              (Lines{"[    8.4] systemd[1]: Failed to start ssh", "[FAILED] ssh"}));
}

TEST(BootReport, HasAnEnd) {
    Lines many;
    for (int i = 0; i < 100; ++i) {
        many.push_back("[FAILED] number " + std::to_string(i));
    }
    EXPECT_EQ(boot_report(many).lines.size(), 15U);
}

} // namespace
} // namespace banger::vm
