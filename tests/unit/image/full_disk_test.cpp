// What gives room back works on a disk without any.

#include "image/catalog.hpp"
#include "os/file.hpp"
#include "os/run.hpp"
#include "os/temporary_dir.hpp"
#include "store/database.hpp"
#include "store/image_table.hpp"
#include "store/reserve.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <exception>
#include <fstream>
#include <string>

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

namespace banger::image {
namespace {

namespace fs = std::filesystem;

constexpr int skipped = 77;

bool has_small_disk(const fs::path& folder) {
    return ::unshare(CLONE_NEWNS | (::geteuid() == 0 ? 0 : CLONE_NEWUSER)) == 0 &&
           ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=16m") == 0;
}

/// Takes the last byte of it.
void fill(const fs::path& folder) {
    std::ofstream out(folder / "filler", std::ios::binary);
    while (out << std::string(4096, 'x') << std::flush) {
    }
}

/// A managed image and a staging on a disk that is full then. Exit status 0 when both can be
/// removed, else the number of the check.
int removed_from_a_full_disk(const fs::path& folder) {
    if (!has_small_disk(folder)) {
        return skipped;
    }
    store::Database database(folder / "banger.sqlite");
    store::ImageTable table(database);
    store::Reserve reserve(folder / "reserve");
    Catalog catalog(table, reserve, folder / "bundle", folder / "image-store");
    const ImageStore::Staging made = catalog.stagings().open();
    const std::string rootfs = made.dir / "rootfs.ext4";
    if (!os::run({"mke2fs", "-q", "-F", "-t", "ext4", "-O", "^has_journal", rootfs, "1M"})
             .status.ok()) {
        return 1;
    }
    const Adoption wanted{.name = "dev", .staging = made.id};
    {
        const Catalog::Prepared prepared = catalog.prepare(wanted);
        (void)catalog.finish(prepared, Catalog::complete(prepared));
    }
    const ImageStore::Staging staging = catalog.stagings().open();
    reserve.restore();
    if (!fs::exists(folder / "reserve")) {
        return 2;
    }
    fill(folder);
    try { // so full that this could not be recorded
        table.save({.name = "more", .kind = store::ImageKind::registered, .rootfs = "/r"});
        return 3;
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): that is wanted
    }
    catalog.remove("dev", {}, "debian");
    catalog.stagings().drop(staging.id);
    if (catalog.find("dev") || !catalog.store().stagings().empty()) {
        return 4;
    }
    return catalog.store().empty_bin().empty() ? 0 : 5;
}

TEST(FullDisk, AnImageAndAStagingAreRemovedFromIt) {
    const os::TemporaryDir folder;
    const pid_t child = ::fork();
    if (child == 0) {
        try {
            ::_exit(removed_from_a_full_disk(folder.path()));
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s\n", error.what());
            ::_exit(9);
        }
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    if (WEXITSTATUS(status) == skipped) {
        GTEST_SKIP() << "no mount namespace";
    }
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

} // namespace
} // namespace banger::image
