#include "os/file_lock.hpp"

#include "os/temporary_dir.hpp"

#include <gtest/gtest.h>

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

} // namespace
} // namespace banger::os
