// The program banger-priv itself: who may, one at a time, killed at any moment.

#include "net/link.hpp"
#include "os/child.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/run.hpp"
#include "os/temporary_dir.hpp"
#include "privileged/client.hpp"
#include "support/network_namespace.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <random>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

namespace banger::privileged {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
namespace fs = std::filesystem;

const fs::path helper = BANGER_PRIV;

class ProgramTest : public testing::Test {
  protected:
    void SetUp() override {
        if (!space_.entered()) {
            GTEST_SKIP() << space_.reason();
        }
    }

    static json step(const char* verb, const json& args) {
        return {{"verb", verb}, {"args", args}};
    }
    static json tap(const std::string& name) {
        return step("tap-create", {{"tap", name}, {"bridge", "banger"}, {"owner_uid", 0}});
    }
    static json bridge() {
        return step("bridge-ensure", {{"bridge", "banger"}, {"address", "172.30.88.1/24"}});
    }

    test::NetworkNamespace space_;
    Client client_{helper, Mode::root, {}};
};

TEST_F(ProgramTest, AnswersAndRefuses) {
    EXPECT_TRUE(client_.readiness().ready);
    const os::Output unknown = os::run({helper.string(), "exec"}, {.input = "{}"});
    EXPECT_EQ(unknown.status.code, 1);
    EXPECT_EQ(json::parse(unknown.out)["error"]["message"], "there is no verb \"exec\"");
    EXPECT_EQ(os::run({helper.string()}).status.code, 2);
    const os::Output large =
        os::run({helper.string(), "links"}, {.input = std::string(1 << 20, ' ')});
    EXPECT_EQ(json::parse(large.out)["error"]["kind"], "invalid");
}

TEST_F(ProgramTest, SudosCallerIsTheOwner) {
    const auto as = [](const char* uid, const json& args) {
        const os::Output output =
            os::run({helper.string(), "batch"},
                    {.input = args.dump(), .env = std::vector{std::string("SUDO_UID=") + uid}});
        return json::parse(output.out);
    };
    json steps = {bridge(), tap("bgr1")};
    steps[1]["args"]["owner_uid"] = 4242;
    EXPECT_EQ(as("4242", {{"steps", steps}})["ok"], true);
    EXPECT_EQ(net::links().back().tap_owner, 4242U);
    EXPECT_EQ(as("4243", {{"steps", steps}})["ok"], false);
    EXPECT_EQ(as("root", {{"steps", steps}})["error"]["kind"], "permission");
}

TEST_F(ProgramTest, APlainUserIsToldWhatIsMissing) {
    // A copy, because a plain user may not reach the build folder.
    const os::TemporaryDir dir;
    fs::permissions(dir.path(), fs::perms::owner_all | fs::perms::others_exec);
    const fs::path copy = dir.path() / "banger-priv";
    fs::copy_file(helper, copy);
    fs::permissions(copy, fs::perms::owner_all | fs::perms::others_exec | fs::perms::others_read);
    const std::vector<std::string> as_nobody{"setpriv", "--reuid=65534", "--regid=65534",
                                             "--clear-groups", copy.string()};
    if (!os::find_program("setpriv")) {
        GTEST_SKIP() << "setpriv is not installed (package util-linux)";
    }
    auto argv = as_nobody;
    argv.emplace_back("tap-create");
    const os::Output output =
        os::run(argv, {.input = R"({"tap":"bgr1","bridge":"banger","owner_uid":65534})",
                       .env = std::vector<std::string>{"SUDO_UID=0", "PATH=/usr/bin:/bin"}});
    const json error = json::parse(output.out)["error"];
    EXPECT_EQ(error["kind"], "permission");
    EXPECT_EQ(error["message"], "tap-create needs root");
    argv.back() = "links";
    EXPECT_EQ(json::parse(os::run(argv, {.input = "{}"}).out)["ok"], true);
}

TEST_F(ProgramTest, RacingPoolsEachGetTheirOwn) {
    std::vector<os::Child> running;
    const auto link_total = [] { return net::links().size(); };
    std::vector<std::thread> threads;
    std::vector<std::string> errors(4);
    const os::UniqueFd space = os::open_file("/proc/thread-self/ns/net", O_RDONLY);
    for (int pool = 0; pool < 4; ++pool) {
        threads.emplace_back([&, pool] {
            if (::setns(space.get(), CLONE_NEWNET) != 0) {
                errors[static_cast<std::size_t>(pool)] = "setns";
                return;
            }
            try {
                for (int i = 0; i < 5; ++i) {
                    const std::string name = "bgr" + std::to_string(pool) + std::to_string(i);
                    (void)client_.run("batch", {{"steps", {bridge(), tap(name)}}});
                }
            } catch (const os::Error& error) {
                errors[static_cast<std::size_t>(pool)] = error.what();
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(errors, std::vector<std::string>(4));
    EXPECT_EQ(link_total(), 2U + 20U);
}

TEST_F(ProgramTest, KilledAtAnyMomentItLeavesAWholeTapOrNone) {
    (void)client_.run("bridge-ensure", bridge()["args"]);
    const auto index = net::links().back().index;
    std::mt19937 random(7); // NOLINT: the same moments on each run
    int whole = 0;
    for (int round = 0; round < 60; ++round) {
        const std::string input = tap("bgrk")["args"].dump();
        int fds[2];
        ASSERT_EQ(::pipe2(fds, O_CLOEXEC), 0);
        const os::UniqueFd read(fds[0]);
        os::UniqueFd write(fds[1]);
        os::Child child =
            os::Child::spawn({helper.string(), "tap-create"}, {.stdin_fd = read.get()});
        os::write_all(write.get(), input, "pipe");
        write.reset();
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 60000));
        child.kill(SIGKILL);
        (void)child.wait();
        const auto all = net::links();
        const auto left = std::find_if(all.begin(), all.end(),
                                       [](const net::Link& link) { return link.name == "bgrk"; });
        if (left != all.end()) {
            ++whole;
            EXPECT_EQ(left->master, index);
            EXPECT_EQ(left->tap_owner, 0U);
            EXPECT_TRUE(left->up);
            (void)client_.run("tap-delete", {{"tap", "bgrk"}});
        }
    }
    RecordProperty("whole", whole);
    EXPECT_LT(whole, 60);
    (void)client_.run("bridge-delete", {{"bridge", "banger"}});
    EXPECT_EQ(net::links().size(), 1U);
}

} // namespace
} // namespace banger::privileged
