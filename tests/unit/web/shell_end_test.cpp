#include "terminal/shell_end.hpp"

#include <gtest/gtest.h>

namespace web {
namespace {

TEST(EndOfAShell, IsWhatTheGuestSaysOfIt) {
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
