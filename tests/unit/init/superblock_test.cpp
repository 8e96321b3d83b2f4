#include "init/superblock.hpp"

#include "os/child.hpp"
#include "os/file.hpp"
#include "os/run.hpp"
#include "os/temporary_dir.hpp"

#include <gtest/gtest.h>

namespace banger::init {
namespace {

TEST(Superblock, IsReadAsMke2fsWroteIt) {
    if (!os::find_program("mke2fs")) {
        GTEST_SKIP() << "mke2fs is not installed";
    }
    const os::TemporaryDir dir;
    const std::string image = dir.path() / "image";
    ASSERT_TRUE(
        os::run({"mke2fs", "-q", "-t", "ext4", "-b", "4096", "-L", "bgr-overlay", image, "32M"})
            .status.ok());
    const auto superblock = read_superblock(image);
    ASSERT_TRUE(superblock);
    EXPECT_EQ(superblock->label, "bgr-overlay");
    EXPECT_EQ(superblock->block_size, 4096U);
    EXPECT_EQ(superblock->blocks, 8192U);
}

TEST(Superblock, AnythingElseIsNone) {
    const os::TemporaryDir dir;
    os::write_file_atomic(dir.path() / "zeros", std::string(4096, '\0'));
    EXPECT_FALSE(read_superblock(dir.path() / "zeros"));
    EXPECT_FALSE(read_superblock(dir.path() / "absent"));
}

} // namespace
} // namespace banger::init
