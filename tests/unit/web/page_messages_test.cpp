#include "terminal/page_messages.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace web {
namespace {

using nlohmann::json;

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

} // namespace
} // namespace web
