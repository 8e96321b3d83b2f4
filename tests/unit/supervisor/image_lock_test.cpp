#include "supervisor/image_lock.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"

#include <gtest/gtest.h>

#include <string>

#include <fcntl.h>

namespace banger::supervisor {
namespace {

using Locks = std::vector<os::UniqueFd>;

/// Another descriptor of ours is another VM to the kernel.
class ImageLockTest : public testing::Test {
  protected:
    ImageLockTest() { os::write_file_atomic(dir.path() / "disk.img", "0123456789"); }

    [[nodiscard]] Locks lock(bool read_only) const {
        return lock_images({{"disk.img", read_only}}, dir.path());
    }
    [[nodiscard]] std::string refusal(bool read_only) const {
        try {
            (void)lock(read_only);
            return "";
        } catch (const os::Error& error) {
            EXPECT_EQ(error.kind(), os::ErrorKind::busy);
            EXPECT_FALSE(error.hint().empty());
            return error.what();
        }
    }
    /// As QEMU would find the byte.
    [[nodiscard]] bool held(off_t byte) const {
        const os::UniqueFd file = os::open_file(dir.path() / "disk.img", O_RDONLY);
        struct flock lock {};
        lock.l_type = F_WRLCK;
        lock.l_whence = SEEK_SET;
        lock.l_start = byte;
        lock.l_len = 1;
        EXPECT_EQ(::fcntl(file.get(), F_OFD_GETLK, &lock), 0);
        return lock.l_type != F_UNLCK;
    }

    os::TemporaryDir dir;
};

TEST_F(ImageLockTest, OneVmWrites) {
    const Locks first = lock(false);
    EXPECT_EQ(refusal(false), "disk image disk.img: another VM writes it");
    EXPECT_EQ(refusal(true), "disk image disk.img: another VM writes it");
}

TEST_F(ImageLockTest, OrManyRead) {
    const Locks first = lock(true);
    const Locks second = lock(true);
    EXPECT_EQ(refusal(false), "disk image disk.img: another VM reads it, so it may not be written");
}

TEST_F(ImageLockTest, ItIsFreeAfterwardsAlsoAfterARefusal) {
    {
        const Locks first = lock(true);
        EXPECT_NE(refusal(false), "");
        EXPECT_EQ(refusal(true), "");
    }
    EXPECT_EQ(refusal(false), "");
    EXPECT_EQ(refusal(true), "");
}

TEST_F(ImageLockTest, TheBytesAreQemus) {
    {
        const Locks writer = lock(false);
        EXPECT_TRUE(held(100)) << "reads";
        EXPECT_TRUE(held(101)) << "writes";
        EXPECT_TRUE(held(201)) << "lets nobody write";
        EXPECT_FALSE(held(200)) << "lets others read";
    }
    {
        const Locks reader = lock(true);
        EXPECT_TRUE(held(100));
        EXPECT_FALSE(held(101));
        EXPECT_TRUE(held(201));
        EXPECT_FALSE(held(200));
    }
    EXPECT_FALSE(held(100));
}

TEST_F(ImageLockTest, ACopyOfTheDescriptorHoldsItOn) {
    os::UniqueFd copy;
    {
        const Locks first = lock(false);
        copy.reset(::fcntl(first[0].get(), F_DUPFD_CLOEXEC, 3));
    }
    EXPECT_NE(refusal(false), "");
    copy.reset();
    EXPECT_EQ(refusal(false), "");
}

TEST_F(ImageLockTest, AMissingImageIsNamed) {
    try {
        (void)lock_images({{"disk.img", true}, {"gone.img", true}}, dir.path());
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::not_found);
        EXPECT_NE(std::string(error.what()).find("gone.img"), std::string::npos) << error.what();
    }
    EXPECT_EQ(refusal(false), "");
}

TEST_F(ImageLockTest, AnAbsolutePathStandsForItself) {
    const Locks first = lock_images({{dir.path() / "disk.img", false}}, "/nonexistent");
    EXPECT_NE(refusal(true), "");
}

} // namespace
} // namespace banger::supervisor
