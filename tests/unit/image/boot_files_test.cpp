#include "image/boot_files.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>

namespace banger::image {
namespace {

namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

class BootFilesTest : public ::testing::Test {
  protected:
    void SetUp() override { make_image(dir.path()); }

    void make_image(const fs::path& folder) {
        image.name = "debian";
        image.kernel_version = "6.1";
        image.rootfs = folder / "rootfs.ext4";
        image.kernel = folder / "vmlinuz";
        image.initramfs = folder / "initramfs.img";
        image.work_seed = folder / "work-seed.ext4";
        for (const fs::path& path :
             {image.rootfs, image.kernel, image.initramfs, image.work_seed}) {
            os::write_file_atomic(path, "old " + path.filename().string());
        }
    }

    fs::path vm(const std::string& name) const {
        const fs::path folder = dir.path() / "vms" / name;
        os::make_private_dir(folder);
        return folder;
    }

    /// As the bundle's builder does it: beside, then a rename.
    static void replace(const fs::path& path) { os::write_file_atomic(path, "a new one"); }

    os::TemporaryDir dir;
    Image image;
    BootFiles files{dir.path() / "images"};
};

TEST_F(BootFilesTest, AReplacedImageChangesNoVmButIsTheBaseOfNewOnes) {
    files.keep(image, DiskMode::overlay, vm("a"));
    EXPECT_TRUE(files.is_current(vm("a"), image));
    replace(image.rootfs);
    replace(image.kernel);
    image.kernel_version = "6.2";
    const Image boot = files.of_vm(vm("a"), DiskMode::overlay, image);
    EXPECT_EQ(os::read_file(boot.rootfs), "old rootfs.ext4");
    EXPECT_EQ(os::read_file(boot.kernel), "old vmlinuz");
    EXPECT_EQ(os::read_file(boot.initramfs), "old initramfs.img");
    EXPECT_FALSE(files.is_current(vm("a"), image));

    files.keep(image, DiskMode::overlay, vm("b"));
    EXPECT_EQ(os::read_file(files.of_vm(vm("b"), DiskMode::overlay, image).rootfs), "a new one");
}

TEST_F(BootFilesTest, ADeletedImageIsKeptByItsVms) {
    files.keep(image, DiskMode::overlay, vm("a"));
    os::remove_tree(image.rootfs);
    os::remove_tree(image.kernel);
    const Image boot = files.of_vm(vm("a"), DiskMode::overlay, std::nullopt);
    EXPECT_EQ(os::read_file(boot.rootfs), "old rootfs.ext4");
    EXPECT_EQ(os::read_file(boot.kernel), "old vmlinuz");
}

TEST_F(BootFilesTest, AKernelOfTheSameVersionIsTaken) {
    files.keep(image, DiskMode::overlay, vm("a"));
    replace(image.rootfs);
    replace(image.initramfs);
    const Image boot = files.of_vm(vm("a"), DiskMode::overlay, image);
    EXPECT_EQ(boot.initramfs, image.initramfs);
    EXPECT_EQ(boot.kernel, image.kernel);
    EXPECT_EQ(os::read_file(boot.rootfs), "old rootfs.ext4");
    os::remove_tree(image.initramfs); // the pair is taken or left
    const Image own = files.of_vm(vm("a"), DiskMode::overlay, image);
    EXPECT_EQ(os::read_file(own.initramfs), "old initramfs.img");
    EXPECT_NE(own.kernel, image.kernel);
}

TEST_F(BootFilesTest, AKernelOfUnknownVersionIsNeverExchanged) {
    image.kernel_version.clear();
    files.keep(image, DiskMode::overlay, vm("a"));
    replace(image.kernel);
    EXPECT_EQ(os::read_file(files.of_vm(vm("a"), DiskMode::overlay, image).kernel), "old vmlinuz");
}

TEST_F(BootFilesTest, ABaseThatWasChangedInPlaceIsRefused) {
    files.keep(image, DiskMode::overlay, vm("a"));
    {
        const os::UniqueFd fd = os::open_file(image.rootfs, O_WRONLY | O_TRUNC);
        os::write_all(fd.get(), "changed in place", "test");
    }
    try {
        (void)files.of_vm(vm("a"), DiskMode::overlay, image);
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::unavailable);
        EXPECT_NE(std::string(error.what()).find(image.rootfs), std::string::npos);
        EXPECT_NE(std::string(error.what()).find("changed in place"), std::string::npos);
    }
    os::remove_tree(vm("a") / BootFiles::base_name);
    EXPECT_THROW((void)files.of_vm(vm("a"), DiskMode::overlay, image), Error);
}

TEST_F(BootFilesTest, APrivateCopyKeepsNoBase) {
    files.keep(image, DiskMode::copy, vm("a"));
    EXPECT_FALSE(fs::exists(vm("a") / BootFiles::base_name));
    EXPECT_TRUE(files.of_vm(vm("a"), DiskMode::copy, std::nullopt).rootfs.empty());
}

TEST_F(BootFilesTest, AVmOfAnOlderBangerKeepsWhatItStartsFrom) {
    (void)files.of_vm(vm("a"), DiskMode::overlay, image);
    replace(image.rootfs);
    EXPECT_EQ(os::read_file(files.of_vm(vm("a"), DiskMode::overlay, image).rootfs),
              "old rootfs.ext4");
    EXPECT_THROW((void)files.of_vm(vm("b"), DiskMode::overlay, std::nullopt), Error);
}

TEST_F(BootFilesTest, WhatIsNextIsToldWithoutKeepingIt) {
    EXPECT_EQ(files.at_next_start(vm("a"), image).kernel, image.kernel);
    EXPECT_TRUE(fs::is_empty(vm("a")));
    EXPECT_THROW((void)files.at_next_start(vm("a"), std::nullopt), Error);
}

TEST_F(BootFilesTest, ModulesBelongToTheKernelThatIsBooted) {
    image.modules = dir.path() / "modules";
    files.keep(image, DiskMode::overlay, vm("a"));
    EXPECT_EQ(files.at_next_start(vm("a"), image).modules, image.modules);
    replace(image.kernel);
    image.kernel_version = "6.2";
    const Image own = files.at_next_start(vm("a"), image);
    EXPECT_EQ(os::read_file(own.kernel), "old vmlinuz");
    EXPECT_EQ(own.kernel_version, "6.1");
    EXPECT_TRUE(own.modules.empty()) << "they are of the new kernel";

    image.kernel_version.clear(); // as of an image that was registered with a kernel
    files.keep(image, DiskMode::overlay, vm("b"));
    EXPECT_EQ(files.at_next_start(vm("b"), image).modules, image.modules) << "it is the same file";
    replace(image.kernel);
    EXPECT_TRUE(files.at_next_start(vm("b"), image).modules.empty());
}

TEST_F(BootFilesTest, AFailedKeepLeavesNothing) {
    image.initramfs = dir.path() / "none";
    EXPECT_THROW(files.keep(image, DiskMode::overlay, vm("a")), Error);
    EXPECT_TRUE(fs::is_empty(vm("a")));
}

TEST_F(BootFilesTest, LinksFollowSymlinks) {
    fs::rename(image.rootfs, dir.path() / "real");
    fs::create_symlink("real", image.rootfs);
    files.keep(image, DiskMode::overlay, vm("a"));
    EXPECT_FALSE(fs::is_symlink(vm("a") / BootFiles::base_name));
}

/// An image on another file system than the VMs.
class CopiedBootFiles : public BootFilesTest {
  protected:
    void SetUp() override {
        struct stat here {};
        struct stat there {};
        if (::stat("/dev/shm", &there) != 0 || ::stat(dir.path().c_str(), &here) != 0 ||
            here.st_dev == there.st_dev) {
            GTEST_SKIP() << "/dev/shm is no file system of its own";
        }
        std::string pattern = "/dev/shm/bgr-boot.XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        elsewhere = pattern;
        make_image(elsewhere);
    }
    void TearDown() override {
        if (!elsewhere.empty()) {
            os::remove_tree(elsewhere);
        }
    }
    [[nodiscard]] std::size_t copies() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(dir.path() / "images"), {}));
    }
    fs::path elsewhere;
};

TEST_F(CopiedBootFiles, VmsShareACopyThatGoesWithTheLastOfThem) {
    files.keep(image, DiskMode::overlay, vm("a"));
    files.keep(image, DiskMode::overlay, vm("b"));
    EXPECT_EQ(copies(), 3U);
    EXPECT_TRUE(fs::equivalent(vm("a") / BootFiles::base_name, vm("b") / BootFiles::base_name));
    EXPECT_TRUE(files.is_current(vm("a"), image));
    os::remove_tree(vm("a"));
    os::remove_tree(vm("b"));
    files.collect({image}); // the next VM of the image needs it
    EXPECT_EQ(copies(), 3U);

    files.keep(image, DiskMode::overlay, vm("c"));
    replace(image.rootfs);
    EXPECT_FALSE(files.is_current(vm("c"), image));
    files.collect({image});
    EXPECT_EQ(copies(), 3U);
    EXPECT_EQ(os::read_file(files.of_vm(vm("c"), DiskMode::overlay, image).rootfs),
              "old rootfs.ext4");
    os::remove_tree(vm("c"));
    files.collect({image});
    EXPECT_EQ(copies(), 2U);
    files.collect({});
    EXPECT_EQ(copies(), 0U);
}

} // namespace
} // namespace banger::image
