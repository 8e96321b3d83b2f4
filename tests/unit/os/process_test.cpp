#include "os/process.hpp"

#include "os/error.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include <sys/resource.h>

namespace banger::os {
namespace {

using namespace std::chrono_literals;

TEST(Process, RunCollectsBothStreamsAndTheStatus) {
    const Output output = run({"sh", "-c", "cat; echo bad >&2; exit 3"}, {.input = "in"});
    EXPECT_EQ(output.out, "in");
    EXPECT_EQ(output.err, "bad\n");
    EXPECT_EQ(output.status.code, 3);
    EXPECT_EQ(output.status.text(), "exit status 3");
}

TEST(Process, RunEndsAtItsTimeAndWhenCancelled) {
    EXPECT_TRUE(run({"sleep", "30"}, {.timeout = 50ms}).timed_out);
    int fds[2];
    ASSERT_EQ(::pipe(fds), 0);
    const UniqueFd read(fds[0]);
    UniqueFd write(fds[1]);
    write.reset(); // end of stream reads as readable
    EXPECT_TRUE(run({"sleep", "30"}, {.cancel_fd = read.get()}).cancelled);
}

TEST(Process, AGrandchildThatHoldsThePipesDoesNotHoldUs) {
    const Output output = run({"sh", "-c", "sleep 5 & echo done"}, {.timeout = 4s});
    EXPECT_EQ(output.out, "done\n");
    EXPECT_FALSE(output.timed_out);
}

TEST(Process, AChildThatReadsNothingIsNoSigpipe) {
    EXPECT_EQ(
        run({"sh", "-c", "exec <&-; exit 4"}, {.input = std::string(1 << 20, 'x')}).status.code, 4);
}

TEST(Process, MissingProgramIsNamed) {
    try {
        (void)Child::spawn({"no-such-program-here"});
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::not_found);
        EXPECT_NE(std::string(error.what()).find("no-such-program-here"), std::string::npos);
    }
}

TEST(Process, ASignalIsToldFromAStatus) {
    Child child = Child::spawn({"sleep", "30"});
    child.kill(SIGKILL);
    const ExitStatus status = child.wait();
    EXPECT_EQ(status.signal, SIGKILL);
    EXPECT_FALSE(status.ok());
}

TEST(Process, IdentityEndsWithTheProcess) {
    Child child = Child::spawn({"sleep", "30"});
    const auto id = identify(child.pid());
    ASSERT_TRUE(id);
    EXPECT_TRUE(id->alive());
    ProcessId other = *id;
    other.start_time += 1;
    EXPECT_FALSE(other.alive()) << "a reused pid must not count";
    EXPECT_FALSE(open_pidfd(other));
    EXPECT_TRUE(end_process(*id, 1s));
    EXPECT_FALSE(id->alive());
    EXPECT_FALSE(end_process(*id, 1s));
}

TEST(Process, HavingNoDescriptorLeftIsNoProofOfDeath) {
    Child child = Child::spawn({"sleep", "30"});
    const auto id = identify(child.pid());
    ASSERT_TRUE(id);
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit none{3, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    EXPECT_THROW((void)id->alive(), Error);
    EXPECT_THROW((void)open_pidfd(*id), Error);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_TRUE(id->alive());
}

TEST(Process, ASignalReachesThatVeryProcess) {
    Child child = Child::spawn({"sleep", "30"});
    const auto id = identify(child.pid());
    ASSERT_TRUE(id);
    ProcessId other = *id;
    other.start_time += 1;
    EXPECT_FALSE(send_signal(other, SIGTERM));
    EXPECT_TRUE(id->alive());
    EXPECT_TRUE(send_signal(*id, SIGTERM));
    EXPECT_EQ(child.wait().signal, SIGTERM);
    EXPECT_FALSE(send_signal(*id, SIGTERM));
}

} // namespace
} // namespace banger::os
