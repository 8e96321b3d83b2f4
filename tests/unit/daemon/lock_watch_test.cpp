#include "daemon/lock_watch.hpp"

#include "os/file_lock.hpp"
#include "os/temporary_dir.hpp"

#include <filesystem>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace banger::daemon {
namespace {

TEST(LockWatchDeathTest, ADaemonThatLosesItsLockEnds) {
    const os::TemporaryDir dir;
    testing::FLAGS_gtest_death_test_style = "threadsafe";
    const auto end = [&dir](bool replace) {
        const auto lock = os::FileLock::try_acquire(dir.path() / "lock");
        std::filesystem::remove_all(dir.path()); // nothing of ours runs at the end of this process
        const LockWatch watch(lock->fd());
        if (replace) {
            ::dup2(::open("/dev/null", O_RDWR), lock->fd());
        } else {
            ::close(lock->fd());
        }
        ::sleep(30);
        ::_exit(0);
    };
    EXPECT_DEATH(end(false), "its lock is gone");
    EXPECT_DEATH(end(true), "its lock is gone");
}

TEST(LockWatch, ItEndsWithItsOwner) {
    const os::TemporaryDir dir;
    const auto lock = os::FileLock::try_acquire(dir.path() / "lock");
    ASSERT_TRUE(lock);
    { const LockWatch watch(lock->fd()); }
    EXPECT_FALSE(os::FileLock::try_acquire(dir.path() / "lock"));
}

} // namespace
} // namespace banger::daemon
