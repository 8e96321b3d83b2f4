#include "key_gate.hpp"

#include "running_agent.hpp"

#include "os/file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace agent {
namespace {

using namespace std::chrono_literals;
using State = KeyGate::State;

TEST(KeyGateTest, OpensForItsLineAndLeavesTheRest) {
    KeyGate gate("abc");
    EXPECT_EQ(gate.feed("KEY abc\nGET /"), 8U);
    EXPECT_EQ(gate.state(), State::open);
    EXPECT_EQ(gate.feed("more"), 0U);
}

TEST(KeyGateTest, TakesTheLineInParts) {
    KeyGate gate("abc");
    for (const char c : std::string("KEY abc")) {
        EXPECT_EQ(gate.feed(std::string(1, c)), 1U);
        EXPECT_EQ(gate.state(), State::waiting);
    }
    EXPECT_EQ(gate.feed("\n\n"), 1U);
    EXPECT_EQ(gate.state(), State::open);
}

TEST(KeyGateTest, SaysWrongOnlyAtTheEnd) {
    for (const char* line : {"KEY abd\n", "XEY abc\n", "KEY abcd", "GET /v1/health"}) {
        KeyGate gate("abc");
        (void)gate.feed(std::string_view(line).substr(0, 7));
        EXPECT_EQ(gate.state(), State::waiting) << line;
        (void)gate.feed(std::string_view(line).substr(7));
        EXPECT_EQ(gate.state(), State::wrong) << line;
    }
}

TEST(KeyGateTest, WithoutAKeyIsOpen) {
    KeyGate gate("");
    EXPECT_EQ(gate.state(), State::open);
    EXPECT_EQ(gate.feed("GET /"), 0U);
}

struct VsockKeyTest : testing::Test {
    void host_says(const std::string& words) const {
        banger::os::write_file_atomic(command_line, "console=ttyS0 " + words + "\n");
    }
    void key_file(const std::string& text) const { banger::os::write_file_atomic(file, text); }
    [[nodiscard]] std::optional<std::string> key() const { return vsock_key(file, command_line); }

    banger::os::TemporaryDir dir;
    std::string file = dir.path() / "key";
    std::string command_line = dir.path() / "cmdline";
    std::string good = std::string(64, 'a');
};

TEST_F(VsockKeyTest, IsWhatTheFileSays) {
    host_says("quiet");
    key_file(good);
    EXPECT_EQ(key(), good);
    key_file(good + "\n");
    EXPECT_EQ(key(), good);
}

TEST_F(VsockKeyTest, WithoutAReadableKeyNobodyIsServed) {
    EXPECT_EQ(key(), std::nullopt); // not even a command line
    host_says("quiet");
    EXPECT_EQ(key(), std::nullopt);
    std::filesystem::create_directory(file); // opened, but not read
    EXPECT_EQ(key(), std::nullopt);
}

TEST_F(VsockKeyTest, ATornOneIsNone) {
    host_says("quiet");
    for (const std::string& torn :
         {std::string(), std::string("\n"), "\n" + good, std::string("aa"), good.substr(0, 31)}) {
        key_file(torn);
        EXPECT_EQ(key(), std::nullopt) << torn;
    }
}

TEST_F(VsockKeyTest, NoneIsNeededWhereTheHostSaysSo) {
    host_says("banger.vsock=private quiet");
    EXPECT_EQ(key(), "");
    key_file(good); // one that is there is asked for all the same
    EXPECT_EQ(key(), good);
    std::filesystem::remove(file);
    for (const char* other : {"banger.vsock", "banger.vsock=privately", "xbanger.vsock=private"}) {
        host_says(other);
        EXPECT_EQ(key(), std::nullopt) << other;
    }
}

struct GuardedAgentTest : testing::Test {
    RunningAgent running{1, "s3cret"};
};

TEST_F(GuardedAgentTest, AnswersWhoShowsTheKey) {
    Client client(running);
    client.send("KEY s3cret\n" + request("GET", "/v1/health"));
    EXPECT_EQ(client.response().status, 200);
    EXPECT_EQ(client.ask("GET", "/v1/health").status, 200); // once is enough
}

TEST_F(GuardedAgentTest, SaysNothingToOthers) {
    for (const std::string& first : {request("GET", "/v1/health"), std::string("KEY s3creT\n")}) {
        Client client(running);
        client.send(first + request("GET", "/v1/health"));
        EXPECT_TRUE(client.ended());
        EXPECT_EQ(client.held(), "");
    }
    EXPECT_EQ(running.agent.connections().taken(), 0U);
}

TEST_F(GuardedAgentTest, DropsWhoSaysNothing) {
    Client client(running);
    client.send("KEY ");
    EXPECT_TRUE(client.ended());
    EXPECT_EQ(client.held(), "");
}

TEST_F(GuardedAgentTest, StrangersKeepTheHostFromNothing) {
    std::vector<std::unique_ptr<Client>> strangers;
    for (std::size_t i = 0; i < 2 * Agent::most_connections; ++i) {
        strangers.push_back(std::make_unique<Client>(running));
    }
    running.run_for(100ms);
    EXPECT_EQ(running.agent.connections().taken(), 0U);
    EXPECT_TRUE(strangers.front()->ended()); // for the sake of the last ones
    Client host(running);
    host.send("KEY s3cret\n" + request("GET", "/v1/health"));
    EXPECT_EQ(host.response().status, 200);
}

} // namespace
} // namespace agent
