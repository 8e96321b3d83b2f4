#include "image/disks.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/run.hpp"
#include "os/temporary_dir.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

namespace banger::image {
namespace {

namespace fs = std::filesystem;

/// A work seed and a root file system of 16 MiB each.
class DisksTest : public ::testing::Test {
  protected:
    void SetUp() override {
        for (const char* name : {"seed", "root"}) {
            const auto output =
                os::run({"mke2fs", "-q", "-F", "-t", "ext4", (dir.path() / name).string(), "16M"});
            ASSERT_TRUE(output.status.ok()) << output.err;
        }
        fs::create_directory(vm);
        image.name = "test";
        image.rootfs = dir.path() / "root";
        image.work_seed = dir.path() / "seed";
    }
    static bool clean(const fs::path& disk) {
        return os::run({"e2fsck", "-fn", disk.string()}).status.ok();
    }

    os::TemporaryDir dir;
    fs::path vm = dir.path() / "vm";
    Image image;
    Disks disks{dir.path() / "templates"};
};

TEST_F(DisksTest, OverlayAndWorkDiskAreCleanSparseAndOfTheirSize) {
    disks.make(image, DiskMode::overlay, {.root_mib = 4096, .work_mib = 1024}, vm);
    EXPECT_EQ(fs::file_size(vm / "overlay.ext4"), std::uintmax_t{4096} << 20U);
    EXPECT_EQ(fs::file_size(vm / "work.ext4"), std::uintmax_t{1024} << 20U);
    EXPECT_LT(os::allocated_bytes(vm / "overlay.ext4"), 10U << 20U);
    EXPECT_TRUE(clean(vm / "overlay.ext4"));
    EXPECT_TRUE(clean(vm / "work.ext4"));
}

TEST_F(DisksTest, CopyModeHasAPrivateRoot) {
    disks.make(image, DiskMode::copy, {.root_mib = 256, .work_mib = 64}, vm);
    EXPECT_EQ(fs::file_size(vm / "root.ext4"), std::uintmax_t{256} << 20U);
    EXPECT_FALSE(fs::exists(vm / "overlay.ext4"));
}

TEST_F(DisksTest, ASmallerDiskThanTheImageIsRefusedAndNothingIsLeft) {
    EXPECT_THROW(disks.make(image, DiskMode::copy, {.root_mib = 8, .work_mib = 64}, vm), os::Error);
    EXPECT_THROW(disks.make(image, DiskMode::overlay, {.root_mib = 64, .work_mib = 8}, vm),
                 os::Error);
    EXPECT_TRUE(fs::is_empty(vm));
}

TEST_F(DisksTest, WhatAnImageNeedsIsItsSeedAndForACopyItsRoot) {
    fs::resize_file(image.rootfs, (32U << 20U) + 1);
    EXPECT_EQ(Disks::least(image, DiskMode::overlay).work_mib, 16U);
    EXPECT_EQ(Disks::least(image, DiskMode::overlay).root_mib, 0U);
    EXPECT_EQ(Disks::least(image, DiskMode::copy).root_mib, 33U);
}

TEST_F(DisksTest, ADiskGrowsAndNeverShrinks) {
    disks.make(image, DiskMode::overlay, {.root_mib = 64, .work_mib = 64}, vm);
    EXPECT_EQ(Disks::size_of(vm / "work.ext4"), 64U);
    Disks::grow(vm / "work.ext4", 96);
    EXPECT_EQ(Disks::size_of(vm / "work.ext4"), 96U);
    EXPECT_TRUE(clean(vm / "work.ext4"));
    Disks::grow(vm / "work.ext4", 64);
    EXPECT_EQ(Disks::size_of(vm / "work.ext4"), 96U);
    EXPECT_EQ(Disks::size_of(vm / "nosuch"), std::nullopt);
}

TEST_F(DisksTest, ANewSeedIsNotServedFromTheOldTemplate) {
    disks.make(image, DiskMode::overlay, {.root_mib = 64, .work_mib = 64}, vm);
    fs::remove(vm / "overlay.ext4");
    fs::remove(vm / "work.ext4");
    fs::remove(image.work_seed);
    ASSERT_TRUE(os::run({"mke2fs", "-q", "-F", "-t", "ext4", "-L", "newseed",
                         image.work_seed.string(), "16M"})
                    .status.ok());
    ::utimensat(AT_FDCWD, image.work_seed.c_str(), nullptr, 0);
    disks.make(image, DiskMode::overlay, {.root_mib = 64, .work_mib = 64}, vm);
    EXPECT_NE(os::run({"e2label", (vm / "work.ext4").string()}).out.find("newseed"),
              std::string::npos);
}

TEST(DiskMode, NamesRoundTripAndOthersAreRefused) {
    EXPECT_EQ(disk_mode("copy"), DiskMode::copy);
    EXPECT_EQ(to_string(disk_mode("overlay")), "overlay");
    EXPECT_THROW((void)disk_mode("raid"), os::Error);
}

} // namespace
} // namespace banger::image
