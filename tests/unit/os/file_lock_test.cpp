#include "os/file_lock.hpp"

#include "os/temporary_dir.hpp"

#include <csignal>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace banger::os {
namespace {

TEST(FileLock, ALockIsHeldOnce) {
    const TemporaryDir dir;
    auto first = FileLock::try_acquire(dir.path() / "lock");
    ASSERT_TRUE(first);
    EXPECT_FALSE(FileLock::try_acquire(dir.path() / "lock"));
    first.reset();
    EXPECT_TRUE(FileLock::try_acquire(dir.path() / "lock"));
}

TEST(FileLock, AChildByForkHoldsNothing) {
    const TemporaryDir dir;
    auto lock = FileLock::try_acquire(dir.path() / "lock");
    ASSERT_TRUE(lock);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        ::pause();
        ::_exit(0);
    }
    EXPECT_FALSE(FileLock::try_acquire(dir.path() / "lock")) << "its parent does still";
    lock.reset();
    bool free = false;
    for (int i = 0; i < 1000 && !free; ++i) { // it may not have run yet
        free = FileLock::try_acquire(dir.path() / "lock").has_value();
        ::usleep(10'000);
    }
    EXPECT_TRUE(free);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
}

} // namespace
} // namespace banger::os
