// Every plugin fails in every hook in every manner, through a whole life of a VM.

#include "kill_vfs.hpp"
#include "model.hpp"

#include "os/temporary_dir.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace banger::rollback {
namespace {

using nlohmann::json;

/// The hook in which it happens, and the manner.
using Case = std::tuple<std::string, std::string>;

class Matrix : public testing::TestWithParam<Case> {
  protected:
    static void SetUpTestSuite() { use_kill_vfs(); } // no disk is waited for
    void SetUp() override {
        ground.make();
        hook = std::get<0>(GetParam());
        how = std::get<1>(GetParam());
    }
    void TearDown() override {
        if (daemon) {
            for (const auto& machine : daemon->world.machines.list()) {
                vm::test::end(*machine);
            }
        }
    }

    void next_daemon(const std::string& slow = "") {
        daemon.reset();
        daemon.emplace(ground, slow);
        daemon->take_up();
    }
    std::shared_ptr<vm::Machine> find() { return daemon->world.machines.find("a"); }

    /// The host did what the model says.
    void compare(const Model& model, const vm::Lifecycle::Started& operation) {
        EXPECT_EQ(ground.calls(), model.calls);
        const auto machine = find();
        EXPECT_EQ(machine ? to_string(machine->state) : "", model.state);
        const std::string id = machine ? machine->id() : "";
        EXPECT_EQ(ground.held(), names_of(model.open, id, "tap0"));
        std::vector<std::string> open;
        for (const Held& one : model.open) {
            open.push_back(one.plugin + " " + one.hook + " done");
        }
        EXPECT_EQ(open_records(ground), open);
        check_books(ground, true);
        EXPECT_EQ(ground.processes().empty(), model.state != "running");
        if (model.succeeds) {
            EXPECT_FALSE(operation->error()) << operation->error()->what();
            if (!model.error.empty()) { // it says so nevertheless
                EXPECT_NE(operation->to_json().dump().find(model.error), std::string::npos)
                    << operation->to_json();
            }
        } else {
            ASSERT_TRUE(operation->error());
            EXPECT_STREQ(operation->error()->what(), model.error.c_str());
        }
    }

    /// Brings the VM to where the hook is asked, and has it fail there.
    void fail_in_life_of_vm(const Failure& failure, bool second_start);
    /// Names, addresses, taps and context ids: nobody else's while the VM has them, free after it.
    void check_reuse(const std::string& tap_of_running);

    os::TemporaryDir dir{"bgr-roll"};
    Ground ground{dir.path() / "ground"};
    std::optional<Daemon> daemon;
    std::string hook, how;
};

bool is_one_of(const std::string& hook, std::initializer_list<const char*> hooks) {
    return std::find(hooks.begin(), hooks.end(), hook) != hooks.end();
}

void Matrix::fail_in_life_of_vm(const Failure& failure, bool second_start) {
    const Failure none;
    Model model;
    const bool in_create =
        !second_start && is_one_of(hook, {"before_create", "after_create", "before_start",
                                          "after_start", "contribute", "validate", "on_ready"});
    if (!in_create) { // what comes before it goes well
        model.create(none);
        next_daemon();
        compare(model, daemon->create("a"));
        if (hook != "before_stop" && hook != "after_stop" && hook != "reconcile") {
            model.stop(none);
            compare(model, daemon->run(daemon->world.lifecycle.stop("a", {})));
        }
    }
    ground.order(failure.plugin, failure.hook, failure.how);
    if (hook == "reconcile") {
        daemon.reset();
        daemon.emplace(ground, how == "timeout" ? failure.plugin : "");
        daemon->take_up();
        model.reconcile(failure);
        compare(model, daemon->world.operations.list().front());
        return;
    }
    next_daemon(how == "timeout" ? failure.plugin : "");
    if (model.state == "running") {
        model.reconcile(none);
        EXPECT_EQ(ground.calls(), model.calls);
    }
    auto& lifecycle = daemon->world.lifecycle;
    if (in_create) {
        model.create(failure);
        compare(model, daemon->create("a"));
    } else if (second_start) {
        model.start(failure);
        compare(model, daemon->run(lifecycle.start("a", std::nullopt)));
    } else if (hook == "before_stop" || hook == "after_stop") {
        model.stop(failure);
        compare(model, daemon->run(lifecycle.stop("a", {})));
    } else {
        model.remove(failure);
        compare(model, daemon->run(lifecycle.remove("a", false)));
    }
}

void Matrix::check_reuse(const std::string& tap_of_running) {
    auto machine = find();
    if (machine) {
        EXPECT_THROW((void)daemon->create("a"), os::Error);
    }
    ASSERT_FALSE(daemon->create("b")->error());
    const auto other = daemon->world.machines.get("b");
    EXPECT_EQ(other->row.ip, machine ? "10.9.8.3" : "10.9.8.2");
    EXPECT_NE(other->row.cid, machine ? machine->row.cid : 0);
    std::set<std::string> taps;
    for (const std::string& holder : holders) {
        taps.insert(holder + " " + tap_of_running);
    }
    EXPECT_EQ(ground.taps_of(other->id()), taps);
    for (const char* name : {"a", "b"}) {
        if (daemon->world.machines.find(name)) {
            EXPECT_FALSE(daemon->run(daemon->world.lifecycle.remove(name, true))->error());
        }
    }
    EXPECT_EQ(ground.held(), std::set<std::string>{});
    EXPECT_EQ(ground.left_over(), std::vector<std::string>{});
    EXPECT_EQ(ground.processes(), std::vector<int>{});
    EXPECT_EQ(open_records(ground), std::vector<std::string>{});
    check_books(ground, true);
}

TEST_P(Matrix, TheHostDoesWhatTheModelDoes) {
    for (const std::string& plugin : holders) {
        for (const bool second_start : {false, true}) {
            if (second_start &&
                !is_one_of(hook, {"before_start", "after_start", "contribute", "validate"})) {
                continue;
            }
            SCOPED_TRACE(plugin + (second_start ? ", a start" : ""));
            fail_in_life_of_vm({plugin, hook, how}, second_start);
            if (HasFatalFailure()) {
                return;
            }
            ground.no_orders();
            next_daemon(); // what an exception left is asked again
            const auto machine = find();
            check_reuse(machine && machine->runs() ? "tap1" : "tap0");
            ground.calls();
        }
    }
}

INSTANTIATE_TEST_SUITE_P(
    EachHook, Matrix,
    testing::Combine(testing::Values("before_create", "after_create", "before_start", "after_start",
                                     "contribute", "validate", "on_ready", "before_stop",
                                     "after_stop", "before_delete", "after_delete", "reconcile"),
                     testing::Values("error", "throw", "timeout")),
    [](const auto& one) { return std::get<0>(one.param) + "_" + std::get<1>(one.param); });

} // namespace
} // namespace banger::rollback
