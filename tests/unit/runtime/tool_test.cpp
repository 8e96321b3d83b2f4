#include "builder/tool.hpp"

#include "builder/interrupt.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"

#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

namespace banger::bundle {
namespace {

using os::ErrorKind;

TEST(Tool, ReturnsTheOutput) {
    const Interrupt interrupt;
    EXPECT_EQ(run_tool({"sh", "-c", "echo a; echo b >&2"}, interrupt), "a\n");
    const os::TemporaryDir dir;
    EXPECT_EQ(run_tool({"pwd"}, interrupt, dir.path()), dir.path().string() + "\n");
}

TEST(Tool, AFailureHasTheLastLines) {
    const Interrupt interrupt;
    try {
        run_tool({"sh", "-c", "echo first >&2; echo the reason >&2; exit 3"}, interrupt);
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::unavailable);
        EXPECT_THAT(error.what(), testing::AllOf(testing::HasSubstr("exit status 3"),
                                                 testing::EndsWith("the reason")));
        EXPECT_THAT(error.details(), testing::ElementsAre("first", "the reason"));
    }
}

TEST(Tool, AFullDiskIsToldFromOtherFailures) {
    const Interrupt interrupt;
    try {
        run_tool({"sh", "-c", "echo 'tar: x: No space left on device' >&2; exit 2"}, interrupt);
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::exhausted);
    }
}

TEST(Tool, AMissingProgramNamesItsPackage) {
    const Interrupt interrupt;
    try {
        run_tool({"no-such-program"}, interrupt);
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::unavailable);
        EXPECT_EQ(error.hint(), "apt-get install no-such-program");
    }
}

TEST(Tool, AnInterruptEndsItWithAllThatItStarted) {
    const Interrupt interrupt;
    const os::TemporaryDir dir;
    const auto pid_file = dir.path() / "pid";
    std::thread signals([&] {
        while (!os::find_file(pid_file).value_or("").ends_with("\n")) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        ::kill(::getpid(), SIGINT);
    });
    try {
        run_tool({"sh", "-c", "sh -c 'echo $$ > \"$0\"; exec sleep 300' \"$0\"; true",
                  pid_file.string()},
                 interrupt);
        ADD_FAILURE() << "not interrupted";
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::cancelled);
    }
    signals.join();
    // The grandchild is gone too, or about to be reaped by whoever inherited it.
    const auto state =
        os::find_file("/proc/" + std::to_string(std::stoi(os::read_file(pid_file))) + "/stat");
    EXPECT_TRUE(!state || state->find(") Z") != std::string::npos);
}

} // namespace
} // namespace banger::bundle
