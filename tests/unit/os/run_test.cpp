#include "os/run.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "os/temporary_dir.hpp"
#include "os/unique_fd.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace banger::os {
namespace {

using namespace std::chrono_literals;

TEST(Run, CollectsBothStreamsAndTheStatus) {
    const Output output = run({"sh", "-c", "cat; echo bad >&2; exit 3"}, {.input = "in"});
    EXPECT_EQ(output.out, "in");
    EXPECT_EQ(output.err, "bad\n");
    EXPECT_EQ(output.status.code, 3);
    EXPECT_EQ(output.status.text(), "exit status 3");
}

TEST(Run, EndsAtItsTimeAndWhenCancelled) {
    EXPECT_TRUE(run({"sleep", "30"}, {.timeout = 50ms}).timed_out);
    EXPECT_TRUE(run({"yes"}, {.timeout = 50ms, .limit = 100}).timed_out);
    int fds[2];
    ASSERT_EQ(::pipe(fds), 0);
    const UniqueFd read(fds[0]);
    UniqueFd write(fds[1]);
    write.reset(); // end of stream reads as readable
    EXPECT_TRUE(run({"sleep", "30"}, {.cancel_fd = read.get()}).cancelled);
}

TEST(Run, AProgramIsAskedToEndBeforeItIsKilled) {
    int fds[2];
    ASSERT_EQ(::pipe(fds), 0);
    const UniqueFd read(fds[0]);
    UniqueFd write(fds[1]);
    RunOptions options{.cancel_fd = read.get(), .grace = 5s};
    options.on_output = [&](std::string_view, bool) { write.reset(); }; // it is ready: end it
    const Output ended =
        run({"sh", "-c",
             "trap 'yes | head -c 1000000; exit 7' TERM; echo x; while :; do sleep 0.02; done"},
            options);
    EXPECT_TRUE(ended.cancelled);
    EXPECT_EQ(ended.status.code, 7) << "and nothing that it says holds it up";

    const auto began = std::chrono::steady_clock::now();
    options.cancel_fd = -1;
    options.grace = 100ms;
    options.timeout = 300ms;
    options.on_output = nullptr;
    const Output killed = run({"sh", "-c", "trap '' TERM; while :; do sleep 0.02; done"}, options);
    EXPECT_TRUE(killed.timed_out);
    EXPECT_EQ(killed.status.signal, SIGKILL);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
}

TEST(Run, AGrandchildThatHoldsThePipesDoesNotHoldUs) {
    const Output output = run({"sh", "-c", "sleep 5 & echo done"}, {.timeout = 4s});
    EXPECT_EQ(output.out, "done\n");
    EXPECT_FALSE(output.timed_out);
}

TEST(Run, AChildThatReadsNothingIsNoSigpipe) {
    EXPECT_EQ(
        run({"sh", "-c", "exec <&-; exit 4"}, {.input = std::string(1 << 20, 'x')}).status.code, 4);
}

TEST(Run, DiesWithItsParentWhereAskedTo) {
    const TemporaryDir dir;
    const auto file = dir.path() / "pid";
    const pid_t middle = ::fork();
    if (middle == 0) {
        try {
            (void)run({"sh", "-c",
                       "echo $$ >" + file.string() + ".new; mv " + file.string() + ".new " +
                           file.string() + "; exec sleep 30"},
                      {.die_with_parent = true});
        } catch (const Error&) {
            ::_exit(1);
        }
        ::_exit(0);
    }
    while (!std::filesystem::exists(file)) {
        std::this_thread::sleep_for(5ms);
    }
    const auto id = identify(std::stoi(read_file(file)));
    ASSERT_TRUE(id);
    ::kill(middle, SIGKILL);
    ::waitpid(middle, nullptr, 0);
    for (int i = 0; i < 1000 && id->alive(); ++i) {
        std::this_thread::sleep_for(5ms);
    }
    EXPECT_FALSE(id->alive());
}

} // namespace
} // namespace banger::os
