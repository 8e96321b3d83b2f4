#include "vm/auto_stop.hpp"

#include "unit/vm/world.hpp"

#include "os/clock.hpp"
#include "os/process.hpp"
#include "os/temporary_dir.hpp"
#include "supervisor/run_record.hpp"
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
    /// So many seconds from now; for ever without.
    void live_on(const Machine& machine, std::optional<int> seconds) {
        const auto age =
            std::chrono::ceil<std::chrono::seconds>(os::age_of(machine.process->vmm()));
        SetRequest request;
        request.policy.max_lifetime_s = seconds ? age.count() + *seconds : 0;
        set(machine.name(), request);
    }
    void set(const std::string& name, const SetRequest& request) {
        world_->finish(world_->lifecycle.set(name, request));
        world_->events.publish("operation", json::object()); // as the daemon does
    }
    static std::string reason(const Machine& machine) {
        return json::parse(*machine.row.exit)["reason"];
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
    EXPECT_EQ(reason(*machine).find("stopped by banger: it was idle for 1s"), 0U)
        << reason(*machine);
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
    const auto machine = world_->create("a");
    live_on(*machine, 6);
    const json due = to_json(*machine, world_->settings)["stops"];
    EXPECT_EQ(due["why"], "lifetime");
    ASSERT_TRUE(is_stopped(*machine, 5));
    const std::string period = os::period_text(std::chrono::seconds(machine->row.max_lifetime_s));
    EXPECT_EQ(reason(*machine).find("stopped by banger: it ran for " + period), 0U)
        << reason(*machine);
    ASSERT_EQ(warnings_.size(), 1U);
    const json words = json::parse(program)["argv"];
    EXPECT_NE(words.back().get<std::string>().find("banger vm set a --max-lifetime off"),
              std::string::npos);
}

TEST_F(AutoStopTest, APolicyThatIsTakenBackStopsNothing) {
    const auto machine = world_->create("a");
    live_on(*machine, 8);
    live_on(*machine, std::nullopt);
    EXPECT_FALSE(
        world_->wait([&] { return machine->state != State::running; }, std::chrono::seconds(9)));
    EXPECT_TRUE(to_json(*machine, world_->settings)["stops"].is_null());
}

TEST_F(AutoStopTest, IdlenessIsCountedAnewWhenItIsSwitchedOnAgain) {
    const auto machine = vm("a", 3600, 0);
    hear(*machine, 0);
    EXPECT_TRUE(machine->idleness.since());
    SetRequest request;
    request.policy.idle_stop_s = 0;
    set("a", request);
    hear(*machine, 1); // nobody counts now
    request.policy.idle_stop_s = 1;
    set("a", request);
    EXPECT_FALSE(machine->idleness.since()) << "what was known is of before";
}

TEST_F(AutoStopTest, AShorterTimeComesWithANotice) {
    const auto machine = vm("a", 3600, 0);
    hear(*machine, 0);
    EXPECT_FALSE(world_->wait([] { return false; }, std::chrono::seconds(2)));
    SetRequest request;
    request.policy.idle_stop_s = 1; // which is over
    set("a", request);
    ASSERT_TRUE(is_stopped(*machine, 0));
    ASSERT_EQ(warnings_.size(), 1U);
    EXPECT_GE(warnings_[0]["in_s"], 1);
}

TEST_F(AutoStopTest, EachReasonHasItsOwnWarning) {
    const auto machine = vm("a", 5, 0);
    hear(*machine, 0);
    live_on(*machine, 9);
    const auto warned = [this](const char* why) {
        return std::any_of(warnings_.begin(), warnings_.end(),
                           [&](const json& event) { return event["why"] == why; });
    };
    ASSERT_TRUE(world_->wait([&] { return warned("idle"); }));
    EXPECT_TRUE(world_->wait([&] { // somebody logs in
        hear(*machine, 1);
        return warned("lifetime");
    }));
}

TEST_F(AutoStopTest, AGuestThatRebootsDoesNotLiveLonger) {
    const auto machine = world_->create("a");
    const os::ProcessId vmm = machine->process->vmm();
    vmm::Exit exit;
    exit.cause = vmm::ExitCause::reboot;
    supervisor::write_exit({machine->process->run_dir()}, exit);
    end(*machine);
    ASSERT_TRUE(world_->wait([&] {
        return machine->state == State::running && !machine->busy() &&
               !(machine->process->vmm() == vmm);
    }));
    EXPECT_GT(machine->row.lived_ms, 0);
    machine->row.lived_ms = 3'600'000;
    machine->row.max_lifetime_s = 3700;
    const auto now = std::chrono::steady_clock::now();
    const auto due = due_stop(*machine, now);
    ASSERT_TRUE(due);
    EXPECT_LE(due->at, now + std::chrono::seconds(100));
    world_->finish(world_->lifecycle.restart("a", {}));
    EXPECT_EQ(machine->row.lived_ms, 0) << "that is its user's wish";
}

TEST_F(AutoStopTest, OneThatStandsStillIsNotStopped) {
    const auto machine = vm("a", 0, 3600);
    EXPECT_TRUE(due_stop(*machine, std::chrono::steady_clock::now()));
    machine->paused = true;
    EXPECT_FALSE(due_stop(*machine, std::chrono::steady_clock::now()));
}

} // namespace
} // namespace banger::vm::test
