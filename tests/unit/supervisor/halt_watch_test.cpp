#include "supervisor/halt_watch.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>

#include <sys/socket.h>
#include <unistd.h>

namespace banger::supervisor {
namespace {

using namespace std::chrono_literals;

struct HaltWatchTest : testing::Test {
    /// What the guest does with a connection.
    enum class Answer { none, ok, end, refused };

    os::UniqueFd dial() {
        ++dialed;
        std::array<int, 2> ends{-1, -1};
        if (answer == Answer::refused ||
            ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
            return {};
        }
        guest_end.reset(ends[1]);
        if (answer == Answer::ok) {
            EXPECT_EQ(::write(ends[1], "OK 1\n", 5), 5);
        } else if (answer == Answer::end) {
            guest_end.reset();
        }
        return os::UniqueFd(ends[0]);
    }
    void run(std::chrono::milliseconds time = 700ms) {
        const auto stop = loop.after(time, [this] { loop.stop(); });
        loop.run();
    }

    Answer answer = Answer::none;
    os::UniqueFd guest_end;
    int dialed = 0;
    int halted = 0;
    bool runs = true;
    Loop loop;
    HaltWatch watch{loop,
                    {[this] { return dial(); }, [this] { return runs; }, [this] { ++halted; }},
                    {150ms, 150ms}};
};

TEST_F(HaltWatchTest, AGuestThatSaysItAndIsSilentHasHalted) {
    watch.hear("login: [    9.2] reboot: Sys");
    watch.hear("tem halted\r");
    run();
    EXPECT_EQ(dialed, 0) << "the line is not whole";
    watch.hear("\n");
    run();
    EXPECT_EQ(dialed, 1);
    EXPECT_EQ(halted, 1);
    run();
    EXPECT_EQ(halted, 1);
}

TEST_F(HaltWatchTest, SoHasOneThatPoweredDownAndWhoseDeviceIsGone) {
    answer = Answer::refused;
    watch.hear("[    9.2] reboot: Power down\r\n");
    run();
    EXPECT_EQ(halted, 1);
}

TEST_F(HaltWatchTest, AKernelThatAnswersHasNot) {
    for (const Answer one : {Answer::ok, Answer::end}) {
        answer = one;
        dialed = 0;
        watch.hear("reboot: Power down\n"); // from a program
        run();
        EXPECT_EQ(dialed, 1);
        EXPECT_EQ(halted, 0);
    }
}

TEST_F(HaltWatchTest, WhatFollowsTakesItBack) {
    watch.hear("reboot: Power down\n");
    run(10ms);
    watch.hear("x");
    run();
    EXPECT_EQ(dialed, 0);
    watch.hear("\nreboot: Power down, they say\n");
    watch.hear("reboot: Restarting system\r\n");
    run();
    EXPECT_EQ(dialed, 0);
    EXPECT_EQ(loop.registrations(), 0U);
}

TEST_F(HaltWatchTest, AWordDuringTheQuestionTakesItBack) {
    watch.hear("reboot: Power down\n");
    run(200ms);
    watch.hear("still here\n");
    run();
    EXPECT_EQ(halted, 0);
}

TEST_F(HaltWatchTest, APausedGuestIsAskedWhenItRuns) {
    runs = false;
    watch.hear("reboot: System halted\n");
    run();
    EXPECT_EQ(dialed, 0);
    runs = true;
    run();
    EXPECT_EQ(halted, 1);
}

} // namespace
} // namespace banger::supervisor
