// A VM in use: console, channel, pause, and what its supervisor costs.

#include "integration/vmm/machine.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/unix_socket.hpp"

#include <gtest/gtest.h>

#include <array>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace banger::test {
namespace {

using namespace std::chrono_literals;
using supervisor::Supervised;

/// A number in /proc/PID/status.
std::uint64_t status_of(pid_t pid, const std::string& key) {
    const std::string text = os::read_file("/proc/" + std::to_string(pid) + "/status");
    const std::size_t at = text.find("\n" + key + ":");
    return at == std::string::npos ? 0 : std::stoull(text.substr(at + key.size() + 2));
}

/// Seconds of CPU time, from fields 14 and 15 of /proc/PID/stat.
double cpu_of(pid_t pid) {
    const std::string text = os::read_file("/proc/" + std::to_string(pid) + "/stat");
    std::istringstream fields(text.substr(text.rfind(')') + 2));
    std::string skipped;
    for (int i = 3; i < 14; ++i) {
        fields >> skipped;
    }
    double user = 0;
    double system = 0;
    fields >> user >> system;
    return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::string read_to_end(int fd) {
    std::string text;
    std::array<char, 16384> buffer{};
    ssize_t n = 0;
    while ((n = ::read(fd, buffer.data(), buffer.size())) > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(n));
    }
    return text;
}

class VmUse : public testing::Test {
  protected:
    void SetUp() override {
        if (const std::string reason = Machine::missing(); !reason.empty()) {
            GTEST_SKIP() << reason;
        }
    }

    static void echo(const Supervised& vm, const std::string& text) {
        const os::UniqueFd fd = vm.connect_guest(1, boot_time);
        std::thread sender([&] {
            os::send_all(fd.get(), text, boot_time);
            ::shutdown(fd.get(), SHUT_WR);
        });
        EXPECT_TRUE(read_to_end(fd.get()) == text);
        sender.join();
    }
};

TEST_F(VmUse, TheChannelCarriesManyConnections) {
    Machine machine("agent");
    const Supervised vm = machine.launch();
    EXPECT_THROW((void)vm.connect_guest(1, 5s), os::Error);
    const os::UniqueFd watch = vm.watch();
    EXPECT_FALSE(Machine::wait_event(watch.get(), "agent-open").empty());
    ASSERT_TRUE(machine.console_has("GUEST READY"));
    EXPECT_TRUE(vm.status().agent_open);

    const auto until = std::chrono::steady_clock::now() + boot_time;
    for (bool listens = false; !listens && std::chrono::steady_clock::now() < until;) {
        try { // a busy guest is ready a moment before its ports are
            echo(vm, "is anybody there?");
            listens = true;
        } catch (const os::Error&) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
    }
    const auto start = std::chrono::steady_clock::now();
    echo(vm, "hello");
    const auto first = std::chrono::steady_clock::now() - start;
    std::vector<std::thread> threads;
    for (int i = 0; i < 6; ++i) {
        threads.emplace_back(
            [&vm, i] { echo(vm, std::string(200000, static_cast<char>('a' + i))); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_THROW((void)vm.connect_guest(2, boot_time), os::Error);
    std::cout << "one round trip with handshake: "
              << std::chrono::duration<double, std::milli>(first).count() << " ms\n";
}

TEST_F(VmUse, PauseStopsAndResumeGoesOn) {
    Machine machine("agent");
    const Supervised vm = machine.launch();
    const os::UniqueFd watch = vm.watch();
    ASSERT_TRUE(machine.console_has("GUEST READY"));
    vm.pause();
    EXPECT_FALSE(Machine::wait_event(watch.get(), "paused").empty());
    EXPECT_EQ(vm.status().phase, "paused");
    const double before = cpu_of(vm.vmm().pid);
    std::this_thread::sleep_for(300ms);
    EXPECT_LT(cpu_of(vm.vmm().pid) - before, 0.1);
    try {
        vm.powerdown(); // the guest could not hear it
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::conflict);
    }
    vm.resume();
    EXPECT_FALSE(Machine::wait_event(watch.get(), "resumed").empty());
    echo(vm, "awake");
}

TEST_F(VmUse, AFloodingGuestStaysWithinItsLimitAndCostsLittle) {
    Machine machine("flood");
    machine.spec.console_max_bytes = 64U << 10U;
    const Supervised vm = machine.launch();
    while (vm.status().console_bytes < 256U << 10U) {
        std::this_thread::sleep_for(50ms);
    }
    const double before = cpu_of(vm.supervisor().pid);
    for (int i = 0; i < 20; ++i) {
        std::this_thread::sleep_for(100ms);
        std::uintmax_t size = 0;
        for (const std::string& name : Machine::names_in(machine.spec.dir)) {
            if (name.rfind("console.log", 0) == 0) {
                size += std::filesystem::file_size(machine.spec.dir / name);
            }
        }
        EXPECT_LE(size, 64U << 10U);
    }
    const double cost = (cpu_of(vm.supervisor().pid) - before) / 2.0;
    EXPECT_LT(cost, 0.15);
    std::cout << "a flood costs the supervisor " << cost * 100 << " % of a CPU\n";
    vm.kill();
    EXPECT_FALSE(supervisor::last_exit(machine.run_dir())->console_tail.empty());
}

TEST_F(VmUse, TheConsoleIsThereForSeveral) {
    Machine machine("idle");
    const Supervised vm = machine.launch();
    const os::UniqueFd one = vm.console();
    const os::UniqueFd two = vm.console();
    for (const os::UniqueFd* fd : {&one, &two}) {
        std::string seen;
        while (seen.find("GUEST READY") == std::string::npos) {
            pollfd entry{fd->get(), POLLIN, 0};
            ASSERT_EQ(::poll(&entry, 1, 60000), 1) << seen;
            std::array<char, 4096> buffer{};
            const ssize_t n = ::read(fd->get(), buffer.data(), buffer.size());
            ASSERT_GT(n, 0) << seen;
            seen.append(buffer.data(), static_cast<std::size_t>(n));
        }
    }
}

TEST_F(VmUse, BadAndSlowControlClientsHarmNobody) {
    Machine machine("idle");
    const Supervised vm = machine.launch();
    std::vector<os::UniqueFd> silent;
    for (int i = 0; i < 50; ++i) {
        silent.push_back(os::connect_unix(machine.run_dir() / "sup.sock"));
    }
    for (const char* text : {"nonsense\n", "{\"cmd\":1}\n", "{\"cmd\":\"fly\"}\n", "[]\n"}) {
        const os::UniqueFd fd = os::connect_unix(machine.run_dir() / "sup.sock");
        os::send_all(fd.get(), text, 5s);
        EXPECT_NE(os::read_line(fd.get(), 5s).value_or("").find("\"kind\":\"invalid\""),
                  std::string::npos)
            << text;
    }
    const os::UniqueFd endless = os::connect_unix(machine.run_dir() / "sup.sock");
    os::send_all(endless.get(), std::string(5000, 'x'), 5s);
    EXPECT_EQ(read_to_end(endless.get()), ""); // dropped
    const os::UniqueFd greedy = os::connect_unix(machine.run_dir() / "sup.sock");
    try {
        for (int i = 0; i < 20000; ++i) { // asks and never reads
            os::send_all(greedy.get(), "{\"cmd\":\"status\"}\n", 1s);
        }
    } catch (const os::Error&) { // NOLINT(bugprone-empty-catch): it was dropped, as it should be
    }
    EXPECT_EQ(vm.status().phase, "running");
    EXPECT_LT(status_of(vm.supervisor().pid, "VmRSS"), 3072U);
}

TEST_F(VmUse, TheSupervisorIsSmallAndSleeps) {
    Machine machine("idle");
    const auto start = std::chrono::steady_clock::now();
    const Supervised vm = machine.launch();
    const auto launch = std::chrono::steady_clock::now() - start;
    ASSERT_TRUE(machine.console_has("GUEST READY"));
    std::this_thread::sleep_for(300ms);
    const pid_t pid = vm.supervisor().pid;
    const std::uint64_t before = status_of(pid, "voluntary_ctxt_switches");
    std::this_thread::sleep_for(2s);
    EXPECT_EQ(status_of(pid, "voluntary_ctxt_switches") - before, 0U);
    EXPECT_LT(status_of(pid, "VmRSS"), 3072U);
    std::cout << "banger-vm: " << status_of(pid, "VmRSS") << " KiB resident, launch "
              << std::chrono::duration<double, std::milli>(launch).count() << " ms\n";
}

} // namespace
} // namespace banger::test
