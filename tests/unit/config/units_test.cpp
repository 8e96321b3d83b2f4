#include "config/units.hpp"

#include <gtest/gtest.h>

namespace banger::config {
namespace {
using std::chrono::milliseconds;

TEST(Units, SizesHaveAUnitOrAreMiB) {
    EXPECT_EQ(parse_size("64K"), 64 << 10);
    EXPECT_EQ(parse_size("512M"), 512LL << 20);
    EXPECT_EQ(parse_size("512"), 512LL << 20);
    EXPECT_EQ(parse_size("8GiB"), 8LL << 30);
    EXPECT_EQ(parse_size("1.5g"), 1536LL << 20);
    EXPECT_EQ(parse_size("2T"), 2LL << 40);
    EXPECT_EQ(parse_size("0"), 0);
    for (const char* bad :
         {"", "M", "-1M", "12X", "12 M", "1e3M", "0x10", "99999999T", "nan", "1M1"}) {
        EXPECT_EQ(parse_size(bad), std::nullopt) << bad;
    }
}

TEST(Units, TimesHaveAUnitOrAreSeconds) {
    EXPECT_EQ(parse_duration("250ms"), milliseconds(250));
    EXPECT_EQ(parse_duration("20s"), milliseconds(20'000));
    EXPECT_EQ(parse_duration("20"), milliseconds(20'000));
    EXPECT_EQ(parse_duration("1.5m"), milliseconds(90'000));
    EXPECT_EQ(parse_duration("1h"), milliseconds(3'600'000));
    for (const char* bad : {"", "s", "-5s", "5 s", "5sec", "inf"}) {
        EXPECT_EQ(parse_duration(bad), std::nullopt) << bad;
    }
}

TEST(Units, TextReadsBackAsTheSameValue) {
    for (const char* text : {"64K", "512M", "8G", "2T", "1536M", "0"}) {
        EXPECT_EQ(size_text(*parse_size(text)), text);
    }
    for (const char* text : {"250ms", "20s", "0s", "1500ms"}) {
        EXPECT_EQ(duration_text(*parse_duration(text)), text);
    }
}

} // namespace
} // namespace banger::config
