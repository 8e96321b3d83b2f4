#include "cli/console_text.hpp"

#include <gtest/gtest.h>

namespace banger::cli {
namespace {

TEST(ConsoleFilter, KeepsTextAndColours) {
    ConsoleFilter filter;
    EXPECT_EQ(filter.filter("[\033[0;32m  OK  \033[0m] ünï\tx\r\n"),
              "[\033[0;32m  OK  \033[0m] ünï\tx\n");
}

TEST(ConsoleFilter, DropsWhatActsOnTheTerminal) {
    ConsoleFilter filter;
    EXPECT_EQ(
        filter.filter("a\033[2Jb\033[6nc\033]0;title\ad\033]52;c;x\033\\e\033(Bf\033Pq\033\\g\a"),
        "abcdefg");
    EXPECT_EQ(filter.filter("\033[?1049hx\033[>0;1mz"), "xz");
}

TEST(ConsoleFilter, RemembersASequenceBetweenPieces) {
    ConsoleFilter filter;
    EXPECT_EQ(filter.filter("a\033"), "a");
    EXPECT_EQ(filter.filter("[2"), "");
    EXPECT_EQ(filter.filter("Jb"), "b");
}

TEST(PlainText, HasNoSequenceAtAll) {
    EXPECT_EQ(plain_text("\033[31mKernel panic\033[0m - \033[1mnot syncing\r\n"),
              "Kernel panic - not syncing");
    EXPECT_EQ(plain_text("\033[31"), "");
    EXPECT_EQ(plain_text("a\xc2\x9b"
                         "2J\xc2\xa7\xc2"),
              "a2J\xc2\xa7\xc2");
    EXPECT_EQ(plain_text("a\xc2\xc2\x9b\x9b"
                         "2J"),
              "a2J");
    EXPECT_EQ(plain_text("a\n\033[2Jb\rc"), "a\nbc");
    EXPECT_EQ(plain_line("a\nerror: b\n"), "a error: b");
}

TEST(PlainText, HasNoMarkOfTheWritingDirection) {
    EXPECT_EQ(plain_text("a\xe2\x80\xae"
                         "b\xe2\x81\xa6\xe2\x80\x8e\xd8\x9c"),
              "ab");
    EXPECT_EQ(plain_text("\xe2\x80\x90\xe2\x81\xaa"), "\xe2\x80\x90\xe2\x81\xaa"); // neighbours
    EXPECT_EQ(plain_text("\xe2\x80\xe2\x80\xae\xae x"), " x"); // what was around one makes another
}

TEST(Shown, KeepsLinesAndTabsOfATextAndNothingThatActs) {
    EXPECT_EQ(shown_text("one\ttwo\n\033[2J\033]0;title\athree\r\a\xc2\x9b\n", true),
              "one\ttwo\nthree\n");
    EXPECT_EQ(shown_line("a\n\tb\xe2\x80\xae", true), "a  b");
}

TEST(Shown, KeepsOurColoursAndEndsThem) {
    EXPECT_EQ(shown_text("\033[32mgood \033[0m end", true), "\033[32mgood \033[0m end");
    EXPECT_EQ(shown_text("\033[32mgood \033[0m end", false), "good  end");
    EXPECT_EQ(shown_text("\033[31mred", true), "\033[31mred\033[0m");
    EXPECT_EQ(shown_text("\033[8mhidden\033[1;5mblinks\033[H", true), "hiddenblinks");
    EXPECT_EQ(shown_text("\033]0;\033[31mx", true), "\033[31mx\033[0m"); // not swallowed by a title
}

} // namespace
} // namespace banger::cli
