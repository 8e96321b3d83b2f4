// What becomes of a VM when things end or fail at the wrong moment.

#include "unit/vm/world.hpp"

#include "os/error.hpp"
#include "os/process.hpp"
#include "os/temporary_dir.hpp"
#include "store/query.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <future>
#include <optional>
#include <thread>

#include <nlohmann/json.hpp>

namespace banger::vm::test {
namespace {

using nlohmann::json;
using os::Error;
using os::ErrorKind;

class LifecycleTest : public ::testing::Test {
  protected:
    void SetUp() override {
        World::make_bundle(dir_.path() / "bundle");
        world.emplace(dir_.path(), run_dir());
    }
    void TearDown() override {
        if (world) {
            for (const auto& machine : world->machines.list()) {
                end(*machine);
            }
        }
    }

    [[nodiscard]] std::filesystem::path run_dir() const { return dir_.path() / "run"; }

    /// Ends this daemon (not its VMs) and starts the next.
    void restart(const std::filesystem::path& run) {
        world.reset();
        world.emplace(dir_.path(), run);
        world->adopt();
        for (const auto& machine : world->machines.list()) {
            EXPECT_TRUE(world->wait([&] { return !machine->busy(); }));
        }
    }

    static json exit_of(const Machine& machine) { return json::parse(machine.row.exit.value()); }

  private:
    os::TemporaryDir dir_{"bgr-life"};

  protected:
    std::optional<World> world;
};

TEST_F(LifecycleTest, PluginsAndVmmsAreAskedBeforeAnythingIsMade) {
    CreateRequest request;
    request.name = "a";
    int asked = 0;
    world->capabilities.on_validate = [&] {
        ++asked;
        throw Error(ErrorKind::invalid, "no such port");
    };
    request.options = {{"nat", {{"publish", "nonsense"}}}};
    EXPECT_THROW(world->check(request), Error);
    EXPECT_EQ(asked, 1);
    world->capabilities.on_validate = [] {};
    EXPECT_NO_THROW(world->check(request));
    request.vmm = "firecracker";
    EXPECT_THROW(world->check(request), Error);
    EXPECT_TRUE(world->machines.list().empty());
}

TEST_F(LifecycleTest, ANameThatIsBeingTakenIsToldWithItsOperation) {
    CreateRequest request;
    request.name = "a";
    const auto first = world->lifecycle.create(request);
    std::string hint;
    const auto refusal = [&] {
        try {
            (void)world->lifecycle.create(request);
        } catch (const Error& error) {
            hint = error.hint();
            return std::string(error.what());
        }
        return std::string();
    };
    EXPECT_EQ(refusal(), "a VM named 'a' exists already: it is being created by " + first->id());
    first->cancel();
    EXPECT_EQ(refusal(), "a VM named 'a' exists already: it is being undone by " + first->id());
    EXPECT_EQ(hint,
              "take another name, or try again when that is done: banger op watch " + first->id());
    EXPECT_TRUE(world->machines.get("a")->is_undone());
    world->finish(first);
    EXPECT_FALSE(world->machines.find("a"));
    world->create("a");
    EXPECT_EQ(refusal(), "a VM named 'a' exists already");
    EXPECT_EQ(hint, "take another name, or delete it with: banger vm delete a") << "which asks";
    world->finish(world->lifecycle.stop("a", {}));
    EXPECT_EQ(refusal(), "a VM named 'a' exists already");
    EXPECT_EQ(hint, "take another name, or delete it with: banger vm delete a");
}

TEST_F(LifecycleTest, WhatIsTakenIsRefusedBeforeAStartOrAChangeBegins) {
    const json taken = {{"nat", {{"publish", {"8080:80"}}}}};
    world->create("up");
    world->create("down");
    world->finish(world->lifecycle.stop("down", {}));
    std::vector<std::string> asked;
    world->capabilities.on_require = [&](const VmView& vm) {
        asked.push_back(vm.name);
        throw Error(ErrorKind::conflict, "port 8080/tcp of this machine is in use");
    };
    CreateRequest request;
    request.name = "new";
    request.options = taken;
    EXPECT_THROW(world->check(request), Error);
    request.name = "up"; // told first, and alone
    EXPECT_THROW(world->check(request), Error);
    EXPECT_THROW(world->ask(world->lifecycle.check_start("down")), Error);
    EXPECT_THROW(world->ask(world->lifecycle.check_set("up", taken)), Error);
    EXPECT_EQ(asked, (std::vector<std::string>{"new", "down", "up"}));

    // Nothing is taken by these, or start() and set() say what is wrong.
    EXPECT_NO_THROW(world->ask(world->lifecycle.check_set("down", taken)));
    EXPECT_NO_THROW(world->ask(world->lifecycle.check_set("up", json::object())));
    EXPECT_NO_THROW(world->ask(world->lifecycle.check_start("up")));
    EXPECT_NO_THROW(world->ask(world->lifecycle.check_start("nobody")));
}

TEST_F(LifecycleTest, ADiskThatIsTooSmallIsRefusedBeforeAnythingIsMade) {
    CreateRequest request;
    request.name = "a";
    request.work_disk_mib = 32; // the bundle's is 64
    EXPECT_THROW(world->lifecycle.create(request), Error);
    EXPECT_TRUE(world->machines.list().empty());
    EXPECT_TRUE(world->operations.list().empty());
}

TEST_F(LifecycleTest, AVmThatGetsNoNetworkIsRefusedBeforeAnythingIsMade) {
    const auto stopped = world->create("a");
    world->finish(world->lifecycle.stop("a", {}));
    world->settings.network_required = true;
    world->capabilities.networkless.emplace(ErrorKind::unavailable, "plugin x: did not load");
    CreateRequest request;
    request.name = "b";
    EXPECT_THROW(world->lifecycle.create(request), Error);
    EXPECT_EQ(world->machines.find("b"), nullptr);
    EXPECT_THROW(world->lifecycle.start("a", {}), Error);
    EXPECT_EQ(stopped->state, State::stopped);

    // A plugin that might have given one, and did not.
    world->capabilities.networkless.reset();
    const auto operation = world->lifecycle.create(request);
    world->finish(operation);
    ASSERT_TRUE(operation->error());
    EXPECT_STREQ(operation->error()->what(), "no plugin gave this VM a network card");
    EXPECT_EQ(world->machines.find("b"), nullptr);
}

TEST_F(LifecycleTest, AChangedNetworkIsToldBeforeAnythingBegins) {
    const auto refused = [&](const auto& begin) -> std::string {
        try {
            begin();
        } catch (const Error& error) {
            return error.what();
        }
        return {};
    };
    world->create("up");
    world->create("down");
    world->finish(world->lifecycle.stop("down", {}));
    const std::size_t before = world->operations.list().size();
    CreateRequest request;
    request.name = "new";

    // While a VM runs, the daemon is on the network that it has.
    world->settings.wanted_network = HostNetwork{"banger", net::Subnet::parse("10.7.0.0/24")};
    const std::string held = "VM up still runs on 10.9.8.0/24, and config.yaml says "
                             "network.subnet: 10.7.0.0/24";
    EXPECT_EQ(refused([&] { world->lifecycle.create(request); }), held);
    EXPECT_EQ(refused([&] { world->lifecycle.start("down", {}); }), held);
    EXPECT_EQ(refused([&] { world->lifecycle.restart("up", {}); }), held);
    EXPECT_EQ(world->machines.find("new"), nullptr);

    // An address is for life; a new VM has one of the new network.
    world->settings.wanted_network.reset();
    world->settings.subnet = net::Subnet::parse("10.7.0.0/24");
    EXPECT_EQ(refused([&] { world->lifecycle.start("down", {}); }),
              "VM down has the address 10.9.8.3 for life, and network.subnet in config.yaml, "
              "10.7.0.0/24, does not have it");
    EXPECT_EQ(world->operations.list().size(), before);
    EXPECT_EQ(world->machines.get("down")->state, State::stopped);
    EXPECT_EQ(world->create("new")->row.ip, "10.7.0.2");
}

TEST_F(LifecycleTest, AStartTellsOfOptionsWhosePluginDoesNotRun) {
    const auto machine = world->create("a");
    world->finish(world->lifecycle.kill("a"));
    machine->row.options =
        R"({"nat":{"egress":"open","nat":true,"publish":["80:80"]},"dns":{"dns-alias":[]}})";
    world->finish(world->lifecycle.start("a", std::nullopt));
    EXPECT_EQ(machine->state, State::running);
    EXPECT_NE(machine->row.warnings.find("plugin nat does not run: what was set with it has no "
                                         "effect (nat, publish)"),
              std::string::npos);
    EXPECT_EQ(machine->row.warnings.find("dns"), std::string::npos);
}

TEST_F(LifecycleTest, AVmWithoutItsRunFolderStillRuns) {
    const auto before = world->create("a")->process->vmm();
    const std::string why = world->machines.get("a")->vmm_reason;
    EXPECT_NE(why, "");
    os::remove_tree(run_dir());
    restart(run_dir());
    const auto machine = world->machines.get("a");
    EXPECT_EQ(machine->state, State::running);
    ASSERT_TRUE(machine->process);
    EXPECT_EQ(machine->process->vmm(), before);
    EXPECT_EQ(machine->vmm_reason, why) << "is shown on";
    EXPECT_THROW((void)world->lifecycle.remove("a", false), Error);

    // No socket leads to its supervisor: a signal is its power button.
    world->finish(world->lifecycle.stop("a", {.timeout = std::chrono::seconds(20)}));
    EXPECT_EQ(machine->state, State::stopped);
    EXPECT_FALSE(before.alive());
}

TEST_F(LifecycleTest, AnotherRunFolderDoesNotHideAVm) {
    const supervisor::Supervised first = *world->create("a")->process;
    const auto before = first.vmm();
    const auto folder = first.run_dir();
    restart(run_dir() / "other");
    const auto machine = world->machines.get("a");
    EXPECT_EQ(machine->state, State::running);
    EXPECT_EQ(machine->process->vmm(), before);
    EXPECT_EQ(machine->process->run_dir(), folder);
    world->finish(world->lifecycle.kill("a"));
    EXPECT_EQ(machine->state, State::stopped);
    EXPECT_FALSE(before.alive());
}

TEST_F(LifecycleTest, OnlyADeadVmmIsAnEnd) {
    const auto process = *world->create("a")->process;
    world.reset();
    os::send_signal(process.supervisor(), SIGKILL); // its VMM alone still writes to the disks
    restart(run_dir());
    const auto machine = world->machines.get("a");
    EXPECT_EQ(machine->state, State::running);
    os::send_signal(process.vmm(), SIGKILL);
    EXPECT_TRUE(world->wait([&] { return machine->state == State::crashed; }));
    EXPECT_FALSE(exit_of(*machine).at("reason").get<std::string>().empty());
}

TEST_F(LifecycleTest, AnEndWhileNoDaemonLookedIsSeen) {
    const auto process = *world->create("a")->process;
    world.reset();
    os::send_signal(process.vmm(), SIGKILL);
    os::send_signal(process.supervisor(), SIGKILL);
    EXPECT_TRUE(process.wait_ended(std::chrono::seconds(5)));
    restart(run_dir());
    const auto machine = world->machines.get("a");
    EXPECT_EQ(machine->state, State::crashed);
    EXPECT_TRUE(world->wait([&] { return !machine->busy(); }));
    EXPECT_EQ(machine->state, State::crashed);
}

TEST_F(LifecycleTest, AVmmThatDiesWhilePluginsHearOfItIsNoRunningVm) {
    world->capabilities.on_hook = [&](Hook hook, const VmView&) {
        if (hook == Hook::on_ready) {
            const auto machine = world->machines.get("a");
            end(*machine);
            EXPECT_TRUE(machine->process->wait_ended(std::chrono::seconds(5)));
            std::this_thread::sleep_for(std::chrono::seconds(1)); // the loop sees it meanwhile
        }
    };
    const auto machine = world->create("a");
    EXPECT_TRUE(world->wait([&] { return machine->state == State::crashed; }));
}

TEST_F(LifecycleTest, AVmmThatDiesDuringASetIsNoRunningVm) {
    const auto machine = world->create("a");
    world->capabilities.on_change = [&](const VmView&) {
        end(*machine);
        EXPECT_TRUE(machine->process->wait_ended(std::chrono::seconds(5)));
        std::this_thread::sleep_for(std::chrono::seconds(1));
    };
    SetRequest request;
    request.options = {{"nat", {{"enabled", true}}}};
    world->finish(world->lifecycle.set("a", request));
    EXPECT_TRUE(world->wait([&] { return machine->state == State::crashed; }));
}

TEST_F(LifecycleTest, AnEndThatCannotBeRecordedIsSeenAllTheSame) {
    const auto machine = world->create("a");
    // As a full disk does: nothing of a VM can be written any more.
    store::Query(world->database, "CREATE TRIGGER full BEFORE UPDATE ON vm "
                                  "BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
        .run();
    end(*machine);
    EXPECT_TRUE(world->wait([&] { return machine->state == State::crashed && !machine->busy(); }));
    const auto exits = world->operations.list();
    ASSERT_EQ(exits.front()->kind(), "exit");
    ASSERT_TRUE(exits.front()->error());
    EXPECT_NE(std::string(exits.front()->error()->what()).find("disk is full"), std::string::npos);

    store::Query(world->database, "DROP TRIGGER full").run();
    const auto start = world->lifecycle.start("a", {});
    world->finish(start);
    EXPECT_EQ(start->state(), OperationState::succeeded);
    EXPECT_EQ(machine->state, State::running);
}

/// before_start fails, and so does its undo for the first `failures` times.
void fail_start(World& world, int failures) {
    world.capabilities.on_hook = [](Hook hook, const VmView&) {
        if (hook == Hook::before_start) {
            throw Error(ErrorKind::unavailable, "no tap");
        }
    };
    world.capabilities.on_undo = [left = std::make_shared<int>(failures)] {
        std::vector<UndoFailure> failed;
        if ((*left)-- > 0) {
            failed.push_back({"nat", "before_start", Error(ErrorKind::busy, "still in use")});
        }
        return failed;
    };
}

TEST_F(LifecycleTest, ACreateWhoseRollbackFailsIsTriedAgainUntilItIsGone) {
    fail_start(*world, 1);
    CreateRequest request;
    request.name = "a";
    const auto operation = world->lifecycle.create(request);
    world->finish(operation);
    EXPECT_EQ(operation->error()->kind(), ErrorKind::unavailable);
    EXPECT_THAT(operation->error()->details(),
                testing::ElementsAre("a is cleanup-pending: not taken back yet: still in use; that "
                                     "is tried again by itself, or give it up: banger vm delete "
                                     "--force a"));
    EXPECT_EQ(world->machines.get("a")->state, State::cleanup_pending);
    EXPECT_TRUE(world->wait([&] { return !world->machines.find("a"); }));
}

TEST_F(LifecycleTest, AnUndoThatThrowsLeavesAVmThatCanBeDeleted) {
    fail_start(*world, 0);
    world->capabilities.on_undo = []() -> std::vector<UndoFailure> {
        throw Error(ErrorKind::exhausted, "the journal cannot be written");
    };
    CreateRequest request;
    request.name = "a";
    world->finish(world->lifecycle.create(request));
    EXPECT_EQ(world->machines.get("a")->state, State::cleanup_pending);
    const auto removal = world->lifecycle.remove("a", false);
    world->finish(removal);
    EXPECT_EQ(world->machines.get("a")->state, State::cleanup_pending);
    EXPECT_STREQ(removal->error()->what(),
                 "VM a is gone, but the host still holds objects of it: not taken back yet: the "
                 "journal cannot be written");
    world->capabilities.on_undo = [] { return std::vector<UndoFailure>{}; };
    world->finish(world->lifecycle.remove("a", false));
    EXPECT_FALSE(world->machines.find("a"));
}

TEST_F(LifecycleTest, AJailThatIsNotCleanedKeepsNothingElseFromBeingTakenBack) {
    std::atomic<bool> shut = true;
    std::atomic<int> undone = 0;
    world->capabilities.on_hook = [](Hook hook, const VmView&) {
        if (hook == Hook::after_start) {
            throw Error(ErrorKind::unavailable, "no rules");
        }
    };
    world->capabilities.on_undo = [&undone] {
        ++undone;
        return std::vector<UndoFailure>{};
    };
    world->clean_jail = [&shut] {
        if (shut) {
            throw Error(ErrorKind::permission, "sudo wants a password");
        }
    };
    CreateRequest request;
    request.name = "a";
    world->finish(world->lifecycle.create(request));
    const auto machine = world->machines.get("a");
    EXPECT_EQ(machine->state, State::cleanup_pending);
    EXPECT_GE(undone, 1);
    EXPECT_FALSE(std::filesystem::exists(MachinePaths(world->settings, *machine).run));
    EXPECT_THAT(machine->row.warnings, testing::HasSubstr("sudo wants a password"));
    shut = false;
    EXPECT_TRUE(world->wait([&] { return !world->machines.find("a"); }));
}

TEST_F(LifecycleTest, AStartWhoseUndoFailsIsTriedAgainUntilTheVmIsStopped) {
    const auto machine = world->create("a");
    world->finish(world->lifecycle.kill("a"));
    fail_start(*world, 1);
    const std::int64_t seq = world->journal.begin(machine->id(), "nat", "before_start");
    const auto start = world->lifecycle.start("a", std::nullopt);
    world->finish(start);
    EXPECT_EQ(machine->state, State::cleanup_pending);
    EXPECT_THAT(
        start->error()->details(),
        testing::ElementsAre("a is cleanup-pending until plugin nat has given back what was "
                             "taken; that is tried again by itself, or give it up: banger "
                             "vm delete --force a"));
    EXPECT_THROW((void)world->lifecycle.start("a", std::nullopt), Error);
    EXPECT_TRUE(world->wait([&] { return machine->state == State::stopped; }));
    EXPECT_EQ(machine->row.warnings, "[]"); // nothing is held any more
    world->journal.finish(seq, store::JournalState::undone);
    world->capabilities.on_hook = [](Hook, const VmView&) {};
    world->finish(world->lifecycle.start("a", std::nullopt));
    EXPECT_EQ(machine->state, State::running);
}

TEST_F(LifecycleTest, ARestartDoesNotStartWhatItsStopLeftPending) {
    const auto machine = world->create("a");
    fail_start(*world, 1);
    int starts = 0;
    world->capabilities.on_hook = [&starts](Hook hook, const VmView&) {
        starts += hook == Hook::before_start ? 1 : 0;
        if (hook == Hook::after_stop) {
            throw Error(ErrorKind::unavailable, "no answer");
        }
    };
    const auto restart = world->lifecycle.restart("a", {.force = true});
    world->finish(restart);
    ASSERT_TRUE(restart->error());
    EXPECT_STREQ(restart->error()->what(),
                 "VM a is cleanup-pending: not taken back yet: still in use");
    EXPECT_EQ(starts, 0);
    EXPECT_TRUE(world->wait([&] { return machine->state == State::stopped; }));
}

TEST_F(LifecycleTest, ARecoveryThatLeavesItPendingHasFailed) {
    fail_start(*world, 2); // the roll-back's, and that of the first recovery
    CreateRequest request;
    request.name = "a";
    world->finish(world->lifecycle.create(request));
    EXPECT_TRUE(world->wait([&] { return !world->machines.find("a"); }));
    std::vector<std::string> ends;
    for (const auto& operation : world->operations.list()) { // newest first
        if (operation->kind() == "recover") {
            ends.emplace_back(operation->error() ? operation->error()->what() : "succeeded");
        }
    }
    EXPECT_THAT(ends, testing::ElementsAre("succeeded", "VM a is still cleanup-pending: not taken "
                                                        "back yet: still in use"));
}

TEST_F(LifecycleTest, WhatWentOnWithAWarningIsToldOfOperationAndVm) {
    world->capabilities.on_context = [](Hook hook, CallContext& context) {
        if (hook == Hook::before_start || hook == Hook::after_start) {
            context.warn("no rules");
        }
    };
    world->capabilities.on_hook = [](Hook hook, const VmView&) {
        if (hook == Hook::on_ready) {
            throw Error(ErrorKind::conflict, "no name");
        }
    };
    const auto machine = world->create("a");
    EXPECT_THAT(json::parse(machine->row.warnings),
                testing::IsSupersetOf({json("no rules"), json("no name")}));
    world->finish(world->lifecycle.kill("a"));
    const auto start = world->lifecycle.start("a", std::nullopt);
    world->finish(start);
    const json told = start->to_json();
    EXPECT_EQ(told.at("warnings"), json::array({"no rules", "no name"}));
    EXPECT_THAT(told.at("log").dump(), testing::HasSubstr("no rules"));

    world->capabilities.on_context = [](Hook, CallContext&) {};
    world->capabilities.on_hook = [](Hook, const VmView&) {};
    world->finish(world->lifecycle.kill("a"));
    world->finish(world->lifecycle.start("a", std::nullopt));
    EXPECT_THAT(machine->row.warnings, testing::Not(testing::HasSubstr("no rules")));
}

TEST_F(LifecycleTest, ADeleteThatCannotReleaseIsTriedAgain) {
    const auto machine = world->create("a");
    fail_start(*world, 1);
    std::vector<std::string> lines;
    world->log = [&lines](std::string_view level, const std::string& text) {
        lines.push_back(std::string(level) + " " + text);
    };
    const auto operation = world->lifecycle.remove("a", true);
    world->finish(operation);
    EXPECT_EQ(operation->state(), OperationState::succeeded); // --force drops the records
    EXPECT_FALSE(world->machines.find("a"));
    EXPECT_THAT(lines, testing::ElementsAre("warning given up: not taken back yet: still in use",
                                            "warning VM a is deleted all the same; see what is "
                                            "left of it with: banger doctor --leaks"));

    world->capabilities.on_hook = [](Hook, const VmView&) {};
    (void)world->create("b");
    world->finish(world->lifecycle.kill("b"));
    fail_start(*world, 1);
    world->finish(world->lifecycle.remove("b", false));
    EXPECT_EQ(world->machines.get("b")->state, State::cleanup_pending);
    EXPECT_TRUE(world->wait([&] { return !world->machines.find("b"); }));
}

TEST_F(LifecycleTest, WhatIsInTheGuestIsAskedBeforeTheButtonIsPressed) {
    const auto machine = world->create("a");
    const auto vmm = machine->process->vmm();
    std::string asked;
    world->capabilities.on_power = [&](const std::string& action) {
        asked = action;
        os::send_signal(vmm, SIGKILL);
        return true;
    };
    const auto operation = world->lifecycle.stop("a", {.timeout = std::chrono::seconds(20)});
    world->finish(operation);
    EXPECT_EQ(asked, "shutdown");
    EXPECT_EQ(machine->state, State::stopped);
}

TEST_F(LifecycleTest, AGuestThatTakesTheOrderAndDoesNothingIsEnded) {
    const auto machine = world->create("a");
    const auto vmm = machine->process->vmm();
    world->capabilities.on_power = [&](const std::string&) { return true; };
    world->finish(world->lifecycle.stop("a", {.timeout = std::chrono::seconds(1)}));
    EXPECT_EQ(machine->state, State::stopped);
    EXPECT_FALSE(vmm.alive());
}

TEST_F(LifecycleTest, ADeleteOfARunningVmIsFinishedByTheNextDaemon) {
    auto machine = world->create("a");
    const auto vmm = machine->process->vmm();
    std::promise<void> daemon_dies;
    world->capabilities.on_hook = [&](Hook hook, const VmView&) {
        if (hook == Hook::before_stop) {
            daemon_dies.get_future().wait();
        }
    };
    (void)world->lifecycle.remove("a", true);
    ASSERT_TRUE(world->wait([&] { return machine->state == State::deleting; }));
    EXPECT_TRUE(vmm.alive());
    daemon_dies.set_value();
    machine.reset(); // it is of this daemon
    restart(run_dir());
    EXPECT_FALSE(world->machines.find("a"));
    EXPECT_FALSE(vmm.alive());
}

} // namespace
} // namespace banger::vm::test
