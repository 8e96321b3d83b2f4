#include "program.hpp"

#include "cli/daemon_stop.hpp"
#include "os/file.hpp"
#include "os/file_lock.hpp"
#include "os/unix_socket.hpp"

#include <csignal>

#include <gmock/gmock.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace banger::cli {
namespace {

using testing::HasSubstr;

/// A process that holds the lock and listens, and never answers.
class DeafDaemon : public test::ProgramTest {
  protected:
    void TearDown() override {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
    }
    void start_deaf(const std::string& socket_in_lock) {
        std::filesystem::create_directories(paths.data);
        std::filesystem::create_directories(paths.runtime);
        int ready[2];
        ASSERT_EQ(::pipe(ready), 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            const auto lock = os::FileLock::try_acquire(paths.data / "bangerd.lock");
            const std::string owner = R"({"pid":)" + std::to_string(::getpid()) + R"(,"socket":")" +
                                      socket_in_lock + "\"}";
            os::write_all(lock->fd(), owner, "lock");
            const os::UniqueFd listener = os::listen_unix(paths.socket(), 16);
            os::write_all(ready[1], "x", "say so");
            for (;;) {
                ::pause();
            }
        }
        char byte = 0;
        ASSERT_EQ(::read(ready[0], &byte, 1), 1);
        ::close(ready[0]);
        ::close(ready[1]);
    }
    pid_t pid_ = 0;
};

TEST_F(DeafDaemon, IsEndedBySignalWhenItDoesNotAnswer) {
    start_deaf(paths.socket().string());
    const std::string told = std::to_string(pid_);
    ASSERT_TRUE(daemon_process(paths));
    EXPECT_EQ(daemon_process(paths)->pid, pid_);
    const Result result = run({"daemon", "stop"});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("bangerd does not answer; process " + told +
                                      " is told to end (SIGTERM)"));
    EXPECT_THAT(result.out, HasSubstr("bangerd stopped"));
    int status = 0;
    ASSERT_EQ(::waitpid(pid_, &status, 0), pid_);
    pid_ = 0;
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

TEST_F(DeafDaemon, IsNotMistakenForOneThatServesElsewhere) {
    start_deaf("/run/somebody/bangerd.sock");
    EXPECT_FALSE(daemon_process(paths));
}

TEST_F(DeafDaemon, IsNobodyWhenTheLockIsFree) {
    std::filesystem::create_directories(paths.data);
    os::write_file_atomic(paths.data / "bangerd.lock",
                          R"({"pid":1,"socket":")" + paths.socket().string() + "\"}");
    EXPECT_FALSE(daemon_process(paths));
}

} // namespace
} // namespace banger::cli
