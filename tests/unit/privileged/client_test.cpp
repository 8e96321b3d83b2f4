#include "privileged/client.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <thread>

#include <unistd.h>

namespace banger::privileged {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

/// A folder with a `banger-priv` and a `sudo` that are shell scripts, first in PATH.
class ClientTest : public testing::Test {
  protected:
    ClientTest() {
        ::setenv("PATH", (dir_.path().string() + ":" + path_).c_str(), 1);
        helper("cat >/dev/null; echo '{\"ok\":true,\"result\":{\"root\":true}}'");
        sudo("[ \"$1\" = -n ] || exit 9; shift; exec \"$@\"");
    }
    ~ClientTest() override { ::setenv("PATH", path_.c_str(), 1); }

    void script(const char* name, const std::string& body) {
        os::write_file_atomic(dir_.path() / name, "#!/bin/sh\n" + body + "\n", 0755);
    }
    void helper(const std::string& body) { script("banger-priv", body); }
    void sudo(const std::string& body) { script("sudo", body); }
    Client client(Mode mode) {
        return {dir_.path() / "banger-priv", mode,
                [this](const CallRecord& record) { records_.push_back(record); }, ::getuid()};
    }
    os::Error failure(Mode mode, std::chrono::milliseconds timeout = 5s, int cancel_fd = -1) {
        return failure(client(mode), "tap-create", json::object(), timeout, cancel_fd);
    }
    static os::Error failure(const Client& client, const char* verb, const json& args,
                             std::chrono::milliseconds timeout = 5s, int cancel_fd = -1) {
        try {
            (void)client.run(verb, args, timeout, cancel_fd);
        } catch (const os::Error& error) {
            return error;
        }
        return {os::ErrorKind::internal, "no error"};
    }

    os::TemporaryDir dir_;
    std::string path_ = std::getenv("PATH");
    std::vector<CallRecord> records_;
};

TEST_F(ClientTest, GivesTheArgumentsAndLogsTheCall) {
    helper("printf '{\"ok\":true,\"result\":{\"verb\":\"%s\",\"got\":%s}}' \"$1\" \"$(cat)\"");
    const json result = client(Mode::sudo).run("tap-create", {{"tap", "bgr1"}});
    EXPECT_EQ(result["verb"], "tap-create");
    EXPECT_EQ(result["got"]["tap"], "bgr1");
    ASSERT_EQ(records_.size(), 1U);
    EXPECT_TRUE(records_[0].ok);
    EXPECT_EQ(records_[0].command, "sudo -n " + (dir_.path() / "banger-priv").string() +
                                       " tap-create {\"tap\":\"bgr1\"}");
}

TEST_F(ClientTest, AsRootSudoIsNotInvolvedAndItsEnvironmentDoesNotLeakIn) {
    sudo("exit 1");
    helper("cat >/dev/null; printf '{\"ok\":true,\"result\":{\"uid\":\"%s\"}}' \"$SUDO_UID\"");
    ::setenv("SUDO_UID", "1234", 1);
    EXPECT_EQ(client(Mode::root).run("tap-create", json::object())["uid"], "");
    ::unsetenv("SUDO_UID");
}

TEST_F(ClientTest, AColdSudoIsAPermissionErrorThatSaysHowToAllowIt) {
    sudo("echo 'sudo: a password is required' >&2; exit 1");
    const os::Error error = failure(Mode::sudo);
    EXPECT_EQ(error.kind(), os::ErrorKind::permission);
    EXPECT_EQ(error.what(), "step tap-create: 'sudo -n " + (dir_.path() / "banger-priv").string() +
                                " tap-create' is not allowed without a password (sudo: a password "
                                "is required)");
    EXPECT_NE(error.hint().find("NOPASSWD: " + (dir_.path() / "banger-priv").string()),
              std::string::npos);
    EXPECT_NE(error.hint().find("/etc/sudoers.d/banger-" + std::to_string(::getuid())),
              std::string::npos);
    ASSERT_EQ(records_.size(), 1U);
    EXPECT_FALSE(records_[0].ok);

    const Readiness readiness = client(Mode::sudo).readiness();
    EXPECT_FALSE(readiness.ready);
    EXPECT_EQ(readiness.command, client(Mode::sudo).allow_command());
}

TEST_F(ClientTest, ABatchIsNamedByItsSteps) {
    sudo("exit 1");
    const json steps{
        {"steps",
         {{{"verb", "bridge-ensure"}}, {{"verb", "tap-create"}}, {{"verb", "tap-create"}}}}};
    const std::string told = failure(client(Mode::sudo), "batch", steps).what();
    EXPECT_EQ(told.find("step batch (bridge-ensure, tap-create): "), 0U) << told;
    const std::string odd =
        failure(client(Mode::sudo), "batch", {{"steps", {1, {{"verb", 2}}}}}).what();
    EXPECT_EQ(odd.find("step batch: "), 0U) << odd;
}

TEST_F(ClientTest, AHelperThatOthersMayChangeIsNotGivenToSudo) {
    const auto path = dir_.path() / "banger-priv";
    std::filesystem::permissions(path, std::filesystem::perms::all);
    const os::Error error = failure(Mode::sudo);
    EXPECT_EQ(error.kind(), os::ErrorKind::permission);
    EXPECT_EQ(error.what(), "step tap-create needs root: sudo must not run " + path.string() +
                                " as root: it can be changed by others than root");
    EXPECT_EQ(std::string(error.hint()).find("allow it: "), 0U) << error.hint();
    EXPECT_TRUE(records_.empty()) << "it ran";
    EXPECT_EQ(client(Mode::sudo).run("links", json::object())["root"], true) << "without sudo";

    const Readiness readiness = client(Mode::sudo).readiness();
    EXPECT_FALSE(readiness.ready);
    EXPECT_NE(readiness.reason.find("can be changed by others"), std::string::npos);
    EXPECT_EQ("allow it: " + readiness.command, error.hint());
    EXPECT_TRUE(client(Mode::root).readiness().ready) << "root trusts its own choice";
}

TEST_F(ClientTest, AHelperThatDiesUnderSudoIsNotSudosRefusal) {
    helper("kill -9 $$");
    EXPECT_EQ(failure(Mode::sudo).kind(), os::ErrorKind::internal);
}

TEST_F(ClientTest, TheSudoersLineKeepsWhatIsSpecialInAPath) {
    const Client odd("/opt/my tools/a,b'c/banger-priv", Mode::sudo, {});
    EXPECT_NE(odd.allow_command().find("NOPASSWD: /opt/my\\ tools/a\\,b'\\''c/banger-priv' |"),
              std::string::npos)
        << odd.allow_command();
}

TEST_F(ClientTest, WithoutSudoTheErrorNamesTheStep) {
    const os::Error error = failure(Mode::none);
    EXPECT_EQ(error.kind(), os::ErrorKind::permission);
    EXPECT_STREQ(error.what(), "step tap-create needs root: sudo is not installed and "
                               "this user is not root");
    EXPECT_FALSE(client(Mode::none).readiness().ready);
}

TEST_F(ClientTest, ReadingNeedsNoSudo) {
    sudo("exit 1");
    EXPECT_EQ(client(Mode::none).run("links", json::object())["root"], true);
    EXPECT_EQ(client(Mode::sudo).run("links", json::object())["root"], true);
}

TEST_F(ClientTest, TheHelpersErrorComesThroughWhole) {
    helper("cat >/dev/null; echo '{\"ok\":false,\"error\":{\"kind\":\"conflict\","
           "\"message\":\"taken\",\"hint\":\"another\"}}'; exit 1");
    const os::Error error = failure(Mode::root);
    EXPECT_EQ(error.kind(), os::ErrorKind::conflict);
    EXPECT_STREQ(error.what(), "step tap-create: taken");
    EXPECT_EQ(error.hint(), "another");
}

TEST_F(ClientTest, ADeadHelperATimeAndACancelAreTold) {
    helper("kill -9 $$");
    EXPECT_EQ(failure(Mode::root).kind(), os::ErrorKind::internal);
    helper("exec sleep 20");
    EXPECT_EQ(failure(Mode::root, 50ms).kind(), os::ErrorKind::timeout);
    int fds[2];
    ASSERT_EQ(::pipe(fds), 0);
    const os::UniqueFd read(fds[0]);
    os::UniqueFd write(fds[1]);
    write.reset();
    EXPECT_EQ(failure(Mode::root, 5s, read.get()).kind(), os::ErrorKind::cancelled);
}

TEST_F(ClientTest, ReadinessIsWhatTheHelperSays) {
    EXPECT_TRUE(client(Mode::root).readiness().ready);
    EXPECT_TRUE(client(Mode::root).readiness().command.empty());
    EXPECT_TRUE(client(Mode::sudo).readiness().ready);
    helper("cat >/dev/null; echo '{\"ok\":true,\"result\":{\"root\":false}}'");
    EXPECT_FALSE(client(Mode::sudo).readiness().ready);
    std::filesystem::remove(dir_.path() / "banger-priv");
    EXPECT_NE(client(Mode::root).readiness().reason.find("does not exist"), std::string::npos);
}

} // namespace
} // namespace banger::privileged
