#include "vm/auto_start.hpp"

#include "unit/vm/world.hpp"

#include "os/error.hpp"
#include "os/temporary_dir.hpp"

#include <boost/asio/co_spawn.hpp>

#include <future>

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace banger::vm::test {
namespace {

using nlohmann::json;

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
        set(name, autostart);
        return machine;
    }
    std::shared_ptr<Machine> stopped_vm(const std::string& name, const std::string& autostart) {
        const auto machine = vm(name, autostart);
        world_->finish(world_->lifecycle.stop(name, {}));
        return machine;
    }
    void set(const std::string& name, const std::string& autostart) {
        SetRequest request;
        request.policy.autostart = autostart;
        world_->finish(world_->lifecycle.set(name, request));
    }
    [[nodiscard]] State state(const std::string& name) const {
        return world_->machines.get(name)->state;
    }

    /// The host loses its power in the boot `boot_id`: all processes are gone, and the next daemon
    /// is of another one.
    void lose_power(const std::string& boot_id) {
        for (const auto& machine : world_->machines.list()) {
            end(*machine);
            json record = json::parse(machine->row.process);
            if (record.contains("boot_id")) {
                record["boot_id"] = boot_id;
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
    void remember(const std::string& boot_id, const std::vector<std::string>& due = {}) const {
        os::write_file_atomic(file(), json{{"boot_id", boot_id}, {"due", due}}.dump());
    }
    [[nodiscard]] json remembered() const { return json::parse(os::read_file(file())); }
    [[nodiscard]] std::filesystem::path file() const { return dir_.path() / "autostart.json"; }

    AutoStart of_boot(const std::string& boot_id) {
        return AutoStart({world_->lifecycle, world_->machines, file(), boot_id,
                          [this] { return stopping_; },
                          [this](std::string_view, const std::string& text) { log_ += text; }});
    }
    void run(const std::string& boot_id) {
        AutoStart auto_start = of_boot(boot_id);
        world_->ask(auto_start.run());
    }

  private:
    os::TemporaryDir dir_{"bgr-auto"};

  protected:
    std::optional<World> world_;
    bool stopping_ = false;
    std::string log_;
};

TEST_F(AutoStartTest, AfterAPowerCutOnAndLastComeBack) {
    remember("one");
    stopped_vm("always", "on");
    vm("never", "off");
    vm("was-up", "last");
    stopped_vm("was-down", "last");
    lose_power("one");
    const auto up = world_->machines.get("was-up");
    ASSERT_TRUE(up->row.exit) << static_cast<int>(up->state) << " " << up->row.process;
    EXPECT_EQ(json::parse(*up->row.exit)["reason"], "the host went down while it ran");
    run("two");
    EXPECT_EQ(state("always"), State::running);
    EXPECT_EQ(state("was-up"), State::running);
    EXPECT_EQ(state("never"), State::crashed);
    EXPECT_EQ(state("was-down"), State::stopped);
    EXPECT_EQ(remembered(), (json{{"boot_id", "two"}, {"due", json::array()}}));
}

TEST_F(AutoStartTest, OnceInABoot) {
    stopped_vm("a", "on");
    run("one"); // nobody knows what was before
    EXPECT_EQ(state("a"), State::stopped);
    run("one");
    EXPECT_EQ(state("a"), State::stopped);
    run("two");
    EXPECT_EQ(state("a"), State::running);
}

TEST_F(AutoStartTest, AFileThatTellsNothingIsTold) {
    stopped_vm("a", "on");
    for (const char* text : {"", R"({"boot_id":)", R"({"boot_id":1,"due":[2]})", "\xff"}) {
        os::write_file_atomic(file(), text);
        log_.clear();
        run("one");
        EXPECT_NE(log_.find("no VM is started with its host"), std::string::npos) << text;
        EXPECT_EQ(state("a"), State::stopped) << text;
        EXPECT_EQ(remembered()["boot_id"], "one");
    }
    std::filesystem::remove(file());
    std::filesystem::create_directory(file());
    log_.clear();
    run("one");
    EXPECT_NE(log_.find("autostart.json"), std::string::npos);
}

TEST_F(AutoStartTest, WhatRanInAnEarlierBootStaysDown) {
    vm("a", "off");
    lose_power("one");
    set("a", "last");
    remember("two"); // in which nobody started it
    run("three");
    EXPECT_EQ(state("a"), State::crashed);
}

TEST_F(AutoStartTest, OneThatDiedByItselfIsNotBroughtBack) {
    remember("one");
    vm("a", "last");
    end(*world_->machines.get("a"));
    ASSERT_TRUE(world_->wait(
        [&] { return state("a") == State::crashed && !world_->machines.get("a")->busy(); }));
    run("two");
    EXPECT_EQ(state("a"), State::crashed);
}

TEST_F(AutoStartTest, WhatADaemonLeavesTheNextOneStarts) {
    const std::string id = stopped_vm("a", "last")->id();
    remember("one", {id});
    stopping_ = true;
    run("one");
    EXPECT_EQ(state("a"), State::stopped);
    EXPECT_EQ(remembered()["due"], json::array({id}));
    stopping_ = false;
    run("one");
    EXPECT_EQ(state("a"), State::running);
}

TEST_F(AutoStartTest, ThoseThatCannotBeStartedSayWhyAndTheOthersStart) {
    remember("one");
    for (const char* name : {"a", "b", "c"}) {
        stopped_vm(name, "on");
    }
    world_->capabilities.on_require = [](const VmView& view) {
        if (view.name == "a") {
            throw os::Error(os::ErrorKind::conflict, "port 80 is taken", "free it");
        }
    };
    world_->capabilities.on_hook = [](Hook hook, const VmView& view) {
        if (hook == Hook::before_start && view.name == "b") {
            throw os::Error(os::ErrorKind::unavailable, "sudo asks for a password");
        }
    };
    world_->machines.get("a")->row.warnings = R"(["older"])";
    run("two");
    EXPECT_EQ(state("c"), State::running);
    EXPECT_EQ(json::parse(world_->machines.get("a")->row.warnings),
              (json{"older", "it was not started with its host: port 80 is taken; free it"}));
    EXPECT_NE(world_->machines.get("b")->row.warnings.find("sudo asks for a password"),
              std::string::npos);
    EXPECT_EQ(remembered()["due"], json::array());
}

TEST_F(AutoStartTest, WhoChangesAVmMeanwhileKnowsBetter) {
    remember("one");
    for (const char* name : {"a", "b", "c", "d"}) {
        stopped_vm(name, "on");
    }
    std::promise<void> go;
    const std::shared_future<void> gate = go.get_future().share();
    world_->capabilities.on_hook = [gate](Hook hook, const VmView&) {
        if (hook == Hook::before_start) {
            gate.wait();
        }
    };
    AutoStart auto_start = of_boot("two");
    bool over = false;
    asio::co_spawn(world_->loop, auto_start.run(), [&](const std::exception_ptr& error) {
        EXPECT_FALSE(error);
        over = true;
    });
    ASSERT_TRUE(world_->wait([&] { return state("b") == State::starting; }));
    set("c", "off");
    set("d", "last"); // an operation of somebody's
    go.set_value();
    ASSERT_TRUE(world_->wait([&] { return over; }));
    EXPECT_EQ(state("a"), State::running);
    EXPECT_EQ(state("c"), State::stopped);
    EXPECT_EQ(state("d"), State::stopped);
}

} // namespace
} // namespace banger::vm::test
