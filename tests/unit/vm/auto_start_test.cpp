#include "vm/auto_start.hpp"

#include "unit/vm/world.hpp"

#include "os/error.hpp"
#include "os/temporary_dir.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace banger::vm::test {
namespace {

using nlohmann::json;
using Names = std::vector<std::string>;

class AutoStartTest : public ::testing::Test {
  protected:
    void SetUp() override {
        World::make_bundle(dir_.path() / "bundle");
        begin();
    }
    void TearDown() override {
        for (const auto& machine : world_->machines.list()) {
            end(*machine);
        }
    }
    void begin() { world_.emplace(dir_.path(), dir_.path() / "run"); }

    std::shared_ptr<Machine> vm(const std::string& name, const std::string& autostart) {
        const auto machine = world_->create(name);
        SetRequest request;
        request.policy.autostart = autostart;
        world_->finish(world_->lifecycle.set(name, request));
        return machine;
    }
    /// The host loses its power: all processes are gone, and the next daemon is of another boot.
    void lose_power() {
        for (const auto& machine : world_->machines.list()) {
            end(*machine);
            json record = json::parse(machine->row.process);
            if (record.contains("boot_id")) {
                record["boot_id"] = "00000000-0000-0000-0000-000000000000";
            }
            machine->row.process = record.dump();
            world_->machines.save(*machine);
        }
        world_.reset();
        begin();
        world_->adopt();
        for (const auto& machine : world_->machines.list()) {
            EXPECT_TRUE(world_->wait([&] { return !machine->busy(); }));
        }
    }

  private:
    os::TemporaryDir dir_{"bgr-auto"};

  protected:
    std::optional<World> world_;
};

TEST_F(AutoStartTest, AfterAPowerCutOnAndLastComeBack) {
    vm("always", "on");
    vm("never", "off");
    vm("was-up", "last");
    vm("was-down", "last");
    world_->finish(world_->lifecycle.stop("was-down", {}));
    world_->finish(world_->lifecycle.stop("always", {}));
    lose_power();
    EXPECT_EQ(due_starts(world_->machines), (Names{"always", "was-up"}));
    const auto machine = world_->machines.get("was-up");
    EXPECT_EQ(json::parse(*machine->row.exit)["reason"], "the host went down while it ran");

    world_->ask(start_all(world_->lifecycle, world_->machines, due_starts(world_->machines)));
    EXPECT_EQ(machine->state, State::running);
    EXPECT_EQ(world_->machines.get("always")->state, State::running);
    EXPECT_EQ(world_->machines.get("never")->state, State::crashed);
    EXPECT_EQ(due_starts(world_->machines), Names{}) << "they run";
}

TEST_F(AutoStartTest, OneThatDiedByItselfIsNotBroughtBack) {
    vm("a", "last");
    end(*world_->machines.get("a"));
    ASSERT_TRUE(world_->wait([&] {
        const auto machine = world_->machines.get("a");
        return machine->state == State::crashed && !machine->busy();
    }));
    EXPECT_EQ(due_starts(world_->machines), Names{});
    lose_power();
    EXPECT_EQ(due_starts(world_->machines), Names{});
}

TEST_F(AutoStartTest, ThoseThatCannotBeStartedSayWhyAndTheOthersStart) {
    for (const char* name : {"a", "b", "c", "d"}) {
        vm(name, "on");
        world_->finish(world_->lifecycle.stop(name, {}));
    }
    world_->capabilities.on_require = [](const VmView& view) {
        if (view.name == "a") {
            throw os::Error(os::ErrorKind::conflict, "port 80 is taken", "free it");
        }
    };
    world_->capabilities.on_hook = [](Hook hook, const VmView& view) {
        if (hook == Hook::before_start && view.name == "c") {
            throw os::Error(os::ErrorKind::unavailable, "sudo asks for a password");
        }
    };
    world_->ask(start_all(world_->lifecycle, world_->machines, {"a", "b", "c", "d", "gone"}));
    EXPECT_EQ(world_->machines.get("b")->state, State::running);
    EXPECT_EQ(world_->machines.get("d")->state, State::running);
    EXPECT_EQ(json::parse(world_->machines.get("a")->row.warnings),
              json::array({"it was not started with its host: port 80 is taken; free it"}));
    const json warnings = json::parse(world_->machines.get("c")->row.warnings);
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_NE(warnings[0].get<std::string>().find("sudo asks for a password"), std::string::npos);
}

} // namespace
} // namespace banger::vm::test
