#include "os/process.hpp"

#include "os/child.hpp"
#include "os/error.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include <sys/resource.h>

namespace banger::os {
namespace {

using namespace std::chrono_literals;

TEST(Process, IdentityEndsWithTheProcess) {
    Child child = Child::spawn({"sleep", "30"});
    const auto id = identify(child.pid());
    ASSERT_TRUE(id);
    EXPECT_TRUE(id->alive());
    EXPECT_LT(age_of(*id), 10s);
    EXPECT_GT(age_of(ProcessId{1, 0, {}}), age_of(*id)) << "that of the boot";
    ProcessId other = *id;
    other.start_time += 1;
    EXPECT_FALSE(other.alive()) << "a reused pid must not count";
    EXPECT_FALSE(open_pidfd(other));
    EXPECT_TRUE(end_process(*id, 1s));
    EXPECT_FALSE(id->alive());
    EXPECT_FALSE(end_process(*id, 1s));
}

TEST(Process, HavingNoDescriptorLeftIsNoProofOfDeath) {
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "UBSan checks an object's type through a pipe, which needs descriptors itself";
#endif
    Child child = Child::spawn({"sleep", "30"});
    const auto id = identify(child.pid());
    ASSERT_TRUE(id);
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit none{3, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    EXPECT_THROW((void)id->alive(), Error);
    EXPECT_THROW((void)open_pidfd(*id), Error);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_TRUE(id->alive());
}

TEST(Process, ASignalReachesThatVeryProcess) {
    Child child = Child::spawn({"sleep", "30"});
    const auto id = identify(child.pid());
    ASSERT_TRUE(id);
    ProcessId other = *id;
    other.start_time += 1;
    EXPECT_FALSE(send_signal(other, SIGTERM));
    EXPECT_TRUE(id->alive());
    EXPECT_TRUE(send_signal(*id, SIGTERM));
    EXPECT_EQ(child.wait().signal, SIGTERM);
    EXPECT_FALSE(send_signal(*id, SIGTERM));
}

} // namespace
} // namespace banger::os
