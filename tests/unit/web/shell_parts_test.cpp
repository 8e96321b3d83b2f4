#include "terminal/guest_frames.hpp"
#include "terminal/page_messages.hpp"
#include "terminal/scrollback.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace web {
namespace {

using nlohmann::json;

TEST(ScrollbackTest, KeepsTheLastBytes) {
    Scrollback kept(10);
    EXPECT_EQ(kept.end(), 0U);
    EXPECT_EQ(kept.read(0, 100), "");
    kept.add("abcdef");
    EXPECT_EQ(kept.read(0, 100), "abcdef");
    EXPECT_EQ(kept.read(2, 3), "cde");
    kept.add("ghijklm");
    EXPECT_EQ(kept.begin(), 3U);
    EXPECT_EQ(kept.end(), 13U);
    EXPECT_EQ(kept.read(3, 100), "defghijklm");
    EXPECT_EQ(kept.read(11, 1), "l");
    EXPECT_EQ(kept.read(13, 100), "");
    EXPECT_EQ(kept.read(2, 100), "");  // forgotten
    EXPECT_EQ(kept.read(14, 100), ""); // yet to come
}

TEST(ScrollbackTest, IsTheSameHoweverItCame) {
    std::string all;
    for (int i = 0; i < 300; ++i) {
        all += std::to_string(i) + "\n";
    }
    for (const std::size_t piece : {1U, 3U, 64U, 65U, 500U, 5000U}) {
        Scrollback kept(64);
        for (std::size_t at = 0; at < all.size(); at += piece) {
            kept.add(std::string_view(all).substr(at, piece));
        }
        EXPECT_EQ(kept.end(), all.size()) << piece;
        EXPECT_EQ(kept.read(kept.begin(), 1000), all.substr(all.size() - 64)) << piece;
    }
}

TEST(ScrollbackTest, BeginsWithALineWhereItCan) {
    Scrollback kept(10);
    kept.add("\x1b[31mred\n");
    EXPECT_EQ(kept.first_line(), 0U); // nothing is forgotten
    kept.add("next");
    EXPECT_EQ(kept.read(kept.first_line(), 100), "next");
    Scrollback wide(10);
    wide.add("no end of a line");
    EXPECT_EQ(wide.first_line(), wide.begin());
}

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

TEST(PageMessages, AreSizesAndWhatIsDrawn) {
    EXPECT_EQ(read_page_message(R"({"rows":24,"columns":80})")->size, (TerminalSize{24, 80}));
    EXPECT_EQ(read_page_message(R"({"seen":1048576})")->seen, 1048576U);
    EXPECT_FALSE(read_page_message(R"({"seen":0})")->size);
    const auto both = read_page_message(R"({"rows":1,"columns":1000,"seen":5,"more":[]})");
    EXPECT_EQ(both->size, (TerminalSize{1, 1000}));
    EXPECT_EQ(both->seen, 5U);
}

TEST(PageMessages, AreNothingElse) {
    for (const char* text : {"", "x", "{", "[]", "null", "7", "\"seen\"", "{}", R"({"rows":24})",
                             R"({"rows":0,"columns":80})", R"({"rows":24,"columns":1001})",
                             R"({"rows":-1,"columns":80})", R"({"rows":"24","columns":"80"})",
                             R"({"seen":-1})", R"({"seen":1.5})", R"({"seen":"1"})",
                             R"({"seen":null})", R"({"rows":1e999,"columns":2})"}) {
        EXPECT_FALSE(read_page_message(text)) << text;
    }
    EXPECT_FALSE(read_page_message(R"({"seen":1,"x":")" + std::string(300, 'x') + "\"}"));
    EXPECT_FALSE(read_page_message(std::string(200, '[')));
}

TEST(PageMessages, TellHowItIs) {
    EXPECT_EQ(json::parse(hello_text("id", 7, 3)),
              (json{{"session", "id"}, {"at", 7}, {"replay", 3}}));
    EXPECT_EQ(json::parse(live_text()), (json{{"live", true}}));
    EXPECT_EQ(json::parse(end_text(CloseCode::failed, "why \xff", "what to do")),
              (json{{"end", 4004}, {"text", "why \xef\xbf\xbd"}, {"hint", "what to do"}}));
    EXPECT_EQ(close_code(ShellEnd::Why::vm_stopped), CloseCode::vm_stopped);
    EXPECT_EQ(close_code(ShellEnd::Why::exited), CloseCode::exited);
    EXPECT_EQ(close_code(ShellEnd::Why::failed), CloseCode::failed);
}

TEST(PageMessages, TellHowAProgramEnded) {
    EXPECT_EQ(end_of_program(R"({"exit":0})").why, ShellEnd::Why::exited);
    EXPECT_EQ(end_of_program(R"({"exit":0})").text, "");
    EXPECT_EQ(end_of_program(R"({"exit":127})").text, "exit status 127");
    EXPECT_EQ(end_of_program(R"({"signal":9})").text, "signal 9 ended it");
    const ShellEnd none = end_of_program(R"({"error":"no such program: /bin/sh\u001b[2J"})");
    EXPECT_EQ(none.why, ShellEnd::Why::failed);
    EXPECT_EQ(none.text.find('\x1b'), std::string::npos);
    EXPECT_EQ(end_of_program("rubbish").why, ShellEnd::Why::exited); // the guest may say anything
    EXPECT_TRUE(was_hung_up(R"({"signal":1})"));
    EXPECT_FALSE(was_hung_up(R"({"signal":11})"));
    EXPECT_FALSE(was_hung_up(R"({"exit":1})"));
    EXPECT_FALSE(was_hung_up("rubbish"));
}

} // namespace
} // namespace web
