#include "builder/archive.hpp"

#include "builder/interrupt.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace banger::bundle {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// An entry that tar(1) would not write.
struct RawEntry {
    std::string path;
    unsigned type = AE_IFREG;
    std::string data; ///< content, or where a link points
    bool hardlink = false;
    unsigned mode = 0644;
};

void write_tar(const fs::path& file, const std::vector<RawEntry>& entries) {
    archive* tar = archive_write_new();
    archive_write_set_format_pax(tar);
    archive_write_add_filter_zstd(tar);
    ASSERT_EQ(archive_write_open_filename(tar, file.c_str()), ARCHIVE_OK);
    for (const RawEntry& raw : entries) {
        archive_entry* entry = archive_entry_new();
        archive_entry_set_pathname(entry, raw.path.c_str());
        archive_entry_set_filetype(entry, raw.type);
        archive_entry_set_perm(entry, raw.mode);
        if (raw.hardlink) {
            archive_entry_set_hardlink(entry, raw.data.c_str());
        } else if (raw.type == AE_IFLNK) {
            archive_entry_set_symlink(entry, raw.data.c_str());
        } else if (raw.type == AE_IFREG) {
            archive_entry_set_size(entry, static_cast<la_int64_t>(raw.data.size()));
        }
        archive_write_header(tar, entry);
        if (raw.type == AE_IFREG && !raw.hardlink) {
            archive_write_data(tar, raw.data.data(), raw.data.size());
        }
        archive_entry_free(entry);
    }
    archive_write_close(tar);
    archive_write_free(tar);
}

class ArchiveTest : public testing::Test {
  protected:
    ArchiveTest() { fs::create_directories(folder); }

    std::string refusal(const std::vector<RawEntry>& entries) {
        write_tar(file, entries);
        try {
            unpack(
                file, folder, [](const std::string&) { return true; }, interrupt);
        } catch (const os::Error& error) {
            EXPECT_EQ(error.kind(), os::ErrorKind::invalid);
            return error.what();
        }
        return "unpacked";
    }

    Interrupt interrupt;
    os::TemporaryDir dir;
    fs::path file = dir.path() / "a.tar.zst";
    fs::path folder = dir.path() / "out";
};

TEST_F(ArchiveTest, UnpacksFilesFoldersAndInnerLinks) {
    write_tar(file, {{"./d", AE_IFDIR, "", false, 0755},
                     {"./d/f", AE_IFREG, "text", false, 04755},
                     {"d/l", AE_IFLNK, "f"},
                     {"h", AE_IFREG, "./d/f", true},
                     {"skipped", AE_IFREG, "x"}});
    unpack(
        file, folder, [](const std::string& path) { return path != "skipped"; }, interrupt);
    EXPECT_EQ(os::read_file(folder / "d/f"), "text");
    EXPECT_EQ(os::read_file(folder / "h"), "text");
    EXPECT_EQ(fs::read_symlink(folder / "d/l"), "f");
    EXPECT_FALSE(fs::exists(folder / "skipped"));
    struct stat info {};
    ASSERT_EQ(::stat((folder / "d/f").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777U, 0755U) << "no set-id bit";
}

TEST_F(ArchiveTest, NothingLeavesTheFolder) {
    EXPECT_THAT(refusal({{"/etc/x", AE_IFREG, "x"}}), HasSubstr("/etc/x"));
    EXPECT_THAT(refusal({{"../x", AE_IFREG, "x"}}), HasSubstr("../x"));
    EXPECT_THAT(refusal({{"a/../../x", AE_IFREG, "x"}}), HasSubstr("leaves the folder"));
    EXPECT_THAT(refusal({{"a/..", AE_IFDIR, ""}}), HasSubstr("leaves the folder"));
    EXPECT_THAT(refusal({{"l", AE_IFLNK, "/etc"}, {"l/x", AE_IFREG, "x"}}), HasSubstr("outside"));
    EXPECT_THAT(refusal({{"l", AE_IFLNK, "a/../.."}}), HasSubstr("outside"));
    EXPECT_THAT(refusal({{"h", AE_IFREG, "../a.tar.zst", true}}), HasSubstr("leaves the folder"));
    EXPECT_THAT(refusal({{"dev", AE_IFCHR, ""}}), HasSubstr("neither file, folder nor symlink"));
    EXPECT_EQ(std::distance(fs::directory_iterator(dir.path()), {}), 2);
}

TEST_F(ArchiveTest, ACutOffArchiveIsAnError) {
    write_tar(file, {{"f", AE_IFREG, std::string(100000, 'x')}});
    fs::resize_file(file, fs::file_size(file) / 2);
    EXPECT_THROW(unpack(
                     file, folder, [](const std::string&) { return true; }, interrupt),
                 os::Error);
    os::write_file_atomic(file, "not an archive at all", 0644);
    EXPECT_THROW(unpack(
                     file, folder, [](const std::string&) { return true; }, interrupt),
                 os::Error);
    EXPECT_THROW(unpack_deb(
                     file, folder, [](const std::string&) { return true; }, interrupt),
                 os::Error);
}

TEST_F(ArchiveTest, CpioIsReproducibleAndMayBeAppendedTo) {
    const std::vector<CpioEntry> entries{
        {.path = "dev", .source = {}, .content = {}, .folder = true, .mode = 0755},
        {.path = "dev/console", .source = {}, .content = {}, .console = true, .mode = 0600},
        {.path = "init", .source = {}, .content = "program", .mode = 0755}};
    write_cpio(dir.path() / "a", entries, Compression::none);
    write_cpio(dir.path() / "b", entries, Compression::none);
    const std::string bytes = os::read_file(dir.path() / "a");
    EXPECT_EQ(bytes, os::read_file(dir.path() / "b"));
    EXPECT_TRUE(bytes.starts_with("070701"));
    EXPECT_EQ(bytes.size() % 512, 0U);
    for (const Compression compression : {Compression::lz4, Compression::zstd, Compression::gzip}) {
        write_cpio(dir.path() / "c", entries, compression);
        // The padding behind the stream is for the kernel, which skips zeros between archives.
        std::string stream = os::read_file(dir.path() / "c");
        EXPECT_EQ(stream.size() % 512, 0U);
        if (compression == Compression::zstd) { // the other readers of libarchive skip it as well
            stream.erase(stream.find_last_not_of('\0') + 1);
        }
        std::string unpacked;
        decompress(stream, "c", [&](std::string_view piece) { unpacked += piece; });
        EXPECT_TRUE(bytes.starts_with(unpacked))
            << "a compressed archive has no padding of its own inside";
        EXPECT_THAT(unpacked, HasSubstr("TRAILER!!!"));
    }
}

} // namespace
} // namespace banger::bundle
