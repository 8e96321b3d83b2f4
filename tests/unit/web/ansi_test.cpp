#include "render/ansi.hpp"

#include "http/percent.hpp"

#include <gtest/gtest.h>

#include <random>

namespace web {
namespace {

using Runs = std::vector<AnsiRun>;

std::vector<AnsiLine> lines_of(std::string_view bytes) {
    AnsiText text;
    text.feed(bytes);
    return text.take();
}

std::string shown(std::string_view bytes) {
    std::string text;
    for (const AnsiLine& line : lines_of(bytes)) {
        text += line.plain() + "\n";
    }
    return text;
}

Runs runs_of(std::string_view bytes, std::string_view hit = {}) {
    const std::vector<AnsiLine> lines = lines_of(bytes);
    return lines.empty() ? Runs() : lines.front().runs(hit);
}

TEST(Ansi, IsTextLineByLine) {
    EXPECT_EQ(shown(""), "");
    EXPECT_EQ(shown("one\ntwo"), "one\ntwo\n");
    EXPECT_EQ(shown("one\r\n\r\ntwo\r\n"), "one\n\ntwo\n");
    EXPECT_EQ(shown("a\tb\n1234567\tb"), "a       b\n1234567 b\n");
    EXPECT_EQ(runs_of("<b>&\"'"), Runs({{"", "<b>&\"'"}})) << "templates escape it";
}

TEST(Ansi, ColoursAndWeightsAreClasses) {
    EXPECT_EQ(runs_of("[\033[0;32m OK \033[0m] up"),
              Runs({{"", "["}, {"fg2", " OK "}, {"", "] up"}}));
    EXPECT_EQ(runs_of("\033[1;4;91;44mx\033[22;24;39;49my"),
              Runs({{"fg9 bg4 bold underline", "x"}, {"", "y"}}));
    EXPECT_EQ(runs_of("\033[7mx\033[27my\033[2;3;9mz\033[mw"),
              Runs({{"inverse", "x"}, {"", "y"}, {"dim italic strike", "z"}, {"", "w"}}));
    EXPECT_EQ(runs_of("\033[97;107mx"), Runs({{"fg15 bg15", "x"}}));
}

TEST(Ansi, ManyColoursBecomeTheNearestOfSixteen) {
    EXPECT_EQ(runs_of("\033[38;5;9mx"), Runs({{"fg9", "x"}}));
    EXPECT_EQ(runs_of("\033[38;5;196mx"), Runs({{"fg9", "x"}})) << "255, 0, 0 of the cube";
    EXPECT_EQ(runs_of("\033[48;5;232mx"), Runs({{"bg0", "x"}}));
    EXPECT_EQ(runs_of("\033[38;2;0;250;5mx"), Runs({{"fg10", "x"}}));
    EXPECT_EQ(runs_of("\033[38:2:0:250:5mx"), Runs({{"fg10", "x"}}));
    EXPECT_EQ(runs_of("\033[38;5;99999999999999999999mx"), Runs({{"fg7", "x"}}));
    EXPECT_EQ(runs_of("\033[38;2;1mx"), Runs({{"", "x"}})) << "not all of it is there";
    EXPECT_EQ(runs_of("\033[38mx"), Runs({{"", "x"}}));
}

TEST(Ansi, GoesBackInTheLine) {
    EXPECT_EQ(shown(" 10%\r 50%\r100% done\n"), "100% done\n");
    EXPECT_EQ(shown("abc\rX\n"), "Xbc\n");
    EXPECT_EQ(shown("abc\b\bX\n"), "aXc\n");
    EXPECT_EQ(shown("\b\b\bx\n"), "x\n");
    EXPECT_EQ(shown("long text\r\033[Kshort\n"), "short\n");
    EXPECT_EQ(shown("abcdef\b\b\b\033[1Kx\n"), "   xef\n");
    EXPECT_EQ(shown("abc\033[2K\n"), "   \n");
}

TEST(Ansi, WhatATerminalActsOnIsLeftOut) { // T9
    EXPECT_EQ(shown("a\033]0;title\ab\n"), "ab\n");
    EXPECT_EQ(shown("\033]8;;https://evil.test\033\\click\033]8;;\033\\ me\n"), "click me\n");
    EXPECT_EQ(shown("\033P1$r0m\033\\x\033_apc\033\\y\033^pm\033\\z\033Xsos\033\\w\n"), "xyzw\n");
    EXPECT_EQ(shown("\033[2J\033[H\033[?25l\033[31;1Hx\033[6n\n"), "x\n");
    EXPECT_EQ(shown("\033(Bx\033)0y\0337z\033cw\n"), "xyzw\n");
    EXPECT_EQ(shown(std::string_view("a\0b\x01\x7f\x0e\x0f"
                                     "c\n",
                                     8)),
              "abc\n");
    EXPECT_EQ(shown("a\u202eb\u2066c\u200bd\u200fe\ufefff\u0085g\n"), "abcdefg\n");
}

TEST(Ansi, NobodyHidesTheRest) {
    EXPECT_EQ(shown("\033]0;no end\nnext\n"), "\nnext\n") << "a line feed ends it";
    EXPECT_EQ(shown("\033[31\nnext\n"), "\nnext\n");
    EXPECT_EQ(shown("\033[" + std::string(500, '1') + "mx\n").find("mx"), 500 - 128U);
    EXPECT_EQ(shown("x\033"), "x\n");
    EXPECT_EQ(shown("\033\nx\n"), "\nx\n");
}

TEST(Ansi, IsUtf8Always) {
    EXPECT_EQ(shown("gr\u00fcn \u2713 \U0001f600\n"), "gr\u00fcn \u2713 \U0001f600\n");
    EXPECT_EQ(shown("a\xff"
                    "b\xc3\n"),
              "a\ufffd"
              "b\ufffd\n");
    EXPECT_EQ(shown("\xe2\x9c"), "\ufffd\n") << "the end is missing";
    EXPECT_EQ(shown("\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80\xf5\n"),
              "\ufffd\ufffd\ufffd\ufffd\ufffd\n");
    AnsiText pieces;
    pieces.feed("\xe2");
    pieces.feed("\x9c\x93");
    EXPECT_EQ(pieces.take().front().plain(), "\u2713");
}

TEST(Ansi, ALineIsOnlySoLong) {
    const std::vector<AnsiLine> lines = lines_of(std::string(10000, 'x'));
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[0].plain().size(), AnsiText::longest_line);
    EXPECT_EQ(lines[2].plain().size(), 10000 - 2 * AnsiText::longest_line);
}

TEST(Ansi, MarksWhatIsLookedFor) {
    EXPECT_EQ(runs_of("an Error, error", "ERROR"),
              Runs({{"", "an "}, {"hit", "Error"}, {"", ", "}, {"hit", "error"}}));
    EXPECT_EQ(runs_of("\033[31mred\033[0m", "ed"), Runs({{"fg1", "r"}, {"fg1 hit", "ed"}}));
    EXPECT_EQ(runs_of("aaa", "aa"), Runs({{"hit", "aa"}, {"", "a"}}));
    EXPECT_EQ(runs_of("a", "aa"), Runs({{"", "a"}}));
    const AnsiLine line = lines_of("[\033[32mOK\033[0m] done").front();
    EXPECT_TRUE(line.has("ok] DONE"));
    EXPECT_FALSE(line.has("[32m"));
    EXPECT_TRUE(line.has(""));
}

/// Whatever comes: valid UTF-8 without control characters, and no longer than the limit.
TEST(Ansi, TakesAnyBytes) {
    std::mt19937 random(7);
    const std::string_view likely = "\033[];:m0123456789\r\n\b\t\a\\PXK\xc3\xa9\xe2\x80\xae<>&";
    for (int round = 0; round < 300; ++round) {
        std::string bytes;
        for (int i = 0; i < 400; ++i) {
            bytes += random() % 3 == 0 ? static_cast<char>(random() % 256)
                                       : likely[random() % likely.size()];
        }
        AnsiText whole, pieces;
        whole.feed(bytes);
        for (const char byte : bytes) {
            pieces.feed({&byte, 1});
        }
        const std::vector<AnsiLine> lines = whole.take(), same = pieces.take();
        ASSERT_EQ(lines.size(), same.size());
        for (std::size_t i = 0; i < lines.size(); ++i) {
            ASSERT_EQ(lines[i].plain(), same[i].plain());
            std::string joined;
            for (const AnsiRun& run : lines[i].runs()) {
                joined += run.text;
            }
            ASSERT_EQ(joined, lines[i].plain());
            ASSERT_TRUE(is_utf8(joined));
            for (const char c : joined) {
                ASSERT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
            }
        }
    }
}

} // namespace
} // namespace web
