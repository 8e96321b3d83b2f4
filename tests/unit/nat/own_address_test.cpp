#include "own_address.hpp"

#include <gtest/gtest.h>

namespace nat {
namespace {

TEST(OwnAddress, IsWhatTheKernelTakes) {
    EXPECT_TRUE(is_own_address("127.0.0.1"));
    EXPECT_TRUE(is_own_address("127.5.5.5")) << "all of 127/8 is loopback";
    EXPECT_FALSE(is_own_address("192.0.2.77")) << "for documentation, nobody's";
    for (const char* address : {"127.255.255.255", "255.255.255.255", "224.0.0.1", "0.0.0.0"}) {
        EXPECT_FALSE(is_own_address(address)) << address << " can be bound, but is nobody's";
    }
    EXPECT_FALSE(is_own_address("here"));
    EXPECT_NE(own_addresses().find("127.0.0.1 (lo)"), std::string::npos) << own_addresses();
}

} // namespace
} // namespace nat
