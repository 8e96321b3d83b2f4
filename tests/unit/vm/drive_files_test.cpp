#include "vm/drive_files.hpp"

#include "os/error.hpp"
#include "os/temporary_dir.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace banger::vm {
namespace {

namespace fs = std::filesystem;

class DriveFiles : public testing::Test {
  protected:
    fs::path file(const std::string& name, std::uintmax_t size) {
        const fs::path path = dir.path() / name;
        std::ofstream(path).close();
        fs::resize_file(path, size);
        return path;
    }
    std::string refused(const fs::path& path) {
        GuestConfig config;
        config.drive("banger", {.id = "root", .path = "root.ext4"});
        config.drive("p", {.id = "d", .path = path.string()});
        try {
            check_drive_files(config, dir.path());
        } catch (const os::Error& error) {
            return error.what();
        }
        return "nothing was thrown";
    }

    os::TemporaryDir dir{"drive-files"};
    const std::string from = "drive 'd' from p: ";
};

TEST_F(DriveFiles, OfPluginsMustBeImages) {
    file("root.ext4", 4096);
    EXPECT_EQ(refused(file("good.img", 1024)), "nothing was thrown");
    const std::string path = dir.path().string();
    EXPECT_EQ(refused(dir.path() / "none"), from + path + "/none: No such file or directory");
    EXPECT_EQ(refused(dir.path()),
              from + "'" + path + "' is neither a regular file nor a block device");
    EXPECT_EQ(refused(file("empty", 0)),
              from + "'" + path + "/empty' has 0 bytes, not a multiple of 512");
    EXPECT_EQ(refused(file("odd", 513)),
              from + "'" + path + "/odd' has 513 bytes, not a multiple of 512");
}

TEST_F(DriveFiles, UnderAnotherNameAreSeenToBeTheSame) {
    const fs::path root = file("root.ext4", 4096);
    EXPECT_EQ(refused(root),
              from + "'" + root.string() + "' is the file of drive 'root' of banger");
    const fs::path link = dir.path() / "link.img";
    fs::create_symlink(root, link);
    EXPECT_EQ(refused(link),
              from + "'" + link.string() + "' is the file of drive 'root' of banger");
}

} // namespace
} // namespace banger::vm
