#include "actions/quantity.hpp"

#include <gtest/gtest.h>

namespace web {
namespace {

TEST(Quantity, ReadsBackWhatAFormShowsFirst) {
    for (const std::int64_t mib : {1, 512, 1024, 1536, 2048, 1 << 20, 3 << 20, (1 << 20) + 1}) {
        EXPECT_EQ(find_mib(mib_input(mib)), mib) << mib_input(mib);
    }
    for (const std::int64_t bytes : {1, 1023, 65536, 50 << 20, 1 << 30, (1 << 30) + 1}) {
        EXPECT_EQ(find_bytes(bytes_input(bytes)), bytes) << bytes_input(bytes);
    }
    for (const std::int64_t seconds : {1, 59, 60, 90, 3600, 5400, 86400, 31536000}) {
        EXPECT_EQ(find_seconds(seconds_input(seconds)), seconds) << seconds_input(seconds);
    }
    EXPECT_EQ(mib_input(2048), "2G");
    EXPECT_EQ(seconds_input(1800), "30m");
    EXPECT_EQ(bytes_input(52428800), "50M");
}

TEST(Quantity, RefusesWhatIsNone) {
    for (const char* text :
         {"", "G", "2X", "-1", "1e3", "inf", "0x10", "2G2", "9999999999T", "\xff"}) {
        EXPECT_FALSE(find_mib(text)) << text;
        EXPECT_FALSE(find_bytes(text)) << text;
    }
    for (const char* text : {"", "s", "5y", "-1s", "1h-2m", "99999999999"}) {
        EXPECT_FALSE(find_seconds(text)) << text;
    }
    EXPECT_EQ(find_seconds("0s"), 0);
}

} // namespace
} // namespace web
