#include "image/initrd.hpp"

#include "os/file.hpp"
#include "os/run.hpp"
#include "os/temporary_dir.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

namespace banger::image {
namespace {

TEST(Initrd, TheArchiveIsReadByCpio) {
    const os::TemporaryDir dir;
    const std::string archive = newc_archive("banger/config.json", R"({"version":1})", 0600);
    EXPECT_EQ(archive.size() % 4, 0U);
    const auto output = os::run({"cpio", "-id", "--quiet"}, {.input = archive, .cwd = dir.path()});
    ASSERT_TRUE(output.status.ok()) << output.err;
    EXPECT_EQ(os::read_file(dir.path() / "banger/config.json"), R"({"version":1})");
}

TEST(Initrd, TheConfigurationFollowsTheInitramfsAligned) {
    const os::TemporaryDir dir;
    os::write_file_atomic(dir.path() / "base", "12345");
    write_initrd(dir.path() / "base", "{}", dir.path() / "initrd");
    write_initrd(dir.path() / "base", "{}", dir.path() / "initrd"); // again replaces it
    const std::string text = os::read_file(dir.path() / "initrd");
    EXPECT_EQ(text.substr(0, 14), std::string("12345\0\0\000070701", 14));
    struct stat info {};
    ASSERT_EQ(::stat((dir.path() / "initrd").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST(Initrd, IsWholePagesLong) {
    const os::TemporaryDir dir;
    for (const std::size_t size : {1U, 4096U, 5000U}) {
        os::write_file_atomic(dir.path() / "base", std::string(size, 'x'));
        for (const std::size_t length : {std::size_t{10}, 4096 - size % 4096}) {
            write_initrd(dir.path() / "base", std::string(length, ' '), dir.path() / "initrd");
            EXPECT_EQ(std::filesystem::file_size(dir.path() / "initrd") % 4096, 0U);
        }
    }
}

} // namespace
} // namespace banger::image
