#include "image/bundle.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"

#include <gtest/gtest.h>

namespace banger::image {
namespace {

TEST(Bundle, PathsAreRelativeToItsFolderAndMissingFilesAreNamed) {
    const os::TemporaryDir dir;
    os::write_file_atomic(dir.path() / "bundle.json",
                          R"({"version":1,"kernel":{"version":"6.1","vmlinuz":"k"},
                              "initramfs":"i","rootfs":{"name":"debian","path":"r"},
                              "work_seed":"w","ssh_key":"id","firecracker":null})");
    os::write_file_atomic(dir.path() / "k", "kernel");
    const Bundle bundle = read_bundle(dir.path());
    EXPECT_EQ(bundle.vmlinuz, dir.path() / "k");
    EXPECT_EQ(bundle.rootfs_name, "debian");
    EXPECT_TRUE(bundle.firecracker.empty());
    EXPECT_EQ(bundle.missing().size(), 4U);
    EXPECT_EQ(find_bundle(dir.path()), dir.path());
    EXPECT_EQ(find_bundle(dir.path() / "none"), std::nullopt);
}

TEST(Bundle, AbsentAndDamagedAreDifferentErrorsWithANextStep) {
    const os::TemporaryDir dir;
    const auto error_of = [&]() -> os::Error {
        try {
            (void)read_bundle(dir.path());
        } catch (const os::Error& error) {
            return error;
        }
        return os::Error(os::ErrorKind::internal, "nothing was thrown");
    };
    EXPECT_EQ(error_of().kind(), os::ErrorKind::unavailable);
    for (const char* text : {"", "{", "[]", R"({"version":9})", R"({"version":1})"}) {
        os::write_file_atomic(dir.path() / "bundle.json", text);
        EXPECT_EQ(error_of().kind(), os::ErrorKind::invalid) << text;
        EXPECT_FALSE(error_of().hint().empty());
    }
}

} // namespace
} // namespace banger::image
