#include "cli/quantity.hpp"

#include "os/error.hpp"

#include <gtest/gtest.h>

namespace banger::cli {
namespace {

TEST(Sizes, TakeUnitsAndMeanMiBWithout) {
    EXPECT_EQ(parse_mib("512"), 512);
    EXPECT_EQ(parse_mib("512M"), 512);
    EXPECT_EQ(parse_mib("512MiB"), 512);
    EXPECT_EQ(parse_mib("2g"), 2048);
    EXPECT_EQ(parse_mib("1.5G"), 1536);
    EXPECT_EQ(parse_mib("1T"), 1 << 20);
    EXPECT_EQ(parse_mib("2048k"), 2);
}

TEST(Sizes, RefuseWhatIsNone) {
    for (const char* text : {"", "G", "x", "-1", "1Q", "1 G", "0", "1e99", "nan", "512MM"}) {
        EXPECT_THROW((void)parse_mib(text), os::Error) << text;
    }
}

TEST(Sizes, AreWrittenShort) {
    EXPECT_EQ(mib_text(512), "512M");
    EXPECT_EQ(mib_text(2048), "2G");
    EXPECT_EQ(mib_text(1536), "1.5G");
}

TEST(Times, TakeUnitsAndMeanSecondsWithout) {
    EXPECT_DOUBLE_EQ(parse_seconds("90"), 90);
    EXPECT_DOUBLE_EQ(parse_seconds("90s"), 90);
    EXPECT_DOUBLE_EQ(parse_seconds("2m"), 120);
    EXPECT_DOUBLE_EQ(parse_seconds("1h30m"), 5400);
    EXPECT_DOUBLE_EQ(parse_seconds("500ms"), 0.5);
    EXPECT_DOUBLE_EQ(parse_seconds("2d"), 172'800);
    for (const char* text : {"", "s", "5x", "-5", "5 s", "inf"}) {
        EXPECT_THROW((void)parse_seconds(text), os::Error) << text;
    }
}

TEST(Times, AreWrittenForPeople) {
    EXPECT_EQ(duration_text(0.0123), "12 ms");
    EXPECT_EQ(duration_text(0.3), "0.3 s");
    EXPECT_EQ(duration_text(9.96), "9.9 s");
    EXPECT_EQ(duration_text(10), "10 s");
    EXPECT_EQ(duration_text(59.9), "59 s");
    EXPECT_EQ(duration_text(125), "2 min 5 s");
    EXPECT_EQ(age_text(59), "59s");
    EXPECT_EQ(age_text(600), "10m");
    EXPECT_EQ(age_text(7200), "2h");
    EXPECT_EQ(age_text(3 * 86400), "3d");
}

TEST(Times, AreReadFromRfc3339) {
    EXPECT_DOUBLE_EQ(parse_time("1970-01-01T00:01:00Z").value(), 60);
    EXPECT_NEAR(parse_time("1970-01-01T00:00:01.250Z").value(), 1.25, 1e-9);
    EXPECT_FALSE(parse_time("yesterday"));
    EXPECT_EQ(age_since(""), "");
}

} // namespace
} // namespace banger::cli
