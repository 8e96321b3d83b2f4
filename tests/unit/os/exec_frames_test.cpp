#include "os/exec_frames.hpp"

#include "os/error.hpp"

#include <gtest/gtest.h>

namespace banger::os {
namespace {

using namespace std::string_view_literals;

TEST(ExecFrames, AreTypeZerosLengthAndPayload) {
    EXPECT_EQ(exec_frame(ExecFrame::signal, "ab"), "\x05\0\0\0\x02\0\0\0ab"sv);
    EXPECT_EQ(exec_frame(ExecFrame::input, ""), "\0\0\0\0\0\0\0\0"sv);
    EXPECT_EQ(exec_frame(ExecFrame::input, std::string(0x1234, 'x')).substr(0, 8),
              "\0\0\0\0\x34\x12\0\0"sv);
}

TEST(ExecFrames, ComeInAnyPieces) {
    const std::string all = exec_frame(ExecFrame::output, "one") +
                            exec_frame(ExecFrame::error, "") +
                            exec_frame(ExecFrame::end, R"({"exit":0})");
    ExecFrames frames;
    std::string seen;
    for (const char byte : all) {
        frames.feed({&byte, 1});
        while (const auto frame = frames.next()) {
            seen += std::to_string(static_cast<int>(frame->type)) + frame->payload + ";";
        }
    }
    EXPECT_EQ(seen, R"(1one;2;3{"exit":0};)");
}

TEST(ExecFrames, WhatIsNoAnswerIsAnError) {
    for (const std::string_view bad : {"\x04\0\0\0\0\0\0\0"sv, "\0\0\0\0\0\0\0\0"sv,
                                       "\x01\0\0\0\x01\x80\0\0"sv, "\x01\0\0\0\0\0\0\xff"sv}) {
        ExecFrames frames;
        frames.feed(bad);
        EXPECT_THROW((void)frames.next(), os::Error);
    }
    ExecFrames whole;
    whole.feed("\x01\0\0\0\0\x80\0\0"sv);
    EXPECT_FALSE(whole.next()) << "the longest there may be; it is on its way";
}

} // namespace
} // namespace banger::os
