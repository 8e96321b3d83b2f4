// How a Firecracker is started, and what is said when it is not.

#include "integration/firecracker/fake_machine.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/unix_socket.hpp"
#include "support/firecracker_schema.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace banger::test {
namespace {

using Names = std::vector<std::string>;

TEST(FirecrackerStart, TheGuestRunsWhenLaunchReturns) {
    FakeMachine machine;
    const auto vm = machine.launch();
    EXPECT_EQ(vm.status().phase, "running");
    EXPECT_EQ(vm.driver(), "firecracker");
    EXPECT_EQ(vm.cid(), 0U);
    EXPECT_TRUE(machine.console_has("GUEST READY"));
    EXPECT_EQ(machine.run_files(),
              (Names{"api.sock", "guest.sock", "state.json", "sup.sock", "v.sock", "vmm.log"}));
    vm.kill();
    EXPECT_EQ(machine.run_files(), Names{"exit.json"});
}

TEST(FirecrackerStart, TheRequestsHoldAgainstTheDescription) {
    const auto description = firecracker::find_description();
    if (!description) {
        GTEST_SKIP() << "no description of the API";
    }
    FakeMachine machine;
    machine.script["description"] = std::filesystem::absolute(*description).string();
    EXPECT_EQ(machine.launch().status().phase, "running");
}

TEST(FirecrackerStart, ADeathAtAnyRequestIsNamedByIt) {
    FakeMachine machine;
    for (std::size_t number = 0; number <= machine.plan.requests.size(); ++number) {
        machine.script["at"] = {
            {std::to_string(number), {{"words", "it broke"}, {"end", "exit 1"}}}};
        EXPECT_EQ(machine.refusal(), "unavailable: start VM test: the VMM ended with exit status 1 "
                                     "before the guest ran, at " +
                                         machine.step(number) + ": it broke");
        machine.script["at"] = {{std::to_string(number), {{"end", "signal 11"}}}};
        EXPECT_EQ(machine.refusal(), "unavailable: start VM test: the VMM ended with signal 11 "
                                     "(Segmentation fault) before the guest ran, at " +
                                         machine.step(number));
    }
}

TEST(FirecrackerStart, ARefusalOfAnyRequestIsNamedByIt) {
    FakeMachine machine;
    for (std::size_t number = 0; number <= machine.plan.requests.size(); ++number) {
        machine.script["at"] = {{std::to_string(number), {{"fault", "Not so."}}}};
        EXPECT_EQ(machine.refusal(),
                  "unavailable: start VM test: Firecracker: " + machine.step(number) + ": Not so.");
    }
}

TEST(FirecrackerStart, AnAnswerThatIsNoneIsNamedByItsRequest) {
    FakeMachine machine;
    for (const char* nonsense :
         {"SSH-2.0-OpenSSH\r\n", "HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\n{",
          "HTTP/1.1 two hundred\r\n\r\n"}) {
        machine.script["at"] = {{"PUT /vsock", {{"raw", nonsense}}}};
        EXPECT_EQ(machine.refusal().rfind("internal: start VM test: PUT /vsock got no answer: "
                                          "Firecracker's API: ",
                                          0),
                  0U)
            << machine.refusal();
    }
}

TEST(FirecrackerStart, AClosedConnectionOfALivingVmmIsNamedByItsRequest) {
    FakeMachine machine;
    machine.script["at"] = {{"PUT /entropy", {{"close", true}}}};
    EXPECT_EQ(machine.refusal(),
              "unavailable: start VM test: Firecracker closed its API at PUT /entropy");
}

TEST(FirecrackerStart, SlowAnswersAreWaitedFor) {
    FakeMachine machine;
    machine.script["listen_after_ms"] = 300;
    machine.script["at"] = {{"0", {{"wait_ms", 200}}}, {"8", {{"wait_ms", 200}}}};
    EXPECT_EQ(machine.launch().status().phase, "running");
}

TEST(FirecrackerStart, AVmmThatDiesBeforeItListensIsToldAtOnce) {
    FakeMachine machine;
    machine.script["end_at_once"] = "exit 1";
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(machine.refusal(), "unavailable: start VM test: the VMM ended with exit status 1 "
                                 "before the guest ran");
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(FirecrackerStart, ItsOwnWordsAndItsStatusAreTold) {
    FakeMachine machine;
    machine.plan.argv.emplace_back("--frob");
    EXPECT_EQ(machine.refusal(),
              "unavailable: start VM test: the VMM ended with exit status 153 (its command line is "
              "bad) before the guest ran: Error: ParseArguments(UnexpectedArgument(\"frob\"))");
}

TEST(FirecrackerStart, AnotherVersionThanThePlansIsRefused) {
    FakeMachine machine;
    machine.script["version"] = "1.17.0";
    EXPECT_EQ(machine.refusal(), "unavailable: start VM test: Firecracker is version \"1.17.0\", "
                                 "and this start was made for version 1.16.1");
    try {
        (void)machine.launch();
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.hint(), "the program was replaced a moment ago: start the VM again");
    }
}

TEST(FirecrackerStart, StaleSocketsAreNotInTheWay) {
    FakeMachine machine;
    const vmm::RunFolder run{machine.run_dir()};
    for (const auto& path : {run.vmm_api(), run.vmm_vsock(),
                             std::filesystem::path(run.vmm_vsock().string() + "_52")}) {
        (void)os::listen_unix(path); // closed at once: the file stays
    }
    os::write_file_atomic(run.vmm_log(), "an old log");
    const auto vm = machine.launch();
    EXPECT_EQ(vm.status().phase, "running");
    vm.kill();
    EXPECT_EQ(machine.run_files(), Names{"exit.json"});
}

TEST(FirecrackerStart, ASocketInItsWayIsToldInItsWords) {
    FakeMachine machine;
    machine.plan.requests[4].body =
        nlohmann::json{{"guest_cid", 3}, {"uds_path", "initrd.img"}}.dump();
    const std::string told = machine.refusal();
    EXPECT_EQ(told.rfind("unavailable: start VM test: Firecracker: PUT /vsock: ", 0), 0U) << told;
    EXPECT_NE(told.find("(os error 98)"), std::string::npos) << told;
}

TEST(FirecrackerStart, AMissingKernelIsToldInItsWords) {
    FakeMachine machine;
    std::filesystem::remove(machine.plan.dir / "vmlinux");
    EXPECT_EQ(machine.refusal(),
              "unavailable: start VM test: Firecracker: PUT /boot-source: Boot source error: The "
              "kernel file cannot be opened: No such file or directory (os error 2)");
}

TEST(FirecrackerStart, AMissingImageIsNamed) {
    FakeMachine machine;
    std::filesystem::remove(machine.plan.dir / "work.img");
    const std::string told = machine.refusal();
    EXPECT_EQ(told.rfind("not_found: start VM test: ", 0), 0U) << told;
    EXPECT_NE(told.find("work.img"), std::string::npos) << told;
}

TEST(FirecrackerStart, AMissingTapDeviceIsNamedAsWithQemu) {
    FakeMachine machine;
    machine.plan.taps = {"bgrnosuch"};
    EXPECT_EQ(machine.refusal(), "not_found: start VM test: TAP device bgrnosuch does not exist");
}

TEST(FirecrackerStart, AMissingProgramIsNamed) {
    FakeMachine machine;
    machine.plan.argv[0] = "/nonexistent/firecracker";
    const std::string told = machine.refusal();
    EXPECT_NE(told.find("/nonexistent/firecracker"), std::string::npos) << told;
}

TEST(FirecrackerStart, AFailedStartIsNoHindranceToTheNext) {
    FakeMachine machine;
    machine.script["at"] = {{"PUT /actions", {{"end", "exit 1"}}}};
    (void)machine.refusal();
    machine.script = nlohmann::json::object();
    EXPECT_EQ(machine.launch().status().phase, "running");
}

} // namespace
} // namespace banger::test
