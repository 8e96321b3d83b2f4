#include "cli/table.hpp"

#include <gtest/gtest.h>

namespace banger::cli {
namespace {

TEST(Table, AlignsColumnsAndLeavesNoTrailingSpace) {
    Table table({"NAME", "STATE"});
    table.add({"a", "running"});
    table.add({"longer-name"});
    EXPECT_EQ(table.text({}), "NAME         STATE\n"
                              "a            running\n"
                              "longer-name  -\n");
}

TEST(Table, IsNotCutWithoutATerminal) {
    Table table({"A", "B"});
    table.add({std::string(300, 'x'), "y"});
    EXPECT_NE(table.text({}).find(std::string(300, 'x')), std::string::npos);
}

TEST(Table, FitsTheTerminal) {
    Table table({"NAME", "ROOTFS"});
    table.add({"debian", "/a/very/long/path/that/has/no/room/on/the/screen.ext4"});
    const std::string text = table.text({true, false, 30});
    EXPECT_NE(text.find("debian"), std::string::npos);
    EXPECT_NE(text.find("…\n"), std::string::npos);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        EXPECT_LE(display_width(text.substr(at, end - at)), 30U);
        at = end + 1;
    }
}

TEST(Table, LeavesTheLastColumnsOutBeforeItCutsNames) {
    Table table({"NAME", "STATE", "ADDRESS", "IMAGE", "UP"});
    table.add({"testbox", "running", "172.30.88.2", "debian", "8s"});
    EXPECT_EQ(table.text({true, false, 40}), "NAME     STATE    ADDRESS      IMAGE\n"
                                             "testbox  running  172.30.88.2  debian\n");
    EXPECT_EQ(table.text({true, false, 29}), "NAME     STATE    ADDRESS\n"
                                             "testbox  running  172.30.88.2\n");
    EXPECT_EQ(table.text({true, false, 6}), "NAME\ntestb…\n");
}

TEST(Table, CutsNoLink) {
    Table table({"NAME", "TITLE", "URL", "MORE"});
    table.add({"testbox", "a title that is long", "http://testbox.vm:8000/", "and more"});
    EXPECT_EQ(table.text({true, false, 50}),
              "NAME     TITLE             URL\n"
              "testbox  a title that is…  http://testbox.vm:8000/\n");
}

TEST(Table, ColoursTakeNoRoom) {
    const Terminal colourful{true, true, 80};
    Table table({"NAME", "STATE", "IP"});
    table.add({"a", colourful.green("running"), "1.2.3.4"});
    const std::string text = table.text(colourful);
    EXPECT_NE(text.find(colourful.green("running") + "  1.2.3.4"), std::string::npos) << text;
}

TEST(Table, ACellIsOneLineAndActsOnNoTerminal) {
    for (const Terminal& terminal : {Terminal{}, Terminal{true, false, 80}}) {
        Table table({"NA\033[2JME", "WH\nAT"});
        table.add({"evil\xc2\x9b"
                   "2J",
                   "one\r\nerror: two\033]0;x\a\xe2\x80\xae"});
        EXPECT_EQ(table.text(terminal), "NAME    WH AT\n"
                                        "evil2J  one error: two\n");
    }
}

TEST(Described, AKeyAndAValueAreOneLine) {
    EXPECT_EQ(described({{"k\ney", "a\nstate  \033[32mrunning"}}, {true, false, 80}),
              "k ey  a state  running\n");
}

TEST(Width, CountsCharactersNotBytes) {
    EXPECT_EQ(display_width("✓ ok"), 4U);
    EXPECT_EQ(display_width("\033[32mok\033[0m"), 2U);
    EXPECT_EQ(fitted("abcdef", 4), "abc…");
    EXPECT_EQ(fitted("ab✓def", 4), "ab✓…");
    EXPECT_EQ(fitted("\033[32mabcdef\033[0m", 4), "\033[32mabc…\033[0m");
    EXPECT_EQ(fitted("abc", 3), "abc");
}

TEST(Described, LeavesEmptyValuesOut) {
    EXPECT_EQ(described({{"name", "a"}, {"exit", ""}, {"address", "1.2.3.4"}}, {}),
              "name     a\naddress  1.2.3.4\n");
}

TEST(Wrapped, BreaksAtSpacesBehindTheIndent) {
    EXPECT_EQ(wrapped("one two three four", 12, 4), "one two\n    three\n    four");
    EXPECT_EQ(wrapped("one two", 0, 4), "one two");
    EXPECT_EQ(wrapped("a/very/long/path and", 8, 0), "a/very/long/path\nand");
    EXPECT_EQ(wrapped("\033[31mone\033[0m two", 7, 0), "\033[31mone\033[0m two");
    EXPECT_EQ(wrapped("", 10, 2), "");
}

TEST(Described, BreaksLongValuesOnATerminal) {
    const std::vector<std::pair<std::string, std::string>> pairs{
        {"key", "one two three four five six seven"}, {"none", ""}};
    EXPECT_EQ(described(pairs, {}), "key  one two three four five six seven\n");
    EXPECT_EQ(described(pairs, {true, false, 30}),
              "key  one two three four five\n     six seven\n");
}

} // namespace
} // namespace banger::cli
