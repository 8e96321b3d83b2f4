#include "key_gate.hpp"

#include "running_agent.hpp"

#include "os/file.hpp"

#include <gtest/gtest.h>

#include <memory>
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

TEST(KeyGateTest, TheFileMayEndALineAndMayBeMissing) {
    const banger::os::TemporaryDir dir;
    EXPECT_EQ(read_key(dir.path() / "absent"), "");
    banger::os::write_file_atomic(dir.path() / "key", "abc\n");
    EXPECT_EQ(read_key(dir.path() / "key"), "abc");
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
