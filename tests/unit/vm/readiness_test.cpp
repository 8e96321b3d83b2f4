#include "vm/readiness.hpp"

#include "unit/vm/world.hpp"

#include "os/temporary_dir.hpp"
#include "os/unique_fd.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include <nlohmann/json.hpp>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

namespace banger::vm {
namespace {

using nlohmann::json;

/// A port of this machine: of somebody who listens, or of nobody.
class Port {
  public:
    explicit Port(bool listens) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* raw = reinterpret_cast<sockaddr*>(&address);
        EXPECT_EQ(::bind(fd_.get(), raw, size), 0);
        EXPECT_EQ(::getsockname(fd_.get(), raw, &size), 0);
        number_ = ntohs(address.sin_port);
        EXPECT_TRUE(!listens || ::listen(fd_.get(), 8) == 0);
    }
    [[nodiscard]] std::uint16_t number() const { return number_; }

  private:
    os::UniqueFd fd_;
    std::uint16_t number_ = 0;
};

class ReadinessTest : public testing::Test {
  protected:
    ReadinessTest() : machine_(world_.create("web")) {}

    ~ReadinessTest() override { test::end(*machine_); }

    [[nodiscard]] std::filesystem::path make_data() const {
        test::World::make_bundle(data_.path() / "bundle");
        return data_.path();
    }

    /// The stages that it went through. It never ends well: nobody lets the login in.
    std::vector<std::string> stages(const Port& port) {
        const auto operation = start(port, std::chrono::seconds(1));
        EXPECT_TRUE(world_.wait([&] { return operation->finished(); }));
        log_ = operation->to_json()["log"].dump();
        std::vector<std::string> names;
        for (const auto& stage : operation->stages()) {
            names.push_back(stage.name);
        }
        return names;
    }

    std::shared_ptr<Operation> start(const Port& port, std::chrono::seconds time) {
        SshAccess access;
        access.host = "127.0.0.1";
        access.port = port.number();
        return operations_.start(
            "start", "web", [this, access, time](Operation& self) -> asio::awaitable<json> {
                self.stage("boot");
                co_await readiness_.wait(self, machine_, access,
                                         std::chrono::steady_clock::now() + time);
                co_return nullptr;
            });
    }

    os::TemporaryDir data_{"banger-readiness"};
    os::TemporaryDir run_{"bgr"};
    test::World world_{make_data(), run_.path()};
    Operations operations_{world_.loop, [](const Operation&) {}};
    Readiness readiness_{world_.threads, world_.capabilities, world_.settings};
    std::shared_ptr<Machine> machine_;
    std::string log_;
};

/// Waits, as a plugin does, until it is told to end.
bool until_cancelled(const CallContext& context) {
    pollfd cancelled{context.cancel_fd, POLLIN, 0};
    return ::poll(&cancelled, 1, 20000) == 1;
}

TEST_F(ReadinessTest, WhoKnowsThatSshAnswersSparesTheProbing) {
    world_.capabilities.stages = {{"agent", true}};
    EXPECT_EQ(stages(Port(false)), (std::vector<std::string>{"boot", "agent", "ssh"}));
}

TEST_F(ReadinessTest, AnOpenPortEndsTheWaitForIt) {
    std::atomic<bool> cancelled{false};
    world_.capabilities.stages = {{"agent", true}};
    world_.capabilities.on_wait = [&](const std::string&, const CallContext& context) -> bool {
        cancelled = until_cancelled(context);
        throw os::Error(os::ErrorKind::cancelled, "cancelled");
    };
    EXPECT_EQ(stages(Port(true)), (std::vector<std::string>{"boot", "agent", "ssh"}));
    EXPECT_TRUE(cancelled);
    EXPECT_EQ(log_.find("cancelled"), std::string::npos) << log_;
}

TEST_F(ReadinessTest, OneThatFailsOrDoesNotApplyLeavesItToThePort) {
    world_.capabilities.stages = {{"agent", true}, {"other", true}};
    world_.capabilities.on_wait = [](const std::string& stage, const CallContext&) {
        if (stage == "agent") {
            throw os::Error(os::ErrorKind::internal, "the agent speaks in tongues");
        }
        return false;
    };
    EXPECT_EQ(stages(Port(false)).back(), "other") << "nobody said that SSH answers";
    EXPECT_EQ(stages(Port(true)).back(), "ssh");
    EXPECT_NE(log_.find("tongues"), std::string::npos) << log_;
}

TEST_F(ReadinessTest, OtherStagesComeAfterThePortAndHaveToBeReached) {
    world_.capabilities.stages = {{"database", false}};
    EXPECT_EQ(stages(Port(true)), (std::vector<std::string>{"boot", "database", "ssh"}));
    world_.capabilities.on_wait = [](const std::string&, const CallContext&) -> bool {
        throw os::Error(os::ErrorKind::timeout, "no database");
    };
    EXPECT_EQ(stages(Port(true)), (std::vector<std::string>{"boot", "database"}));
}

TEST_F(ReadinessTest, ACancelledOperationEndsTheWait) {
    world_.capabilities.stages = {{"agent", true}};
    world_.capabilities.on_wait = [](const std::string&, const CallContext& context) {
        until_cancelled(context);
        return false;
    };
    const Port port(false);
    const auto operation = start(port, std::chrono::seconds(60));
    EXPECT_TRUE(world_.wait([&] { return operation->current_stage() == "agent"; }));
    operation->cancel();
    EXPECT_TRUE(world_.wait([&] { return operation->finished(); }, std::chrono::seconds(10)));
    EXPECT_EQ(operation->state(), OperationState::cancelled);
}

} // namespace
} // namespace banger::vm
