#include "net/mac.hpp"

#include <gtest/gtest.h>

#include <set>

namespace banger::net {
namespace {

TEST(Mac, IsTheSameForEverAndLocallyAdministered) {
    // A change here would give every VM another address: it is the VM's for life.
    EXPECT_EQ(Mac::derive("0123456789ab").text(), "02:ee:f3:c0:43:9e");
    EXPECT_EQ(Mac::derive("x").bytes[0], 0x02);
}

TEST(Mac, IsReadAsItIsWritten) {
    const Mac mac = Mac::derive("x");
    EXPECT_EQ(Mac::parse(mac.text()), mac);
    EXPECT_EQ(Mac::parse("02:AB:cd:00:00:ff")->text(), "02:ab:cd:00:00:ff");
    for (const char* bad :
         {"", "02:ab:cd:00:00", "02:ab:cd:00:00:f", "02:ab:cd:00:00:ff:", "02-ab-cd-00-00-ff",
          "02:ab:cd:00:00:fg", "02:ab:cd:00:0:0ff", "02:ab:cd:00:00:-f", " 2:ab:cd:00:00:ff"}) {
        EXPECT_FALSE(Mac::parse(bad)) << bad;
    }
}

TEST(Mac, NeighbouringIdsDiffer) {
    std::set<std::string> seen;
    for (int i = 0; i < 10000; ++i) {
        seen.insert(Mac::derive("vm" + std::to_string(i)).text());
    }
    EXPECT_EQ(seen.size(), 10000U);
}

} // namespace
} // namespace banger::net
