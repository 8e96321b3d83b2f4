#include "xbps/package_file.hpp"

#include "builder/interrupt.hpp"
#include "os/error.hpp"
#include "os/temporary_dir.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>
#include <memory>
#include <vector>

namespace banger::xbps {
namespace {

namespace fs = std::filesystem;

using AddFilter = int (*)(archive*);

/// A tar archive with the file "a", through these filters.
fs::path pack(const fs::path& file, const std::vector<AddFilter>& filters) {
    const std::unique_ptr<archive, int (*)(archive*)> writer(archive_write_new(),
                                                             archive_write_free);
    for (const AddFilter add : filters) {
        EXPECT_EQ(add(writer.get()), ARCHIVE_OK);
    }
    EXPECT_EQ(archive_write_set_format_ustar(writer.get()), ARCHIVE_OK);
    EXPECT_EQ(archive_write_open_filename(writer.get(), file.c_str()), ARCHIVE_OK);
    const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(),
                                                                         archive_entry_free);
    archive_entry_set_pathname(entry.get(), "./a");
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0644);
    archive_entry_set_size(entry.get(), 4);
    EXPECT_EQ(archive_write_header(writer.get(), entry.get()), ARCHIVE_OK);
    EXPECT_EQ(archive_write_data(writer.get(), "text", 4), 4);
    EXPECT_EQ(archive_write_close(writer.get()), ARCHIVE_OK);
    return file;
}

std::string read_a(const fs::path& file) {
    return read_members(
               file, [](const std::string&) { return true; }, bundle::Interrupt())
        .at("a");
}

TEST(PackageFileTest, IsPlainOrCompressedOnce) {
    const os::TemporaryDir dir;
    EXPECT_EQ(read_a(pack(dir.path() / "plain", {})), "text");
    EXPECT_EQ(read_a(pack(dir.path() / "zstd", {archive_write_add_filter_zstd})), "text");
    EXPECT_EQ(read_a(pack(dir.path() / "gzip", {archive_write_add_filter_gzip})), "text");
    EXPECT_EQ(read_a(pack(dir.path() / "xz", {archive_write_add_filter_xz})), "text");
}

TEST(PackageFileTest, OtherFiltersAndSeveralAreRefused) {
    const os::TemporaryDir dir;
    EXPECT_THROW(read_a(pack(dir.path() / "uu", {archive_write_add_filter_uuencode})), os::Error);
    EXPECT_THROW(read_a(pack(dir.path() / "bzip2", {archive_write_add_filter_bzip2})), os::Error);
    EXPECT_THROW(read_a(pack(dir.path() / "twice",
                             {archive_write_add_filter_gzip, archive_write_add_filter_zstd})),
                 os::Error);
}

} // namespace
} // namespace banger::xbps
