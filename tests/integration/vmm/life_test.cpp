// How VMs end, and what is known of it afterwards.

#include "integration/vmm/machine.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/unix_socket.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include <nlohmann/json.hpp>

namespace banger::test {
namespace {

using supervisor::Supervised;
using vmm::ExitCause;
using Names = std::vector<std::string>;

class VmLife : public testing::Test {
  protected:
    void SetUp() override {
        if (const std::string reason = Machine::missing(); !reason.empty()) {
            GTEST_SKIP() << reason;
        }
    }

    /// The end as both the watcher and exit.json tell it.
    static vmm::Exit end_of(const Machine& machine, const Supervised& vm) {
        EXPECT_TRUE(vm.wait_ended(boot_time));
        EXPECT_EQ(Machine::names_in(machine.run_dir()), Names{"exit.json"});
        EXPECT_FALSE(supervisor::adopt(machine.run_dir()));
        return supervisor::last_exit(machine.run_dir()).value_or(vmm::Exit{});
    }
};

TEST_F(VmLife, AGuestThatPowersOffIsANormalStop) {
    Machine machine("poweroff");
    const Supervised vm = machine.launch();
    const os::UniqueFd watch = vm.watch();
    const std::string event = Machine::wait_event(watch.get(), "exit");
    EXPECT_EQ(nlohmann::json::parse(event).at("cause"), "poweroff");
    const vmm::Exit exit = end_of(machine, vm);
    EXPECT_EQ(exit.cause, ExitCause::poweroff);
    EXPECT_EQ(exit.code, 0);
    EXPECT_FALSE(exit.console_tail.empty());
    EXPECT_THROW((void)vm.status(), os::Error);
    EXPECT_NO_THROW(vm.kill()); // dead already: no harm
}

// reboot=t: with the kernel's own choice a reset hangs on this machine type for ever.
TEST_F(VmLife, AGuestThatRebootsEndsTheVmm) {
    Machine machine("reboot");
    const Supervised vm = machine.launch();
    EXPECT_EQ(end_of(machine, vm).cause, ExitCause::reboot);
}

TEST_F(VmLife, AKernelPanicIsACrashWithItsWords) {
    Machine machine("panic");
    const Supervised vm = machine.launch();
    const vmm::Exit exit = end_of(machine, vm);
    EXPECT_EQ(exit.cause, ExitCause::crashed);
    EXPECT_NE(exit.reason.find("Attempted to kill init"), std::string::npos) << exit.reason;
}

TEST_F(VmLife, ThePowerButtonReachesTheGuest) {
    Machine machine("agent");
    const Supervised vm = machine.launch();
    const os::UniqueFd watch = vm.watch();
    ASSERT_TRUE(machine.console_has("GUEST READY"));
    vm.powerdown();
    EXPECT_FALSE(Machine::wait_event(watch.get(), "powerdown").empty());
    EXPECT_EQ(end_of(machine, vm).cause, ExitCause::poweroff);
    EXPECT_NE(machine.console().find("GUEST button"), std::string::npos);
}

TEST_F(VmLife, TheSupervisorsSigtermIsAPowerdown) {
    Machine machine("agent");
    const Supervised vm = machine.launch();
    ASSERT_TRUE(machine.console_has("GUEST READY"));
    ::kill(vm.supervisor().pid, SIGTERM);
    EXPECT_EQ(end_of(machine, vm).cause, ExitCause::poweroff);
}

TEST_F(VmLife, KillReturnsWhenAllIsDead) {
    Machine machine("idle");
    const Supervised vm = machine.launch();
    vm.kill();
    EXPECT_FALSE(vm.vmm().alive());
    EXPECT_FALSE(vm.supervisor().alive());
    const vmm::Exit exit = end_of(machine, vm);
    EXPECT_EQ(exit.cause, ExitCause::killed);
    EXPECT_EQ(exit.reason, "killed on request");
}

TEST_F(VmLife, AVmmKilledFromOutsideIsToldApart) {
    Machine machine("idle");
    const Supervised vm = machine.launch();
    ASSERT_TRUE(machine.console_has("GUEST READY"));
    ::kill(vm.vmm().pid, SIGKILL);
    const vmm::Exit exit = end_of(machine, vm);
    EXPECT_EQ(exit.cause, ExitCause::killed);
    EXPECT_EQ(exit.signal, SIGKILL);
    EXPECT_NE(exit.reason.find("from outside"), std::string::npos);
    EXPECT_EQ(exit.console_tail.back(), "GUEST READY");
}

TEST_F(VmLife, ASigtermToTheVmmIsToldApart) {
    Machine machine("idle");
    const Supervised vm = machine.launch();
    ::kill(vm.vmm().pid, SIGTERM);
    EXPECT_EQ(end_of(machine, vm).cause, ExitCause::killed);
}

// PR_SET_PDEATHSIG: a VMM that nobody owns would keep its disks and its TAP.
TEST_F(VmLife, AVmmNeverOutlivesItsSupervisor) {
    Machine machine("idle");
    const Supervised vm = machine.launch();
    ::kill(vm.supervisor().pid, SIGKILL);
    EXPECT_TRUE(vm.wait_ended(std::chrono::seconds(5)));
    EXPECT_FALSE(supervisor::adopt(machine.run_dir()));
    EXPECT_FALSE(supervisor::last_exit(machine.run_dir()));
    // What it left (sockets, state.json) is no hindrance to the next start.
    const Supervised next = machine.launch();
    EXPECT_EQ(next.status().phase, "running");
}

TEST_F(VmLife, ASecondDaemonFindsIt) {
    Machine machine("idle");
    const Supervised vm = machine.launch();
    const auto found = supervisor::adopt(machine.run_dir());
    ASSERT_TRUE(found);
    EXPECT_EQ(found->vmm().pid, vm.vmm().pid);
    EXPECT_EQ(found->status().phase, "running");
    EXPECT_FALSE(supervisor::last_exit(machine.run_dir()));
    try {
        (void)machine.launch();
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::conflict);
    }
    EXPECT_EQ(found->status().phase, "running");
}

// A cleaner of old files removes it, or the end of the user's session.
TEST_F(VmLife, ARemovedRunFolderIsMadeAgainWhenItIsMissed) {
    Machine machine("agent");
    const Supervised vm = machine.launch();
    ASSERT_TRUE(machine.console_has("GUEST READY"));
    os::remove_tree(machine.run_dir());
    EXPECT_EQ(vm.status().phase, "running");
    EXPECT_TRUE(supervisor::adopt(machine.run_dir()));
    EXPECT_TRUE(vm.connect_guest(1, boot_time));
    os::remove_tree(machine.run_dir());
    vm.powerdown();
    EXPECT_EQ(end_of(machine, vm).cause, ExitCause::poweroff);
}

TEST_F(VmLife, AStaleSocketIsReplaced) {
    Machine machine("idle");
    const Supervised vm = machine.launch();
    const auto socket = vmm::RunFolder{machine.run_dir()}.control();
    std::filesystem::remove(socket);
    (void)os::listen_unix(socket); // closed at once: the file stays
    EXPECT_EQ(vm.status().phase, "running");
}

TEST_F(VmLife, WithoutARunFolderASignalIsThePowerButton) {
    Machine machine("agent");
    const Supervised vm = machine.launch();
    ASSERT_TRUE(machine.console_has("GUEST READY"));
    os::remove_tree(machine.run_dir());
    os::write_file_atomic(machine.run_dir(), "in the way");
    EXPECT_THROW((void)vm.status(), os::Error);
    vm.powerdown();
    EXPECT_TRUE(vm.wait_ended(boot_time));
    EXPECT_NE(machine.console().find("GUEST button"), std::string::npos);
}

TEST_F(VmLife, AGuestThatIgnoresASigtermIsEndedInTime) {
    Machine machine("idle");
    vmm::SupervisorPlan plan = machine.plan();
    plan.stop_timeout = std::chrono::seconds(2);
    const Supervised vm = machine.launch(plan);
    ASSERT_TRUE(machine.console_has("GUEST READY"));
    ::kill(vm.supervisor().pid, SIGTERM);
    EXPECT_EQ(end_of(machine, vm).cause, ExitCause::killed);
}

TEST_F(VmLife, ASecondVmmNeverOpensTheDisks) {
    Machine machine("idle");
    const Supervised vm = machine.launch();
    const auto first = machine.spec.run_dir;
    while (os::try_remove_tree(first)) { // its supervisor may just be writing state.json
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    machine.spec.run_dir = first.string() + "2"; // as if nothing were known of the first
    os::make_private_dir(machine.spec.run_dir);
    try {
        (void)machine.launch();
        ADD_FAILURE();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::conflict) << error.what();
    }
    EXPECT_EQ(vm.status().phase, "running");
    vm.kill();
    EXPECT_EQ(machine.launch().status().phase, "running");
}

TEST_F(VmLife, AStoppedSupervisorHangsNobody) {
    Machine machine("idle");
    const Supervised vm = machine.launch();
    ::kill(vm.supervisor().pid, SIGSTOP);
    EXPECT_THROW((void)vm.status(), os::Error);
    vm.kill();
    EXPECT_FALSE(vm.vmm().alive());
    EXPECT_FALSE(vm.supervisor().alive());
}

TEST_F(VmLife, AFailedStartSaysWhyAndLeavesNothing) {
    Machine machine("idle");
    machine.spec.kernel = "/nonexistent/vmlinux";
    try {
        (void)machine.launch();
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_NE(std::string(error.what()).find("/nonexistent/vmlinux"), std::string::npos)
            << error.what();
        EXPECT_NE(std::string(error.what()).find("start VM test-idle"), std::string::npos);
        EXPECT_FALSE(error.details().empty());
    }
    EXPECT_EQ(Machine::names_in(machine.run_dir()), Names{"exit.json"});
    EXPECT_EQ(supervisor::last_exit(machine.run_dir())->cause, ExitCause::failed_to_start);
}

TEST_F(VmLife, MissingPartsAreNamed) {
    Machine machine("idle");
    machine.spec.nics = {{"eth0", "bgrnosuch", "02:ba:00:00:00:02", 1500}};
    try {
        (void)machine.launch();
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::not_found);
        EXPECT_STREQ(error.what(), "start VM test-idle: TAP device bgrnosuch does not exist");
    }
    EXPECT_EQ(Machine::names_in(machine.run_dir()), Names{"exit.json"});
    vmm::SupervisorPlan plan = machine.plan();
    plan.taps.clear();
    plan.argv[0] = "/nonexistent/qemu";
    EXPECT_THROW((void)supervisor::launch(plan, BANGER_VM, boot_time), os::Error);
    EXPECT_THROW((void)supervisor::launch(plan, "/nonexistent/banger-vm", boot_time), os::Error);
}

// QEMU locks images; the second opener must fail whatever its mode.
TEST_F(VmLife, TwoVmsCannotWriteOneDisk) {
    Machine first("idle");
    Machine second("idle");
    const auto disk = first.spec.dir / "disk.img";
    os::write_file_atomic(disk, std::string(1U << 20U, '\0'));
    first.spec.disks = {{"root", "disk.img", false}};
    second.spec.disks = {{"root", disk, false}};
    const Supervised vm = first.launch();
    try {
        (void)second.launch();
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_NE(std::string(error.what()).find("lock"), std::string::npos) << error.what();
    }
}

TEST_F(VmLife, DisksCarryTheirNamesAndModes) {
    Machine machine("disks");
    os::write_file_atomic(machine.spec.dir / "a.img", std::string(1U << 20U, '\0'));
    os::write_file_atomic(machine.spec.dir / "b.img", std::string(2U << 20U, '\0'));
    machine.spec.disks = {{"base", machine.spec.dir / "a.img", true}, {"overlay", "b.img", false}};
    const Supervised vm = machine.launch();
    EXPECT_EQ(end_of(machine, vm).cause, ExitCause::poweroff);
    EXPECT_NE(machine.console().find("GUEST disk base size=2048 ro=1"), std::string::npos);
    EXPECT_NE(machine.console().find("GUEST disk overlay size=4096 ro=0"), std::string::npos);
}

// Without tsc_early_khz the guests' clock calibration loses against a busy host, and boots hang.
TEST_F(VmLife, FourAtOnceAllBoot) {
    std::vector<std::unique_ptr<Machine>> machines;
    std::vector<Supervised> vms;
    for (int i = 0; i < 4; ++i) {
        machines.push_back(std::make_unique<Machine>("poweroff"));
        vms.push_back(machines.back()->launch());
    }
    for (std::size_t i = 0; i < vms.size(); ++i) {
        EXPECT_EQ(end_of(*machines[i], vms[i]).cause, ExitCause::poweroff);
    }
}

} // namespace
} // namespace banger::test
