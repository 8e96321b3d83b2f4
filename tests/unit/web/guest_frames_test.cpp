#include "terminal/guest_frames.hpp"

#include <gtest/gtest.h>

namespace web {
namespace {

std::string all_of(GuestFrames& frames) {
    std::string text;
    while (const auto frame = frames.next()) {
        text += std::to_string(static_cast<int>(frame->kind)) + ":" + frame->payload + ";";
    }
    return text;
}

TEST(GuestFramesTest, AreCutFromWhatComes) {
    const std::string bytes = frame_text(FrameKind::output, "out") +
                              frame_text(FrameKind::error, "") +
                              frame_text(FrameKind::end, R"({"exit":0})");
    GuestFrames whole;
    whole.feed(bytes);
    EXPECT_EQ(all_of(whole), "1:out;2:;3:{\"exit\":0};");
    GuestFrames in_pieces;
    std::string text;
    for (const char c : bytes) {
        in_pieces.feed({&c, 1});
        text += all_of(in_pieces);
    }
    EXPECT_EQ(text, "1:out;2:;3:{\"exit\":0};");
}

TEST(GuestFramesTest, AreNoneOfOtherKindsOrLengths) {
    for (const std::string& bytes :
         {frame_text(FrameKind::input, "x"), frame_text(FrameKind::size, "{}"),
          std::string("HTTP/1.1 200"), std::string(8, '\xff'),
          frame_text(FrameKind::output, std::string(longest_frame + 1, 'x'))}) {
        GuestFrames frames;
        frames.feed(bytes);
        EXPECT_THROW((void)frames.next(), std::runtime_error);
    }
    GuestFrames longest;
    longest.feed(frame_text(FrameKind::output, std::string(longest_frame, 'x')));
    EXPECT_EQ(longest.next()->payload.size(), longest_frame);
}

TEST(GuestFramesTest, CarryWhatIsTyped) {
    EXPECT_EQ(input_frames(""), ""); // an empty one would be the end of all input
    EXPECT_EQ(input_frames("ls\r"), std::string("\0\0\0\0\x03\0\0\0ls\r", 11));
    const std::string typed(2 * longest_frame + 1, 't');
    EXPECT_EQ(input_frames(typed).size(), typed.size() + 3U * 8U);
    EXPECT_EQ(size_frame({24, 80}).substr(8), R"({"columns":80,"rows":24})");
}

} // namespace
} // namespace web
