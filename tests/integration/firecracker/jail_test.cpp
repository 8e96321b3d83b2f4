// VMs of Firecracker in a jail: the real supervisor, the real helper, and a jailer and a
// Firecracker that behave like the real ones.

#include "integration/firecracker/fake_machine.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "os/run.hpp"
#include "os/unix_socket.hpp"
#include "support/mount_namespace.hpp"
#include "vmm/firecracker/jail.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <optional>
#include <string>
#include <thread>

#include <sys/socket.h>
#include <sys/stat.h>

namespace banger::test {
namespace {

using nlohmann::json;
using supervisor::Supervised;
using vmm::ExitCause;
namespace fs = std::filesystem;

pid_t parent_of(pid_t pid) {
    const std::string text = os::read_file("/proc/" + std::to_string(pid) + "/status");
    return static_cast<pid_t>(std::stol(text.substr(text.find("\nPPid:") + 6)));
}

class FirecrackerJail : public testing::Test {
  protected:
    void SetUp() override {
        if (!mounts_.entered()) {
            GTEST_SKIP() << mounts_.reason();
        }
        fs::create_directory(programs_);
        fs::copy_file(BANGER_FAKE_FIRECRACKER, programs_ / "firecracker");
        fs::copy_file(FAKE_JAILER, programs_ / "jailer");
        machine_.emplace();
        vmm::SupervisorPlan& plan = machine_->plan;
        plan.argv.front() = programs_ / "firecracker";
        vmm::LaunchSpec spec;
        spec.jail = vmm::JailSetup{{BANGER_PRIV, "jail-run"}, "", 70'000};
        vmm::firecracker::put_in_jail(plan, spec);
        json request = json::parse(plan.jail->request);
        for (const char* limit : {"memory_mib", "cpus", "tasks"}) {
            request[limit] = 0; // of which not every machine has the controllers
        }
        plan.jail->request = request.dump();
    }

    /// Nothing where the machine cannot do it.
    std::optional<Supervised> launch() {
        try {
            return machine_->launch();
        } catch (const os::Error& error) {
            if (error.kind() != os::ErrorKind::unsupported) {
                throw;
            }
            reason_ = error.what();
            return std::nullopt;
        }
    }

    /// Returns when the helper has taken all back.
    static bool is_clean() {
        for (int tries = 0; tries < 500; ++tries) {
            if (!fs::exists("/run/banger-jail") && !fs::exists("/sys/fs/cgroup/banger-jail")) {
                return true;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return false;
    }

    MountNamespace mounts_;
    fs::path programs_ = "/run/bgr-jail"; // of the test's own /run
    std::optional<FakeMachine> machine_;
    std::string reason_;
};

#define LAUNCH_OR_SKIP(vm)                                                                         \
    const auto launched = launch();                                                                \
    if (!launched) {                                                                               \
        GTEST_SKIP() << reason_;                                                                   \
    }                                                                                              \
    const Supervised& vm = *launched

TEST_F(FirecrackerJail, AVmIsUsedAsOneWithoutAJail) {
    LAUNCH_OR_SKIP(vm);
    struct stat info {};
    ASSERT_EQ(::stat(("/proc/" + std::to_string(vm.vmm().pid)).c_str(), &info), 0);
    EXPECT_GE(info.st_uid, 70'000U) << "the VMM is another user's";
    EXPECT_TRUE(machine_->console_has("GUEST READY"));
    const os::UniqueFd channel = vm.connect_guest(1, patience);
    os::send_all(channel.get(), "hello", patience);
    std::string echo(5, '\0');
    EXPECT_EQ(::recv(channel.get(), echo.data(), echo.size(), MSG_WAITALL), 5);
    EXPECT_EQ(echo, "hello");
    vm.pause();
    EXPECT_EQ(vm.status().phase, "paused");
    vm.resume();
    vm.powerdown();
    EXPECT_EQ(machine_->end_of(vm).cause, ExitCause::poweroff);
    EXPECT_TRUE(is_clean());
}

TEST_F(FirecrackerJail, ItsStatusAndItsWordsAreItsOwn) {
    LAUNCH_OR_SKIP(vm);
    const os::UniqueFd console = vm.console();
    os::send_all(console.get(), "exit 148\n", patience);
    const vmm::Exit exit = machine_->end_of(vm);
    EXPECT_EQ(exit.cause, ExitCause::crashed);
    EXPECT_EQ(exit.code, 148);
    EXPECT_TRUE(is_clean());
}

TEST_F(FirecrackerJail, AKillNeedsNoRightToSignalIt) {
    LAUNCH_OR_SKIP(vm);
    vm.kill();
    EXPECT_EQ(machine_->end_of(vm).cause, ExitCause::killed);
    EXPECT_TRUE(is_clean());
}

TEST_F(FirecrackerJail, ItDiesWithItsSupervisor) {
    LAUNCH_OR_SKIP(vm);
    ASSERT_TRUE(os::send_signal(vm.supervisor(), SIGKILL));
    EXPECT_TRUE(vm.wait_ended(patience));
    EXPECT_TRUE(is_clean());
}

TEST_F(FirecrackerJail, ItDiesWithItsHelper) {
    LAUNCH_OR_SKIP(vm);
    const pid_t helper = parent_of(parent_of(vm.vmm().pid));
    ASSERT_EQ(parent_of(helper), vm.supervisor().pid);
    ASSERT_EQ(::kill(helper, SIGKILL), 0);
    const vmm::Exit exit = machine_->end_of(vm);
    EXPECT_EQ(exit.cause, ExitCause::killed);
    EXPECT_EQ(exit.reason, "the VMM was ended by signal 9 (Killed) from outside: a person, or the "
                           "kernel for want of memory");
    EXPECT_FALSE(vm.vmm().alive());
    EXPECT_TRUE(os::run({BANGER_PRIV, "jail-clean"}, {.input = "{}"}).status.ok());
    EXPECT_TRUE(is_clean());
}

TEST_F(FirecrackerJail, WhatTheHelperRefusesIsTheReason) {
    fs::remove(programs_ / "jailer");
    const std::string told = machine_->refusal();
    EXPECT_NE(told.find("there is no program " + (programs_ / "jailer").string()),
              std::string::npos)
        << told;
    EXPECT_TRUE(is_clean());
}

TEST_F(FirecrackerJail, AHelperThatIsNotAllowedIsTold) {
    machine_->plan.jail->command = {"/bin/false"};
    EXPECT_EQ(machine_->refusal(), "internal: start VM test: the privileged helper ended with exit "
                                   "status 1 and no answer");
}

} // namespace
} // namespace banger::test
