#include "exec_frames.hpp"
#include "running_agent.hpp"

#include "os/file.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <pwd.h>
#include <unistd.h>

namespace agent {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;

std::string me() {
    const passwd* entry = ::getpwuid(::geteuid());
    return entry == nullptr ? "root" : entry->pw_name;
}

class ExecTest : public testing::Test {
  protected:
    struct Outcome {
        std::string out;
        std::string err;
        json end;
    };

    static std::string start(const std::vector<std::string>& argv, json more = json::object()) {
        more["argv"] = argv;
        more["user"] = me();
        more["cwd"] = more.value("cwd", "/");
        return request("POST", "/v1/exec", more.dump(),
                       "Connection: Upgrade\r\nUpgrade: banger-exec/1\r\n");
    }
    static std::string start(const std::string& script, const json& more = json::object()) {
        return start(std::vector<std::string>{"/bin/sh", "-c", script}, more);
    }
    static Outcome finish(Client& client) {
        Outcome outcome;
        for (;;) {
            const std::string head = client.take(frame_head);
            const auto size =
                static_cast<unsigned char>(head[4]) + 256U * static_cast<unsigned char>(head[5]);
            const std::string payload = client.take(size);
            const auto type = static_cast<FrameType>(head[0]);
            if (type == FrameType::end) {
                outcome.end = json::parse(payload);
                return outcome;
            }
            (type == FrameType::err ? outcome.err : outcome.out) += payload;
        }
    }
    Outcome run(const std::string& request_text, const std::string& frames = {}) {
        Client client(running);
        client.send(request_text);
        EXPECT_EQ(client.head().status, 101);
        client.send(frames);
        Outcome outcome = finish(client);
        EXPECT_TRUE(client.ended());
        return outcome;
    }

    RunningAgent running;
};

TEST_F(ExecTest, RunsAProgram) {
    const Outcome outcome = run(start("echo out; echo err >&2; exit 7"));
    EXPECT_EQ(outcome.out, "out\n");
    EXPECT_EQ(outcome.err, "err\n");
    EXPECT_EQ(outcome.end, json({{"exit", 7}}));
    EXPECT_EQ(run(start("kill -KILL $$")).end, json({{"signal", 9}}));
}

TEST_F(ExecTest, GivesItEnvironmentAndFolder) {
    const Outcome outcome =
        run(start("echo $A-$HOME-$PATH; pwd; umask", {{"env", {{"A", "b c"}}}, {"cwd", "/usr"}}));
    EXPECT_THAT(outcome.out, testing::StartsWith("b c-/"));
    EXPECT_THAT(outcome.out, HasSubstr("/bin"));
    EXPECT_THAT(outcome.out, HasSubstr("\n/usr\n0022\n"));
}

TEST_F(ExecTest, SaysWhenThereIsNoSuchProgram) {
    EXPECT_EQ(run(start(std::vector<std::string>{"/no/such"})).end,
              json({{"error", "no such program: /no/such"}}));
    EXPECT_THAT(run(start(std::vector<std::string>{"/etc/passwd"})).end["error"].get<std::string>(),
                HasSubstr("Permission denied"));
    Client client(running);
    EXPECT_EQ(client
                  .ask("POST", "/v1/exec", R"({"argv":["ls"],"user":"nobody-here"})",
                       "Connection: Upgrade\r\nUpgrade: banger-exec/1\r\n")
                  .status,
              404);
    EXPECT_EQ(client.ask("POST", "/v1/exec", R"({"argv":["ls"]})").status, 400);
}

TEST_F(ExecTest, CarriesALotBothWays) {
    std::string frames;
    for (int i = 0; i < 64; ++i) {
        frames += make_frame(FrameType::in, std::string(32768, static_cast<char>('a' + i % 26)));
    }
    frames += make_frame(FrameType::in, "");
    const Outcome outcome = run(start("cat"), frames);
    EXPECT_EQ(outcome.out.size(), 64U * 32768U);
    EXPECT_EQ(outcome.end, json({{"exit", 0}}));
}

TEST_F(ExecTest, AProgramThatDoesNotReadHoldsUpOnlyItself) {
    Client client(running);
    client.send(start("exec sleep 100"));
    EXPECT_EQ(client.head().status, 101);
    const std::string frame = make_frame(FrameType::in, std::string(32768, 'x'));
    std::size_t sent = 0;
    for (int i = 0; i < 200; ++i) {
        std::string_view bytes = frame;
        while (!bytes.empty() && client.try_send(bytes)) {
        }
        sent += frame.size() - bytes.size();
        if (!bytes.empty()) {
            running.run_for(5ms);
        }
    }
    EXPECT_LT(sent, 2U << 20U);
    EXPECT_EQ(Client(running).ask("GET", "/v1/health").status, 200);
    client.hang_up();
    EXPECT_TRUE(running.until([&] { return running.agent.programs().seats().taken() == 0; }));
}

TEST_F(ExecTest, ATerminalHasASizeAndTakesSignals) {
    Client client(running);
    client.send(start("stty size; read x; stty size; echo got $x",
                      {{"tty", true}, {"rows", 33}, {"columns", 101}}));
    EXPECT_EQ(client.head().status, 101);
    ASSERT_TRUE(running.until([&] {
        client.receive();
        return client.held().find("33 101") != std::string::npos;
    }));
    client.send(make_frame(FrameType::size, R"({"rows":12,"columns":34})") +
                make_frame(FrameType::in, "word\n"));
    const Outcome outcome = finish(client);
    EXPECT_THAT(outcome.out, HasSubstr("12 34"));
    EXPECT_THAT(outcome.out, HasSubstr("got word"));
    EXPECT_EQ(outcome.end, json({{"exit", 0}}));
}

TEST_F(ExecTest, SignalsReachTheGroup) {
    Client client(running);
    client.send(start("trap 'echo term; exit 3' TERM; echo up; while :; do sleep 0.05; done"));
    EXPECT_EQ(client.head().status, 101);
    ASSERT_TRUE(running.until([&] {
        client.receive();
        return client.held().find("up") != std::string::npos;
    }));
    client.send(make_frame(FrameType::signal, R"({"signal":"TERM"})"));
    const Outcome outcome = finish(client);
    EXPECT_EQ(outcome.out, "up\nterm\n");
    EXPECT_EQ(outcome.end, json({{"exit", 3}}));
}

TEST_F(ExecTest, AClientThatGoesHangsItsProgramUp) {
    const std::string mark = running.dir.path() / "hup";
    Client client(running);
    client.send(
        start("trap 'echo hup >" + mark + "; exit' HUP; sleep 100 & sleep 0.5; echo up; wait"));
    EXPECT_EQ(client.head().status, 101);
    (void)client.take(frame_head + 3);
    client.hang_up();
    EXPECT_TRUE(running.until([&] { return std::filesystem::exists(mark); }));
    EXPECT_TRUE(running.until([&] { return running.agent.programs().seats().taken() == 0; }, 3s));
}

TEST_F(ExecTest, WhoIgnoresItIsKilledInTheEnd) {
    Client client(running);
    client.send(start("trap '' HUP; echo up; while :; do sleep 1; done"));
    EXPECT_EQ(client.head().status, 101);
    (void)client.take(frame_head + 3);
    client.hang_up();
    ASSERT_TRUE(running.until([&] { return running.agent.programs().ending() == 1; }));
    EXPECT_TRUE(running.until([&] { return running.agent.programs().ending() == 0; }, 10s));
}

TEST_F(ExecTest, ASlowClientGetsAllOfItBeforeTheEnd) {
    Client client(running);
    client.send(start("head -c 1000000 /dev/zero; exit 5"));
    EXPECT_EQ(client.head().status, 101);
    client.stop_reading();
    running.run_for(300ms);
    client.start_reading();
    const Outcome outcome = finish(client);
    EXPECT_EQ(outcome.out.size(), 1000000U);
    EXPECT_EQ(outcome.end, json({{"exit", 5}}));
}

TEST_F(ExecTest, WhatItLeavesRunningIsNotWaitedFor) {
    const Outcome outcome = run(start("sleep 2 & echo done"));
    EXPECT_EQ(outcome.out, "done\n");
    EXPECT_EQ(outcome.end, json({{"exit", 0}}));
}

TEST_F(ExecTest, TheProgramBeyondTheLimitIsRefused) {
    std::vector<std::unique_ptr<Client>> clients;
    for (std::size_t i = 0; i < Programs::limit; ++i) {
        clients.push_back(std::make_unique<Client>(running));
        clients.back()->send(start("exec sleep 100"));
        EXPECT_EQ(clients.back()->head().status, 101);
    }
    Client late(running);
    late.send(start("true"));
    EXPECT_EQ(late.response().status, 503);
    clients.clear();
    EXPECT_TRUE(running.until([&] { return running.agent.programs().seats().taken() == 0; }));
}

TEST_F(ExecTest, BrokenFramesEndTheProgram) {
    for (const std::string& bad :
         {std::string("\7\0\0\0\0\0\0\0", 8), std::string("\0\0\0\0\xff\xff\xff\x7f", 8),
          std::string("\3\0\0\0\2\0\0\0{}", 10)}) {
        Client client(running);
        client.send(start("exec sleep 100") + bad);
        EXPECT_EQ(client.head().status, 101);
        EXPECT_TRUE(client.ended());
    }
    EXPECT_TRUE(running.until([&] { return running.agent.programs().seats().taken() == 0; }));
}

} // namespace
} // namespace agent
