#include "exec_frames.hpp"
#include "exec_request.hpp"
#include "refusal.hpp"

#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace agent {
namespace {

using testing::ElementsAre;

TEST(ExecFramesTest, LooksAsThePageSays) {
    EXPECT_EQ(make_frame(FrameType::err, "abc"), std::string("\2\0\0\0\3\0\0\0abc", 11));
    EXPECT_EQ(make_frame(FrameType::out, std::string(300, 'x')).substr(0, 8),
              std::string("\1\0\0\0\x2c\1\0\0", 8));
}

TEST(ExecFramesTest, ReadsFramesHoweverTheyAreCut) {
    const std::string stream = make_frame(FrameType::in, "one") + make_frame(FrameType::in, "") +
                               make_frame(FrameType::size, std::string(32768, 'y'));
    for (const std::size_t step : {1U, 7U, 4096U, 100000U}) {
        FrameReader reader;
        std::vector<ExecFrame> frames;
        for (std::size_t at = 0; at < stream.size(); at += step) {
            std::string_view part = std::string_view(stream).substr(at, step);
            while (!part.empty()) {
                if (auto frame = reader.take(part)) {
                    frames.push_back(std::move(*frame));
                }
            }
        }
        ASSERT_EQ(frames.size(), 3U);
        EXPECT_EQ(frames[0].payload, "one");
        EXPECT_EQ(frames[1].payload, "");
        EXPECT_EQ(frames[2].type, 4);
        EXPECT_EQ(frames[2].payload.size(), 32768U);
    }
}

TEST(ExecFramesTest, RefusesWhatIsTooLongOrNone) {
    for (const std::string& text :
         {make_frame(FrameType::in, std::string(32769, 'x')), std::string("\0\1\0\0\0\0\0\0", 8),
          std::string("\0\0\0\0\xff\xff\xff\xff", 8)}) {
        FrameReader reader;
        std::string_view bytes = text;
        EXPECT_THROW((void)reader.take(bytes), Refusal);
    }
}

TEST(ExecRequestTest, TakesWhatIsLeftOutAsThePageSays) {
    const ExecRequest request = parse_exec_request(R"({"argv":["ls"]})");
    EXPECT_THAT(request.argv, ElementsAre("ls"));
    EXPECT_EQ(request.user, "root");
    EXPECT_FALSE(request.tty);
    EXPECT_EQ(request.rows, 24);
    EXPECT_EQ(request.columns, 80);
    const ExecRequest all = parse_exec_request(
        R"({"argv":["a","b c"],"env":{"A":"b"},"cwd":"/tmp","user":"joe","tty":true,"rows":1,"columns":2,"new":[]})");
    EXPECT_THAT(all.environment, ElementsAre("A=b"));
    EXPECT_EQ(all.cwd, "/tmp");
    EXPECT_TRUE(all.tty);
    EXPECT_EQ(all.columns, 2);
}

TEST(ExecRequestTest, RefusesEachWrongMember) {
    for (const char* body :
         {"", "[]", "{}", R"({"argv":[]})", R"({"argv":"ls"})", R"({"argv":[""]})",
          R"({"argv":[1]})", R"({"argv":["a\u0000b"]})", R"({"argv":["a"],"env":[]})",
          R"({"argv":["a"],"env":{"":"x"}})", R"({"argv":["a"],"env":{"A=B":"x"}})",
          R"({"argv":["a"],"env":{"A":1}})", R"({"argv":["a"],"cwd":1})",
          R"({"argv":["a"],"user":null})", R"({"argv":["a"],"tty":1})",
          R"({"argv":["a"],"rows":0})", R"({"argv":["a"],"columns":100000})"}) {
        EXPECT_THROW((void)parse_exec_request(body), Refusal) << body;
    }
}

TEST(ExecRequestTest, ReadsSizesAndSignals) {
    EXPECT_EQ(parse_window_size(R"({"rows":3,"columns":4})")->rows, 3);
    EXPECT_FALSE(parse_window_size(R"({"rows":3})"));
    EXPECT_FALSE(parse_window_size("x"));
    EXPECT_EQ(parse_signal(R"({"signal":"TERM"})"), SIGTERM);
    EXPECT_FALSE(parse_signal(R"({"signal":"SIGTERM"})"));
    EXPECT_FALSE(parse_signal(R"({"signal":9})"));
    EXPECT_FALSE(parse_signal("[]"));
}

} // namespace
} // namespace agent
