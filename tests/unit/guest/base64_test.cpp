#include "guest/base64.hpp"

#include <gtest/gtest.h>

namespace banger::guest {
namespace {

TEST(Base64, DecodesEachPadding) {
    EXPECT_EQ(decode_base64(""), "");
    EXPECT_EQ(decode_base64("Zg=="), "f");
    EXPECT_EQ(decode_base64("Zm8="), "fo");
    EXPECT_EQ(decode_base64("Zm9v"), "foo");
    EXPECT_EQ(decode_base64("+/+/"), "\xfb\xff\xbf");
}

TEST(Base64, RefusesWhatIsNotTheOneSpelling) {
    EXPECT_EQ(decode_base64("Zg="), std::nullopt);
    EXPECT_EQ(decode_base64("Zg"), std::nullopt);
    EXPECT_EQ(decode_base64("Z==="), std::nullopt);
    EXPECT_EQ(decode_base64("Zh=="), std::nullopt); // bits beyond the last byte
    EXPECT_EQ(decode_base64("Zm9\n"), std::nullopt);
    EXPECT_EQ(decode_base64("Zg==Zg=="), std::nullopt);
}

} // namespace
} // namespace banger::guest
