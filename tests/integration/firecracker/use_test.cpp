// A VM of Firecracker in use: console, channel, pause, and what its supervisor costs.

#include "integration/firecracker/fake_machine.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/unix_socket.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

namespace banger::test {
namespace {

using namespace std::chrono_literals;
using supervisor::Supervised;

std::string read_exactly(const os::UniqueFd& fd, std::size_t size) {
    std::string text(size, '\0');
    const ssize_t n = ::recv(fd.get(), text.data(), size, MSG_WAITALL);
    text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return text;
}

void expect_echo(const Supervised& vm, const std::string& text) {
    const os::UniqueFd fd = vm.connect_guest(1, patience);
    std::thread sender([&] { os::send_all(fd.get(), text, patience); });
    EXPECT_TRUE(read_exactly(fd, text.size()) == text);
    sender.join();
}

/// A number in /proc/PID/status.
std::uint64_t status_of(pid_t pid, const std::string& key) {
    const std::string text = os::read_file("/proc/" + std::to_string(pid) + "/status");
    const std::size_t at = text.find("\n" + key + ":");
    return at == std::string::npos ? 0 : std::stoull(text.substr(at + key.size() + 2));
}

TEST(FirecrackerUse, TheConsoleGoesBothWays) {
    FakeMachine machine;
    const Supervised vm = machine.launch();
    ASSERT_TRUE(machine.console_has("GUEST READY"));
    const os::UniqueFd console = vm.console();
    os::send_all(console.get(), "a line\n", patience);
    EXPECT_EQ(os::read_line(console.get(), patience), "GUEST heard a line");
    EXPECT_TRUE(machine.console_has("GUEST heard a line"));
}

TEST(FirecrackerUse, TheChannelCarriesManyConnections) {
    FakeMachine machine;
    const Supervised vm = machine.launch();
    expect_echo(vm, "hello");
    std::vector<std::thread> threads;
    for (int i = 0; i < 6; ++i) {
        threads.emplace_back(
            [&vm, i] { expect_echo(vm, std::string(300000, static_cast<char>('a' + i))); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_FALSE(vm.status().agent_open) << "which nobody can know here";
}

TEST(FirecrackerUse, APortWithoutAListenerIsTold) {
    FakeMachine machine;
    const Supervised vm = machine.launch();
    try {
        (void)vm.connect_guest(2, patience);
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::unavailable);
        EXPECT_STREQ(error.what(), "nothing in the guest listens on port 2");
    }
}

// Firecracker's sockets have no half-close.
TEST(FirecrackerUse, AClientThatSendsNoMoreGetsWhatWasOnItsWayAndThenTheEnd) {
    FakeMachine machine;
    const Supervised vm = machine.launch();
    const os::UniqueFd fd = vm.connect_guest(1, patience);
    os::send_all(fd.get(), "last words", patience);
    ::shutdown(fd.get(), SHUT_WR);
    EXPECT_EQ(read_exactly(fd, 100), "last words");
}

TEST(FirecrackerUse, ARemovedRunFolderTakesNothingAway) {
    FakeMachine machine;
    const Supervised vm = machine.launch();
    expect_echo(vm, "before");
    while (os::try_remove_tree(machine.run_dir())) { // its supervisor may just be writing
        std::this_thread::sleep_for(10ms);
    }
    EXPECT_EQ(vm.status().phase, "running");
    expect_echo(vm, "after");
    vm.pause();
    vm.resume();
    EXPECT_EQ(vm.status().phase, "running");
    vm.powerdown();
    EXPECT_EQ(machine.end_of(vm).cause, vmm::ExitCause::poweroff);
}

TEST(FirecrackerUse, PauseStopsAndResumeGoesOn) {
    FakeMachine machine;
    const Supervised vm = machine.launch();
    const os::UniqueFd watch = vm.watch();
    vm.pause();
    const auto told = nlohmann::json::parse(FakeMachine::wait_event(watch.get(), "paused"));
    EXPECT_EQ(told.at("phase"), "paused");
    EXPECT_EQ(vm.status().phase, "paused");
    vm.pause(); // again: no harm
    EXPECT_THROW((void)vm.connect_guest(1, 200ms), os::Error);
    try {
        vm.powerdown(); // the guest could not hear it
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::conflict);
        EXPECT_STREQ(error.what(), "the VM is paused");
    }
    vm.resume();
    EXPECT_FALSE(FakeMachine::wait_event(watch.get(), "resumed").empty());
    EXPECT_EQ(vm.status().phase, "running");
    expect_echo(vm, "awake");
}

TEST(FirecrackerUse, ADiskGrowsWhileItRunsAndNeverShrinks) {
    FakeMachine machine;
    const auto image = machine.plan.dir / "work.img";
    const Supervised vm = machine.launch();
    vm.resize_disk("work", 1U << 20U);
    EXPECT_EQ(std::filesystem::file_size(image), 1U << 20U);
    for (const auto& [disk, bytes] : {std::pair("work", 4096U), std::pair("base", 1U << 21U)}) {
        EXPECT_THROW(vm.resize_disk(disk, bytes), os::Error) << disk;
    }
    EXPECT_EQ(std::filesystem::file_size(image), 1U << 20U);
    vm.pause();
    EXPECT_THROW(vm.resize_disk("work", 1U << 21U), os::Error);
    vm.resume();
    expect_echo(vm, "still there");
}

TEST(FirecrackerUse, ADiskThatFirecrackerDoesNotTakeIsToldInItsWords) {
    FakeMachine machine;
    machine.script["at"] = {{"PATCH /drives/work", {{"fault", "No such file."}}}};
    const Supervised vm = machine.launch();
    try {
        vm.resize_disk("work", 1U << 20U);
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_STREQ(error.what(), "Firecracker: PATCH /drives/work: No such file.");
    }
    expect_echo(vm, "still there");
}

TEST(FirecrackerUse, ARefusedPauseIsToldInItsWords) {
    FakeMachine machine;
    machine.script["at"] = {{"PATCH /vm", {{"fault", "The vCPUs did not answer."}}}};
    const Supervised vm = machine.launch();
    try {
        vm.pause();
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_STREQ(error.what(), "Firecracker: PATCH /vm: The vCPUs did not answer.");
    }
    EXPECT_EQ(vm.status().phase, "running");
}

TEST(FirecrackerUse, AnApiThatBreaksLeavesAVmThatCanBeKilled) {
    FakeMachine machine;
    machine.script["at"] = {{"PATCH /vm", {{"raw", "nonsense\r\n\r\n"}}}};
    const Supervised vm = machine.launch();
    EXPECT_THROW(vm.pause(), os::Error);
    EXPECT_EQ(vm.status().phase, "running");
    expect_echo(vm, "still there");
    EXPECT_THROW(vm.resume(), os::Error);
    vm.kill();
    EXPECT_EQ(machine.end_of(vm).cause, vmm::ExitCause::killed);
}

TEST(FirecrackerUse, TheSupervisorIsSmallAndSleeps) {
    FakeMachine machine;
    const Supervised vm = machine.launch();
    ASSERT_TRUE(machine.console_has("GUEST READY"));
    std::this_thread::sleep_for(300ms);
    const pid_t pid = vm.supervisor().pid;
    const std::uint64_t before = status_of(pid, "voluntary_ctxt_switches");
    std::this_thread::sleep_for(1s);
    EXPECT_EQ(status_of(pid, "voluntary_ctxt_switches") - before, 0U);
    EXPECT_EQ(status_of(pid, "Threads"), 1U);
    EXPECT_LT(status_of(pid, "VmRSS"), 3072U);
    std::cout << "banger-vm: " << status_of(pid, "VmRSS") << " KiB resident\n";
}

} // namespace
} // namespace banger::test
