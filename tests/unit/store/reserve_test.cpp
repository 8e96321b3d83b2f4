#include "os/temporary_dir.hpp"
#include "store/reserve.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

namespace banger::store {
namespace {
namespace fs = std::filesystem;

/// True when the disk of `folder` took that many bytes.
bool takes(const fs::path& folder, std::size_t bytes) {
    std::ofstream out(folder / "filler", std::ios::app | std::ios::binary);
    out << std::string(bytes, 'x');
    out.flush();
    return out.good();
}

/// On a disk of 6 MiB of its own. Exit status 0 when all held, else the number of the check.
int on_a_small_disk(const fs::path& folder) {
    if (::unshare(CLONE_NEWNS | (::geteuid() == 0 ? 0 : CLONE_NEWUSER)) != 0 ||
        ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=6m") != 0) {
        return 77;
    }
    const fs::path file = folder / "reserve";
    Reserve reserve(file);
    reserve.restore();
    if (!fs::exists(file)) {
        return 1;
    }
    reserve.lend();
    if (!fs::exists(file)) {
        return 2; // there was room enough
    }
    while (takes(folder, 65536)) {
    }
    if (takes(folder, 65536)) {
        return 3;
    }
    reserve.lend();
    if (fs::exists(file) || !takes(folder, 1U << 20U)) {
        return 4;
    }
    reserve.restore();
    if (fs::exists(file)) {
        return 5; // it would take the last room
    }
    fs::remove(folder / "filler");
    reserve.restore();
    return fs::exists(file) ? 0 : 6;
}

TEST(Reserve, GivesItsRoomWhenTheDiskIsFullAndTakesItBackLater) {
    const os::TemporaryDir folder;
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(on_a_small_disk(folder.path()));
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) {
        GTEST_SKIP() << "no mount namespace";
    }
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(Reserve, AFolderThatIsNotThereIsNoFailure) {
    Reserve reserve("/nonexistent/reserve");
    reserve.restore();
    reserve.lend();
    EXPECT_FALSE(fs::exists("/nonexistent"));
}

} // namespace
} // namespace banger::store
