#include "cli/daemon_start.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"
#include "os/unix_socket.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include <csignal>

namespace banger::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class DaemonStart : public ::testing::Test {
  protected:
    DaemonFiles files(const std::string& script) const {
        const auto program = home.path() / "bangerd";
        os::write_file_atomic(program, "#!/bin/sh\n" + script + "\n", 0700);
        return {program, home.path() / "bangerd.sock", home.path() / "bangerd.log",
                home.path() / "state" / "start.log"};
    }
    os::TemporaryDir home;
};

os::Error error_of(const DaemonFiles& files, std::chrono::milliseconds timeout = 5s) {
    try {
        start_daemon(files, timeout);
    } catch (const os::Error& error) {
        return error;
    }
    return {os::ErrorKind::internal, "it started"};
}

TEST_F(DaemonStart, ShowsWhatADyingOneWrote) {
    const os::Error error = error_of(files("echo one; echo 'no home' >&2; exit 3"));
    EXPECT_EQ(error.kind(), os::ErrorKind::unavailable);
    EXPECT_STREQ(error.what(), "bangerd did not start: it ended with exit status 3");
    EXPECT_THAT(error.details(), ElementsAre("one", "no home"));
    EXPECT_THAT(error.hint(), HasSubstr("bangerd.log"));
}

TEST_F(DaemonStart, OfABadConfigurationPointsAtTheCheck) {
    const os::Error error = error_of(files("echo 'error: c.yaml:1:1: bogus' >&2; exit 78"));
    EXPECT_STREQ(error.what(), "bangerd did not start: its config.yaml has errors");
    EXPECT_THAT(error.details(), ElementsAre("error: c.yaml:1:1: bogus"));
    EXPECT_THAT(error.hint(), HasSubstr("banger config check"));
}

TEST_F(DaemonStart, ShowsItsLogWhenItWroteNothingElse) {
    const DaemonFiles with_log = files("exit 1");
    os::write_file_atomic(with_log.log, "cannot open the database\n");
    EXPECT_THAT(error_of(with_log).details(), ElementsAre("cannot open the database"));
}

TEST_F(DaemonStart, GivesUpOnOneThatDoesNotAnswer) {
    const DaemonFiles hanging =
        files("echo $$ > '" + (home.path() / "pid").string() + "'; exec sleep 30");
    const os::Error error = error_of(hanging, 400ms);
    EXPECT_STREQ(error.what(), "bangerd did not start: no answer after 400 ms");
    ::kill(std::stoi(os::read_file(home.path() / "pid")), SIGKILL);
}

TEST_F(DaemonStart, IsContentWithAnother) {
    const DaemonFiles losing = files("sleep 0.2; exit 75"); // another one holds the lock
    os::UniqueFd other;
    std::thread winner([&] {
        std::this_thread::sleep_for(600ms);
        other = os::listen_unix(losing.socket);
    });
    EXPECT_NO_THROW(start_daemon(losing));
    winner.join();
    EXPECT_TRUE(answers(losing.socket));
}

TEST_F(DaemonStart, SaysWhenTheProgramIsMissing) {
    DaemonFiles missing = files("");
    missing.program = home.path() / "nowhere";
    EXPECT_THAT(error_of(missing).what(), HasSubstr("nowhere is not there"));
}

} // namespace
} // namespace banger::cli
