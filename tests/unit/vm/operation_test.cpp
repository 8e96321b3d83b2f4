#include "vm/operation.hpp"

#include "vm/offload.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <gtest/gtest.h>

#include <poll.h>

namespace banger::vm {
namespace {

using nlohmann::json;
using os::Error;
using os::ErrorKind;

class OperationTest : public ::testing::Test {
  protected:
    asio::io_context loop;
    asio::thread_pool pool{2};
    Threads threads{loop, pool};
    std::vector<std::string> saved;
    Operations operations{loop, [this](const Operation& operation) {
                              saved.emplace_back(to_string(operation.state()));
                          }};
};

TEST_F(OperationTest, StagesAndResultAreKept) {
    const auto operation =
        operations.start("create", "a", [this](Operation& self) -> asio::awaitable<json> {
            self.stage("disks");
            const int value = co_await offload(threads, [] { return 41; });
            self.stage("boot");
            co_return json{{"value", value + 1}};
        });
    loop.run();
    const json document = operation->to_json();
    EXPECT_EQ(document["state"], "succeeded");
    EXPECT_EQ(document["result"]["value"], 42);
    ASSERT_EQ(document["stages"].size(), 2U);
    EXPECT_EQ(document["stages"][1]["name"], "boot");
    EXPECT_FALSE(document["stages"][1]["ended_at"].is_null());
    EXPECT_EQ(saved.front(), "queued");
    EXPECT_EQ(saved.back(), "succeeded");
}

TEST_F(OperationTest, WhoAskedIsKnown) {
    const auto nothing = [](Operation&) -> asio::awaitable<json> { co_return nullptr; };
    const auto own = operations.start("recover", "a", nothing);
    std::shared_ptr<Operation> asked, named;
    {
        const Operations::Asker asker(operations, "uid 1000");
        asked = operations.start("start", "a", nothing);
        named = operations.start("imagebuild.build", "b", nothing, "plugin web");
    }
    const auto later = operations.start("exit", "a", nothing);
    loop.run();
    EXPECT_EQ(own->to_json()["initiator"], "bangerd");
    EXPECT_EQ(asked->to_json()["initiator"], "uid 1000");
    EXPECT_EQ(named->to_json()["initiator"], "plugin web");
    EXPECT_EQ(later->initiator(), "bangerd");
}

TEST_F(OperationTest, TheNewestStepsAsRootAreKept) {
    const auto operation =
        operations.start("job", "a", [](Operation& self) -> asio::awaitable<json> {
            const CallContext context = self.context();
            for (int i = 0; i < 1500; ++i) {
                context.privileged("step " + std::to_string(i), std::chrono::milliseconds(1), true);
            }
            co_return nullptr;
        });
    loop.run();
    const json steps = operation->to_json()["privileged"];
    ASSERT_EQ(steps.size(), 1000U);
    EXPECT_EQ(steps.front()["command"], "step 500");
    EXPECT_EQ(steps.back()["command"], "step 1499");
}

TEST_F(OperationTest, AnErrorOfThePoolIsTheOperationsError) {
    const auto operation =
        operations.start("start", "a", [this](Operation&) -> asio::awaitable<json> {
            co_await offload(threads,
                             [] { throw Error(ErrorKind::exhausted, "disk full", "hint"); });
            co_return nullptr;
        });
    loop.run();
    EXPECT_EQ(operation->state(), OperationState::failed);
    EXPECT_EQ(operation->to_json()["error"]["kind"], "exhausted");
    EXPECT_EQ(operation->to_json()["error"]["hint"], "hint");
}

TEST_F(OperationTest, TheStageThatFailedIsToldFromTheRollBack) {
    const auto operation =
        operations.start("create", "a", [](Operation& self) -> asio::awaitable<json> {
            self.stage("disks");
            self.stage("boot");
            self.begin_rollback();
            self.stage("rollback");
            throw Error(ErrorKind::timeout, "no answer");
            co_return nullptr;
        });
    const auto plain = operations.start("stop", "a", [](Operation& self) -> asio::awaitable<json> {
        self.no_way_back();
        self.stage("release");
        throw Error(ErrorKind::internal, "stuck");
        co_return nullptr;
    });
    loop.run();
    const auto states = [](const Operation& of) {
        std::string text;
        const json document = of.to_json();
        for (const json& stage : document["stages"]) {
            text +=
                stage["name"].get<std::string>() + " " + stage["state"].get<std::string>() + ";";
        }
        return text;
    };
    EXPECT_EQ(states(*operation), "disks done;boot failed;rollback done;");
    EXPECT_EQ(states(*plain), "release failed;");
}

TEST_F(OperationTest, CancelStopsAtTheNextStageAndReachesBlockingSteps) {
    const auto operation =
        operations.start("create", "a", [this](Operation& self) -> asio::awaitable<json> {
            self.stage("wait");
            const int fd = self.cancel_fd();
            co_await offload(threads, [fd] {
                pollfd entry{fd, POLLIN, 0};
                ::poll(&entry, 1, 10000);
            });
            self.stage("never");
            co_return nullptr;
        });
    asio::steady_timer timer(loop, std::chrono::milliseconds(20));
    timer.async_wait([&](boost::system::error_code) { operation->cancel("stop a was asked for"); });
    loop.run();
    ASSERT_TRUE(operation->error());
    EXPECT_STREQ(operation->error()->what(),
                 "create a was cancelled and rolled back: stop a was asked for");
    EXPECT_EQ(operation->state(), OperationState::cancelled);
    ASSERT_EQ(operation->stages().size(), 1U);
    EXPECT_EQ(operation->stages().front().state, StageState::cancelled);
}

TEST_F(OperationTest, TheNewestLinesOfALongLogAreKept) {
    const auto operation =
        operations.start("build", "a", [](Operation& self) -> asio::awaitable<json> {
            for (int i = 1; i <= 1500; ++i) {
                self.log("info", "line " + std::to_string(i));
            }
            co_return nullptr;
        });
    loop.run();
    const json log = operation->to_json()["log"];
    ASSERT_EQ(log.size(), 1000U);
    EXPECT_EQ(log[0]["text"], "(501 lines before these dropped)");
    EXPECT_EQ(log[1]["text"], "line 502");
    EXPECT_EQ(log[999]["text"], "line 1500");
}

TEST_F(OperationTest, AJobTellsItsProgressAndItsCleanUpFromOtherThreads) {
    json halfway;
    const auto operation =
        operations.start("img.build", "a", [&](Operation& self) -> asio::awaitable<json> {
            const CallContext context = self.context();
            auto copy = offload(threads, [context] {
                context.stage("copy");
                context.progress(512, 1024, true);
            });
            co_await std::move(copy);
            co_await offload(threads, [] {}); // what was posted before is done by then
            halfway = self.to_json();
            self.cancel();
            auto remove = offload(threads, [context] { context.stage("remove"); });
            co_await std::move(remove);
            co_await offload(threads, [] {});
            throw Error(ErrorKind::cancelled, "as asked");
        });
    loop.run();
    EXPECT_EQ(halfway["percent"], 50);
    EXPECT_EQ(halfway["progress"], (json{{"done", 512}, {"total", 1024}, {"unit", "bytes"}}));
    ASSERT_EQ(operation->stages().size(), 2U);
    EXPECT_EQ(operation->stages()[0].state, StageState::cancelled);
    EXPECT_EQ(operation->stages()[1].name, "remove");
    EXPECT_EQ(operation->stages()[1].state, StageState::done);
    EXPECT_EQ(operation->to_json()["progress"], json(nullptr));
    EXPECT_EQ(operation->state(), OperationState::cancelled);
}

TEST_F(OperationTest, NothingIsBegunOnceTheDaemonEnds) {
    EXPECT_NO_THROW(operations.require_open());
    operations.close();
    EXPECT_THROW(operations.require_open(), os::Error);
}

TEST_F(OperationTest, AWatcherSeesEveryChangeUntilTheEnd) {
    const auto operation =
        operations.start("stop", "a", [this](Operation& self) -> asio::awaitable<json> {
            self.stage("one");
            co_await offload(threads, [] {});
            co_return nullptr;
        });
    std::vector<std::string> seen;
    asio::co_spawn(
        loop,
        [&]() -> asio::awaitable<void> {
            while (!operation->finished()) {
                co_await operation->changed(operation->version());
                seen.emplace_back(to_string(operation->state()));
            }
        },
        asio::detached);
    loop.run();
    ASSERT_FALSE(seen.empty());
    EXPECT_EQ(seen.back(), "succeeded");
    EXPECT_EQ(operations.running(), 0U);
    EXPECT_EQ(operations.find(operation->id()), operation);
}

TEST(Operation, ThePercentOfTheWholeNeverGoesBack) {
    boost::asio::io_context loop;
    Operation job(loop, "op-1", "img.build", "a");
    const auto percent = [&] { return job.to_json()["percent"].get<int>(); };
    job.progress(1, 2, false);
    EXPECT_EQ(percent(), 50) << "of the stage, where nobody says what the whole is";
    job.stage("install");
    job.reaches(40);
    EXPECT_EQ(percent(), 0);
    job.progress(1, 2, false);
    EXPECT_EQ(percent(), 20);
    job.progress(1, 4, false);
    EXPECT_EQ(percent(), 20);
    job.stage("copy");
    job.reaches(90);
    EXPECT_EQ(percent(), 40);
    job.progress(1, 2, true);
    EXPECT_EQ(percent(), 65);
    job.stage("a part of it");
    job.progress(0, 2, true);
    EXPECT_EQ(percent(), 65);
    job.stage("register");
    job.reaches(10);
    EXPECT_EQ(percent(), 90);
    job.progress(9, 2, true);
    EXPECT_EQ(percent(), 90);
}

} // namespace
} // namespace banger::vm
