// The script by which udev names the disks of a guest whose VMM has no serials.
#include "os/run.hpp"

#include <gtest/gtest.h>

#include <string>

namespace banger::bundle {
namespace {

/// What it prints; empty: it gives no name, and says so by its status.
std::string name_of(const std::string& disk, const std::string& names) {
    const os::Output output = os::run(
        {"/bin/sh", BANGER_SOURCE_DIR "/runtime/rootfs/debian/files/usr/lib/udev/banger-disk", disk,
         names});
    EXPECT_EQ(output.status.ok(), !output.out.empty()) << output.err;
    return output.out;
}

TEST(DiskName, IsTheOneAtTheDisksPlace) {
    EXPECT_EQ(name_of("vda", "base,overlay,work"), "base\n");
    EXPECT_EQ(name_of("vdb", "base,overlay,work"), "overlay\n");
    EXPECT_EQ(name_of("vdc", "base,overlay,work"), "work\n");
}

TEST(DiskName, ADiskBehindTheLastNameHasNone) {
    EXPECT_EQ(name_of("vdd", "base,overlay,work"), "");
    EXPECT_EQ(name_of("vda", "base"), "base\n");
    EXPECT_EQ(name_of("vdb", "base"), "");
    EXPECT_EQ(name_of("vdz", ""), "");
}

} // namespace
} // namespace banger::bundle
