#include "copy/guest_pipe.hpp"

#include "os/error.hpp"

#include <array>
#include <csignal>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace banger::copy {
namespace {

using os::exec_frame;
using os::ExecFrame;

class GuestPipeTest : public ::testing::Test {
  protected:
    GuestPipeTest() {
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
        ours_ = os::UniqueFd(ends[0]);
        agent_ = os::UniqueFd(ends[1]);
    }
    void says(const std::string& frames) const {
        EXPECT_EQ(::send(agent_.get(), frames.data(), frames.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(frames.size()));
    }
    static std::string message_of(GuestPipe& pipe) {
        try {
            pipe.finish();
            return {};
        } catch (const os::Error& error) {
            return error.what();
        }
    }
    os::UniqueFd ours_, agent_;
};

TEST_F(GuestPipeTest, AllMayHaveComeWithTheHead) {
    agent_.reset();
    GuestPipe pipe({std::move(ours_), exec_frame(ExecFrame::output, "all") +
                                          exec_frame(ExecFrame::end, R"({"exit":0})")});
    EXPECT_EQ(pipe.read(), "all");
    EXPECT_EQ(pipe.read(), "");
    EXPECT_FALSE(pipe.write("more"));
    EXPECT_EQ(message_of(pipe), "");
}

TEST_F(GuestPipeTest, SaysWhatTheProgramSaid) {
    GuestPipe pipe({std::move(ours_), ""});
    says(exec_frame(ExecFrame::error, "\n\x1b[2Jno file\nmore\n") +
         exec_frame(ExecFrame::end, R"({"exit":1})"));
    EXPECT_EQ(message_of(pipe), "no file");
}

TEST_F(GuestPipeTest, SaysHowItEndedWhenTheProgramSaidNothing) {
    GuestPipe pipe({std::move(ours_), exec_frame(ExecFrame::end, R"({"signal":9})")});
    EXPECT_EQ(message_of(pipe), R"(what copies in the guest ended with {"signal":9})");
    GuestPipe none(
        {std::move(agent_), exec_frame(ExecFrame::end, R"({"error":"no such program"})")});
    EXPECT_EQ(message_of(none), "no such program");
}

TEST_F(GuestPipeTest, HowItEndedDoesNotActOnTheTerminal) {
    const std::string end = "\x1b[2J\x1b]0;title\a{\nerror: all is lost" + std::string(1000, 'x');
    GuestPipe pipe({std::move(ours_), exec_frame(ExecFrame::end, end)});
    const std::string message = message_of(pipe);
    EXPECT_EQ(message.substr(0, message.find('x')),
              "what copies in the guest ended with { error: all is lost");
    EXPECT_LT(message.size(), 300U);
}

TEST_F(GuestPipeTest, WhatTakesNoMoreIsGivenNoMore) {
    GuestPipe pipe({std::move(ours_), ""});
    EXPECT_EQ(::shutdown(agent_.get(), SHUT_RD), 0);
    EXPECT_FALSE(pipe.write("more"));
    EXPECT_FALSE(pipe.write("and more"));
    says(exec_frame(ExecFrame::error, "no room") + exec_frame(ExecFrame::end, R"({"exit":1})"));
    EXPECT_EQ(message_of(pipe), "no room");
}

TEST_F(GuestPipeTest, AnAgentThatGoesAwayIsAnError) {
    GuestPipe pipe({std::move(ours_), exec_frame(ExecFrame::output, "half")});
    agent_.reset();
    EXPECT_THROW((void)pipe.read(), os::Error);
}

os::ErrorKind kind_of_next(GuestPipe& pipe) {
    try {
        return pipe.read().empty() ? os::ErrorKind::internal : os::ErrorKind::conflict;
    } catch (const os::Error& error) {
        return error.kind();
    }
}

/// What would end the program does, too: files that are half there are to be removed.
TEST_F(GuestPipeTest, CtrlCEndsAWait) {
    GuestPipe pipe({std::move(ours_), ""});
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        EXPECT_EQ(::raise(number), 0);
        EXPECT_EQ(kind_of_next(pipe), os::ErrorKind::cancelled) << number;
    }
}

TEST_F(GuestPipeTest, CtrlCEndsAGuestThatAlwaysHasMore) {
    GuestPipe pipe({std::move(ours_), exec_frame(ExecFrame::output, "more")});
    EXPECT_EQ(::raise(SIGINT), 0);
    EXPECT_EQ(kind_of_next(pipe), os::ErrorKind::cancelled);
}

TEST_F(GuestPipeTest, AGuestThatOnlyTalksIsNotHeldInMemory) {
    std::string much;
    for (int i = 0; i < 40; ++i) {
        much += exec_frame(ExecFrame::output, std::string(32768, 'x'));
    }
    EXPECT_THROW(GuestPipe({std::move(ours_), much}), os::Error);
}

} // namespace
} // namespace banger::copy
