// How VMs of Firecracker end, and what is known of it afterwards.

#include "integration/firecracker/fake_machine.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/unix_socket.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>

namespace banger::test {
namespace {

using supervisor::Supervised;
using vmm::ExitCause;

/// Typed on the guest's console.
void type(const Supervised& vm, const std::string& line) {
    const os::UniqueFd console = vm.console();
    os::send_all(console.get(), line + "\n", patience);
    (void)vm.wait_ended(patience);
}

TEST(FirecrackerLife, AGuestThatPowersOffIsANormalStop) {
    FakeMachine machine;
    const Supervised vm = machine.launch();
    type(vm, "poweroff");
    const vmm::Exit exit = machine.end_of(vm);
    EXPECT_EQ(exit.cause, ExitCause::poweroff);
    EXPECT_EQ(exit.reason, "the guest powered off");
    EXPECT_EQ(exit.code, 0);
    EXPECT_FALSE(supervisor::adopt(machine.run_dir()));
    EXPECT_NO_THROW(vm.kill()); // dead already: no harm
}

TEST(FirecrackerLife, NoFloodOnTheConsoleHidesThatAGuestPowersOff) {
    FakeMachine machine;
    const Supervised vm = machine.launch();
    type(vm, "flooded-poweroff");
    EXPECT_EQ(machine.end_of(vm).cause, ExitCause::poweroff);
}

TEST(FirecrackerLife, AGuestThatRebootsIsToldApart) {
    FakeMachine machine;
    const Supervised vm = machine.launch();
    type(vm, "reboot");
    EXPECT_EQ(machine.end_of(vm).cause, ExitCause::reboot);
}

TEST(FirecrackerLife, AGuestThatHaltsIsEndedAndHasPoweredOff) {
    FakeMachine machine;
    const Supervised vm = machine.launch();
    type(vm, "halt");
    const vmm::Exit exit = machine.end_of(vm);
    EXPECT_EQ(exit.cause, ExitCause::poweroff);
    EXPECT_EQ(exit.reason, "the guest powered off");
}

TEST(FirecrackerLife, AProgramThatOnlyWritesSoEndsNothing) {
    FakeMachine machine;
    const Supervised vm = machine.launch();
    {
        const os::UniqueFd console = vm.console();
        os::send_all(console.get(), "claim-halt\n", patience);
        EXPECT_FALSE(vm.wait_ended(std::chrono::seconds(6)));
    }
    type(vm, "reboot");
    EXPECT_EQ(machine.end_of(vm).cause, ExitCause::reboot);
}

TEST(FirecrackerLife, ARebootLongAfterAStopThatWasIgnoredIsOne) {
    FakeMachine machine;
    machine.plan.stop_timeout = std::chrono::milliseconds(100);
    machine.script["ctrl_alt_del"] = "";
    const Supervised vm = machine.launch();
    vm.powerdown();
    std::this_thread::sleep_for(std::chrono::milliseconds(5500)); // the supervisor adds 5 s
    type(vm, "reboot");
    EXPECT_EQ(machine.end_of(vm).cause, ExitCause::reboot);
}

TEST(FirecrackerLife, AKernelPanicIsACrashWithItsWords) {
    FakeMachine machine;
    const Supervised vm = machine.launch();
    type(vm, "panic");
    const vmm::Exit exit = machine.end_of(vm);
    EXPECT_EQ(exit.cause, ExitCause::crashed);
    EXPECT_EQ(exit.reason, "the guest's kernel panicked: Kernel panic - not syncing: Attempted to "
                           "kill init! exitcode=0x100");
}

TEST(FirecrackerLife, AForbiddenSystemCallIsACrash) {
    FakeMachine machine;
    const Supervised vm = machine.launch();
    type(vm, "exit 148");
    const vmm::Exit exit = machine.end_of(vm);
    EXPECT_EQ(exit.cause, ExitCause::crashed);
    EXPECT_EQ(exit.code, 148);
    EXPECT_EQ(exit.reason,
              "the VMM ended with exit status 148 (it made a system call that its filter forbids)");
}

TEST(FirecrackerLife, AVmmThatAbortsIsACrash) {
    FakeMachine machine;
    const Supervised vm = machine.launch();
    type(vm, "signal 6");
    EXPECT_EQ(machine.end_of(vm).reason, "the VMM died of signal 6 (Aborted)");
}

// Its log is read beside its standard error, and the guest's console has none of it.
TEST(FirecrackerLife, ItsLogIsKeptApartFromTheConsole) {
    FakeMachine machine;
    const Supervised vm = machine.launch();
    type(vm, "exit 1");
    const vmm::Exit exit = machine.end_of(vm);
    ASSERT_EQ(exit.vmm_messages.size(), 1U);
    EXPECT_NE(exit.vmm_messages[0].find("Firecracker exiting with error. exit_code=1"),
              std::string::npos);
    EXPECT_EQ(machine.console(), "GUEST READY\n");
}

// The guest has no power button: Ctrl, Alt and Delete makes it reboot, which is what was asked for.
TEST(FirecrackerLife, ThePowerButtonEndsTheGuest) {
    for (const char* answer : {"poweroff", "reboot"}) {
        FakeMachine machine;
        machine.script["ctrl_alt_del"] = answer;
        const Supervised vm = machine.launch();
        const os::UniqueFd watch = vm.watch();
        vm.powerdown();
        EXPECT_FALSE(FakeMachine::wait_event(watch.get(), "powerdown").empty());
        const auto told = FakeMachine::wait_event(watch.get(), "exit");
        EXPECT_EQ(nlohmann::json::parse(told).at("cause"), "poweroff") << answer;
        EXPECT_EQ(machine.end_of(vm).cause, ExitCause::poweroff) << answer;
    }
}

TEST(FirecrackerLife, TheSupervisorsSigtermIsAPowerdown) {
    FakeMachine machine;
    const Supervised vm = machine.launch();
    ::kill(vm.supervisor().pid, SIGTERM);
    const vmm::Exit exit = machine.end_of(vm);
    EXPECT_EQ(exit.cause, ExitCause::poweroff);
    EXPECT_TRUE(exit.host_down);
}

TEST(FirecrackerLife, AGuestThatIgnoresASigtermIsEndedInTime) {
    FakeMachine machine;
    machine.script["ctrl_alt_del"] = "";
    machine.plan.stop_timeout = std::chrono::milliseconds(500);
    const Supervised vm = machine.launch();
    ::kill(vm.supervisor().pid, SIGTERM);
    EXPECT_EQ(machine.end_of(vm).cause, ExitCause::killed);
}

TEST(FirecrackerLife, KillReturnsWhenAllIsDead) {
    FakeMachine machine;
    const Supervised vm = machine.launch();
    vm.kill();
    EXPECT_FALSE(vm.vmm().alive());
    EXPECT_FALSE(vm.supervisor().alive());
    EXPECT_EQ(machine.end_of(vm).reason, "killed on request");
}

TEST(FirecrackerLife, AVmmKilledFromOutsideIsToldApart) {
    for (const int signal : {SIGKILL, SIGTERM}) {
        FakeMachine machine;
        const Supervised vm = machine.launch();
        ::kill(vm.vmm().pid, signal);
        const vmm::Exit exit = machine.end_of(vm);
        EXPECT_EQ(exit.cause, ExitCause::killed);
        EXPECT_EQ(exit.signal, signal);
    }
}

TEST(FirecrackerLife, AVmmNeverOutlivesItsSupervisor) {
    FakeMachine machine;
    const Supervised vm = machine.launch();
    ::kill(vm.supervisor().pid, SIGKILL);
    EXPECT_TRUE(vm.wait_ended(std::chrono::seconds(5)));
    EXPECT_FALSE(supervisor::adopt(machine.run_dir()));
    // What it left, its sockets and its log, is no hindrance to the next start.
    EXPECT_EQ(machine.launch().status().phase, "running");
}

TEST(FirecrackerLife, AGuestThatEndsAtOnceHasRun) {
    for (const char* how : {"reboot", "poweroff"}) {
        FakeMachine machine;
        machine.script["then"] = how;
        std::optional<Supervised> vm;
        try {
            vm.emplace(machine.launch());
        } catch (const os::Error&) { // it was over before anybody was told
        }
        if (vm) {
            EXPECT_TRUE(vm->wait_ended(patience));
        }
        const auto exit = supervisor::last_exit(machine.run_dir());
        ASSERT_TRUE(exit);
        EXPECT_EQ(vmm::to_string(exit->cause), how);
    }
}

TEST(FirecrackerLife, ASecondDaemonFindsIt) {
    FakeMachine machine;
    const Supervised vm = machine.launch();
    const auto found = supervisor::adopt(machine.run_dir());
    ASSERT_TRUE(found);
    EXPECT_EQ(found->vmm().pid, vm.vmm().pid);
    EXPECT_EQ(found->driver(), "firecracker");
    try {
        (void)machine.launch();
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::conflict);
    }
    EXPECT_EQ(vm.status().phase, "running");
}

} // namespace
} // namespace banger::test
