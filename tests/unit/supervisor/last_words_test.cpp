#include "supervisor/last_words.hpp"

#include <gtest/gtest.h>

#include <string>

namespace banger::supervisor {
namespace {

using namespace std::chrono_literals;

const std::string off_line = "banger: power-off\r\n";
const std::string restart_line = "[    9.2] reboot: Restarting system\r\n";
const std::string panic_line = "[    9.3] Kernel panic - not syncing: hung_task\r\n";

/// Says what is heard at a time of its own.
struct LastWordsTest : testing::Test {
    void hear(std::string_view bytes) { words.hear(bytes, now); }
    [[nodiscard]] bool off() const { return words.power_off(now); }

    LastWords words;
    LastWords::Time now{};
};

TEST_F(LastWordsTest, AGuestSaysThatItPowersOff) {
    EXPECT_FALSE(off());
    hear("[    9.1] systemd-shutdown: bye\r\n" + restart_line);
    EXPECT_FALSE(off());
    hear("login: " + off_line + restart_line);
    EXPECT_TRUE(off());
}

TEST_F(LastWordsTest, WordsInPiecesAreHeard) {
    const std::string text = "bye\r\nbanger: power-off\r\n" + restart_line;
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        LastWords halves;
        halves.hear(text.substr(0, cut), now);
        halves.hear({}, now);
        halves.hear(text.substr(cut), now);
        EXPECT_TRUE(halves.power_off(now)) << cut;
    }
    for (const char byte : text) {
        hear({&byte, 1});
    }
    EXPECT_TRUE(off());
}

TEST_F(LastWordsTest, AFloodAroundThemHidesNothing) {
    const std::string flood = [] {
        std::string text;
        while (text.size() < 300'000) {
            text += "and so on\r\n";
        }
        return text;
    }();
    hear(flood + off_line + flood);
    EXPECT_TRUE(off());
    now += 2s;
    hear(flood);
    EXPECT_TRUE(off());
}

TEST_F(LastWordsTest, WhatWasSaidLongAgoIsNoEnd) {
    hear(off_line);
    now += 1h; // it was paused
    hear(restart_line);
    EXPECT_TRUE(off());
    for (int line = 0; line < 18; ++line) {
        hear("more\n");
    }
    EXPECT_TRUE(off());
    hear("more\n");
    EXPECT_FALSE(off());
    hear("-"); // they are at the end of nothing that comes with it
    EXPECT_FALSE(off());
    hear(off_line);
    EXPECT_TRUE(off());
}

TEST_F(LastWordsTest, TheSameWordsAreHeardOnce) {
    hear("banger: power-off"); // a line that does not end
    now += 6s;
    hear("x");
    std::string lines(21, '\n');
    hear(lines);
    EXPECT_FALSE(off());
}

TEST_F(LastWordsTest, APanicBehindThemIsTheEndInstead) {
    hear(panic_line + off_line);
    EXPECT_TRUE(off());
    hear("Kernel panic - not ");
    EXPECT_TRUE(off());
    hear("syncing: hung_task\r\n");
    EXPECT_FALSE(off());
    hear(off_line + panic_line);
    EXPECT_FALSE(off());
    hear(panic_line + off_line);
    EXPECT_TRUE(off());
}

} // namespace
} // namespace banger::supervisor
