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

} // namespace
} // namespace banger::cli
