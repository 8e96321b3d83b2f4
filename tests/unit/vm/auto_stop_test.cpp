#include "vm/auto_stop.hpp"

#include "unit/vm/world.hpp"

#include "os/clock.hpp"
#include "os/temporary_dir.hpp"
#include "vm/background.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sys/socket.h>

namespace banger::vm::test {
namespace {

using nlohmann::json;

class AutoStopTest : public ::testing::Test {
  protected:
    void SetUp() override {
        World::make_bundle(dir_.path() / "bundle");
        world_.emplace(dir_.path(), dir_.path() / "run");
        auto_stop_.emplace(AutoStop::Parts{world_->threads, world_->machines, world_->lifecycle,
                                           world_->capabilities, world_->events, world_->settings,
                                           [](std::string_view, const std::string&) {}});
        start_background(world_->loop, auto_stop_->run(),
                         [](const os::Error& error) { ADD_FAILURE() << error.what(); });
        told_ = world_->events.subscribe([this](const json& event) {
            if (event["type"] == "vm.stops_soon") {
                warnings_.push_back(event);
            }
        });
    }
    void TearDown() override {
        for (const auto& machine : world_->machines.list()) {
            end(*machine);
        }
        auto_stop_.reset();
    }

    std::shared_ptr<Machine> vm(const std::string& name, std::int64_t idle_stop_s,
                                std::int64_t max_lifetime_s) {
        const auto machine = world_->create(name);
        SetRequest request;
        request.policy.idle_stop_s = idle_stop_s;
        request.policy.max_lifetime_s = max_lifetime_s;
        set(name, request);
        return machine;
    }
    void set(const std::string& name, const SetRequest& request) {
        world_->finish(world_->lifecycle.set(name, request));
        world_->events.publish("operation", json::object()); // as the daemon does
    }
    /// As a plugin tells it every so often.
    void hear(Machine& machine, int logins) {
        machine.hear(json({{"state", "ready"},
                           {"heard_at", os::to_rfc3339(os::now_ms())},
                           {"stats", {{"uptime_ms", uptime_ms_ += 100}, {"logins", logins}}}})
                         .dump());
    }
    /// Lets the loop go for so long, with samples.
    void go_on(Machine& machine, int logins, std::chrono::milliseconds time) {
        const auto end = std::chrono::steady_clock::now() + time;
        EXPECT_FALSE(world_->wait(
            [&] {
                hear(machine, logins);
                return machine.state == State::stopped && !machine.busy();
            },
            std::chrono::ceil<std::chrono::seconds>(end - std::chrono::steady_clock::now())));
    }
    bool is_stopped(Machine& machine, int logins) {
        return world_->wait([&] {
            hear(machine, logins);
            return machine.state != State::running && !machine.busy();
        });
    }

  private:
    os::TemporaryDir dir_{"bgr-auto"};
    std::uint64_t uptime_ms_ = 1000;

  protected:
    std::optional<World> world_;
    std::optional<AutoStop> auto_stop_;
    Events::Subscription told_;
    std::vector<json> warnings_;
};

TEST_F(AutoStopTest, AnIdleGuestIsStoppedWithTheReason) {
    const auto machine = vm("a", 1, 0);
    ASSERT_TRUE(is_stopped(*machine, 0));
    EXPECT_EQ(json::parse(*machine->row.exit)["reason"], "stopped by banger: it was idle for 1s");
    ASSERT_EQ(warnings_.size(), 1U);
    EXPECT_EQ(warnings_[0]["vm"], "a");
    EXPECT_EQ(warnings_[0]["why"], "idle");
}

TEST_F(AutoStopTest, OneInWhichSomethingHappensRunsOn) {
    const auto machine = vm("a", 1, 0);
    go_on(*machine, 1, std::chrono::seconds(3));
    EXPECT_EQ(machine->state, State::running);
    const json shown = to_json(*machine, world_->settings);
    EXPECT_EQ(shown["activity"], "1 login");
    EXPECT_TRUE(shown["stops"].is_null());
    EXPECT_TRUE(is_stopped(*machine, 0)) << "once it is idle";
}

TEST_F(AutoStopTest, ASilentGuestIsNotIdle) {
    const auto machine = vm("a", 1, 0);
    hear(*machine, 0);
    machine->hear(R"({"state": "silent"})");
    EXPECT_FALSE(
        world_->wait([&] { return machine->state != State::running; }, std::chrono::seconds(3)));
    const json shown = to_json(*machine, world_->settings);
    EXPECT_NE(shown["warnings"].dump().find("nothing tells"), std::string::npos)
        << shown["warnings"];
}

TEST_F(AutoStopTest, OldFiguresDoNotStopIt) {
    const auto machine = vm("a", 1, 0);
    hear(*machine, 0);
    EXPECT_FALSE(
        world_->wait([&] { return machine->state != State::running; }, std::chrono::seconds(3)));
    hear(*machine, 0);
    EXPECT_TRUE(world_->wait([&] { return machine->state == State::stopped; }));
}

TEST_F(AutoStopTest, ALifetimeEndsWhateverHappensAndUsersAreTold) {
    std::string program;
    world_->capabilities.on_exec = [&program](const std::string& request) {
        program = request;
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
        const os::UniqueFd guest(ends[1]); // it ends at once
        return os::UniqueFd(ends[0]);
    };
    const auto machine = vm("a", 0, 4);
    const json due = to_json(*machine, world_->settings)["stops"];
    EXPECT_EQ(due["why"], "lifetime");
    ASSERT_TRUE(is_stopped(*machine, 5));
    EXPECT_EQ(json::parse(*machine->row.exit)["reason"], "stopped by banger: it ran for 4s");
    ASSERT_EQ(warnings_.size(), 1U);
    const json words = json::parse(program)["argv"];
    EXPECT_EQ(words[0], "wall");
    EXPECT_NE(words[1].get<std::string>().find("banger vm set a --max-lifetime off"),
              std::string::npos);
}

TEST_F(AutoStopTest, APolicyThatIsTakenBackStopsNothing) {
    const auto machine = vm("a", 0, 3);
    SetRequest never;
    never.policy.max_lifetime_s = 0;
    set("a", never);
    EXPECT_FALSE(
        world_->wait([&] { return machine->state != State::running; }, std::chrono::seconds(4)));
    EXPECT_TRUE(to_json(*machine, world_->settings)["stops"].is_null());
}

} // namespace
} // namespace banger::vm::test
