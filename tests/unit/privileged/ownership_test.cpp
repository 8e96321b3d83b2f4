#include "privileged/ownership.hpp"

#include <gtest/gtest.h>

namespace banger::privileged {
namespace {

TEST(Ownership, ReadsWhatItWrites) {
    const Ownership written{1000, "a1b2c3", 8021};
    EXPECT_EQ(written.text(), "banger uid=1000 tag=a1b2c3 since=8021");
    const auto read = Ownership::parse(written.text());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->uid, 1000U);
    EXPECT_EQ(read->tag, "a1b2c3");
    EXPECT_EQ(read->since, 8021);
    EXPECT_EQ(Ownership::parse("banger uid=0 since=1")->tag, "");
}

TEST(Ownership, AnythingElseIsNotOurs) {
    for (const char* text :
         {"", "banger", "uplink", "banger uid=", "banger uid=-1", "banger uid=x", "xbanger uid=1",
          " banger uid=1", "bangeruid=1", "uid=1 banger", "banger uid=99999999999"}) {
        EXPECT_FALSE(Ownership::parse(text)) << text;
    }
}

} // namespace
} // namespace banger::privileged
