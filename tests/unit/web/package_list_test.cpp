#include "pages/package_list.hpp"

#include <banger/plugin.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <sys/stat.h>

namespace web {
namespace {

namespace fs = std::filesystem;

class PackageLists : public testing::Test {
  protected:
    PackageLists()
        : dir_(fs::temp_directory_path() / ("web-packages-" + std::to_string(::getpid()))) {
        fs::create_directory(dir_);
    }
    ~PackageLists() override { fs::remove_all(dir_); }
    [[nodiscard]] std::string file(const std::string& text) const {
        std::ofstream(dir_ / "packages.txt", std::ios::binary) << text;
        return (dir_ / "packages.txt").string();
    }
    static std::string refusal(const std::string& path) {
        try {
            (void)PackageList::read(path);
            return "read";
        } catch (const banger::Error& error) {
            EXPECT_EQ(error.code(), BANGER_E_NOT_FOUND);
            EXPECT_FALSE(std::string(error.hint()).empty());
            return error.what();
        }
    }
    fs::path dir_;
};

TEST_F(PackageLists, AreReadLineByLine) {
    const PackageList list = PackageList::read(file("bash 5.2-1\nno-version\n\nlast 1.0"));
    ASSERT_EQ(list.all().size(), 3U);
    EXPECT_EQ(list.all()[0], std::pair(std::string("bash"), std::string("5.2-1")));
    EXPECT_EQ(list.all()[1], std::pair(std::string("no-version"), std::string()));
    EXPECT_EQ(list.all()[2], std::pair(std::string("last"), std::string("1.0")));
    EXPECT_TRUE(PackageList::read(file("")).all().empty());
}

TEST_F(PackageLists, LeaveOutWhatIsNoText) {
    const PackageList list = PackageList::parse(std::string("a 1\n\xff\xfe 2\nb 3\n"));
    ASSERT_EQ(list.all().size(), 2U);
    EXPECT_EQ(list.all()[1].first, "b");
}

TEST_F(PackageLists, AreTakenFromPlainFilesOnly) {
    EXPECT_NE(refusal((dir_ / "missing").string()).find("No such file"), std::string::npos);
    EXPECT_NE(refusal(dir_.string()).find("no plain file"), std::string::npos);
    const std::string fifo = (dir_ / "fifo").string();
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    EXPECT_NE(refusal(fifo).find("no plain file"), std::string::npos); // and does not wait for it
    fs::create_symlink(file("a 1\n"), dir_ / "link");
    EXPECT_NE(refusal((dir_ / "link").string()), "read");
    fs::resize_file(file("a 1\n"), (8U << 20U) + 1);
    EXPECT_NE(refusal((dir_ / "packages.txt").string()).find("longer"), std::string::npos);
}

} // namespace
} // namespace web
