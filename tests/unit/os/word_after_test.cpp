#include "os/word_after.hpp"

#include <gtest/gtest.h>

namespace banger::os {
namespace {

TEST(WordAfter, IsTheVersionThatAProgramSays) {
    EXPECT_EQ(word_after("Firecracker v1.16.1\n\n", "Firecracker v"), "1.16.1");
    EXPECT_EQ(
        word_after("2025 [anonymous:main] Running\nFirecracker v1.17.0-dev\r\n", "Firecracker v"),
        "1.17.0-dev");
    EXPECT_EQ(word_after("QEMU emulator version 7.2.22 (Debian 1:7.2)\n", "version "), "7.2.22");
    EXPECT_EQ(word_after("Jailer v1.12.0", "Jailer v"), "1.12.0");
}

TEST(WordAfter, IsEmptyWhereThereIsNone) {
    EXPECT_EQ(word_after("QEMU emulator version 7.2", "Firecracker v"), "");
    EXPECT_EQ(word_after("Firecracker v", "Firecracker v"), "");
    EXPECT_EQ(word_after("Firecracker v\n1.16.1", "Firecracker v"), "");
    EXPECT_EQ(word_after("", "Firecracker v"), "");
}

} // namespace
} // namespace banger::os
