// The daemon is killed at every write of its store, in every operation: the next one finds what was
// under way in the journal, and leaves the host as the record says.

#include "kill_vfs.hpp"
#include "model.hpp"
#include "scenes.hpp"

#include "os/child.hpp"
#include "os/temporary_dir.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include <unistd.h>

namespace banger::rollback {
namespace {

/// What is on record when the daemon is dead.
struct Remains {
    std::optional<store::VmRow> row;
    std::vector<store::JournalRecord> open;
    std::vector<int> processes; ///< of VMs, which outlive their daemon
};

class KilledDaemon : public testing::Test {
  protected:
    static void SetUpTestSuite() { use_kill_vfs(); }
    void TearDown() override {
        for (const int pid : ground->processes()) { // of a case that failed
            ::kill(pid, SIGKILL);
        }
    }

    /// True: it was killed. False: it got through.
    bool kill_daemon(std::string_view name, int point) {
        os::SpawnOptions options;
        options.stderr_fd = STDERR_FILENO;
        os::Child child = os::Child::spawn(
            {BANGER_KILLED_DAEMON, ground->dir.string(), std::string(name), std::to_string(point)},
            options);
        const os::ExitStatus status = child.wait();
        if (status.signal == SIGKILL) {
            return true;
        }
        EXPECT_EQ(status.code, 0) << "signal " << status.signal;
        return false;
    }

    [[nodiscard]] Remains look() const {
        Remains remains;
        store::Database database(ground->dir / "banger.sqlite");
        for (const auto& row : store::VmTable(database).list()) {
            EXPECT_EQ(row.name, "a");
            remains.row = row;
        }
        remains.open = store::HookJournal(ground->dir / "banger.sqlite").open_records();
        remains.processes = ground->processes();
        return remains;
    }

    /// The first point of "create" at which hold-b is in after_start: that is the eleventh record.
    int point_in_after_start() {
        constexpr std::size_t wanted = 11;
        int low = 1;
        int high = 512; // more writes than it has: then it gets through
        while (low < high) {
            const int middle = (low + high) / 2;
            const os::TemporaryDir dir("bgr-kill");
            ground.emplace(dir.path() / "ground");
            ground->make();
            kill_daemon("create", middle);
            if (look().open.size() >= wanted) {
                high = middle;
            } else {
                low = middle + 1;
            }
            for (const int pid : ground->processes()) {
                ::kill(pid, SIGKILL);
            }
        }
        return low;
    }

    /// What the next daemon makes of it: what was begun is finished (stop, delete) or undone.
    static std::string state_after(const Remains& remains) {
        const std::string state = remains.row ? remains.row->state : "";
        if (state == "creating" || state == "deleting") {
            return "";
        }
        return state == "starting" || state == "stopping" ? "stopped" : state;
    }
    static std::vector<std::string> undo_of(const Remains& remains) {
        const std::string state = remains.row ? remains.row->state : "";
        if (state != "creating" && state != "starting") {
            return {};
        }
        return undo_calls(remains.open, state == "creating");
    }

    void check_next_daemon(const Remains& remains);
    void check_reuse(Daemon& daemon);

    std::optional<Ground> ground;
};

void KilledDaemon::check_next_daemon(const Remains& remains) {
    const std::string state = state_after(remains);
    ground->no_orders();
    ground->calls();
    Daemon daemon(*ground);
    daemon.take_up();

    EXPECT_EQ(only_undo(ground->calls()), undo_of(remains));
    const auto machine = daemon.world.machines.find("a");
    EXPECT_EQ(machine ? to_string(machine->state) : "", state);
    std::vector<Held> open;
    for (const char* hook : {"before_create", "after_create", "before_start", "after_start"}) {
        const bool of_start = std::string_view(hook).ends_with("start");
        for (const std::string& plugin : holders) {
            if (state == "running" || (state == "stopped" && !of_start)) {
                open.push_back({plugin, hook});
            }
        }
    }
    std::vector<std::string> records;
    for (const Held& one : open) {
        records.push_back(one.plugin + " " + one.hook + " done");
    }
    EXPECT_EQ(open_records(*ground), records);
    EXPECT_EQ(ground->held(), names_of(open, machine ? machine->id() : "", "tap0"));
    check_books(*ground, true);
    EXPECT_EQ(ground->processes(), state == "running" ? remains.processes : std::vector<int>{});
    if (machine) {
        EXPECT_EQ(machine->row.ip, "10.9.8.2");
        EXPECT_EQ(fs::exists(vm::MachinePaths(daemon.world.settings, machine->id()).run),
                  state == "running");
    } else {
        EXPECT_EQ(ground->left_over(), std::vector<std::string>{});
    }
    check_reuse(daemon);
}

/// Names, addresses, taps and context ids: nobody else's while the VM has them, free after it.
void KilledDaemon::check_reuse(Daemon& daemon) {
    const auto machine = daemon.world.machines.find("a");
    if (machine) {
        EXPECT_THROW((void)daemon.create("a"), os::Error);
    }
    const std::string name = machine ? "b" : "a";
    ASSERT_FALSE(daemon.create(name)->error());
    const auto other = daemon.world.machines.get(name);
    EXPECT_EQ(other->row.ip, machine ? "10.9.8.3" : "10.9.8.2");
    EXPECT_NE(other->row.cid, machine ? machine->row.cid : 0);
    const std::string tap = machine && machine->runs() ? "tap1" : "tap0";
    EXPECT_EQ(ground->taps_of(other->id()),
              (std::set<std::string>{"hold-a " + tap, "hold-b " + tap, "hold-c " + tap}));
    for (const char* each : {"a", "b"}) {
        if (daemon.world.machines.find(each)) {
            const auto removal = daemon.run(daemon.world.lifecycle.remove(each, true));
            EXPECT_FALSE(removal->error()) << removal->error()->what();
        }
    }
    EXPECT_EQ(ground->held(), std::set<std::string>{});
    EXPECT_EQ(ground->left_over(), std::vector<std::string>{});
    EXPECT_EQ(ground->processes(), std::vector<int>{});
    EXPECT_EQ(open_records(*ground), std::vector<std::string>{});
    check_books(*ground, true);
}

/// A scene and which of its points: each `shards`-th from this one.
using Share = std::tuple<std::string, int>;

class Killed : public KilledDaemon, public testing::WithParamInterface<Share> {
  protected:
    const Scene* scene = find_scene(std::get<0>(GetParam()));
};

TEST_P(Killed, TheNextDaemonFinishesOrUndoesIt) {
    bool killed = true;
    int points = 0;
    for (int point = 1 + std::get<1>(GetParam()); killed; point += scene->shards) {
        const os::TemporaryDir dir("bgr-kill");
        ground.emplace(dir.path() / "ground");
        ground->make();
        killed = kill_daemon(scene->name, point);
        points += killed ? 1 : 0;
        SCOPED_TRACE("point " + std::to_string(point) + (killed ? "" : ", not reached"));
        const Remains remains = look();
        check_books(*ground, false);
        check_next_daemon(remains);
        if (HasFailure()) {
            return;
        }
    }
    EXPECT_GT(points, 3); // it was killed at all
    RecordProperty("points", points);
}

/// The next daemon is killed, too, while it undoes what the first began.
TEST_F(KilledDaemon, SoIsTheNextOne) {
    const int in_after_start = point_in_after_start();
    bool killed = true;
    int points = 0;
    for (int point = 1; killed; ++point) {
        const os::TemporaryDir dir("bgr-kill");
        ground.emplace(dir.path() / "ground");
        ground->make();
        ASSERT_TRUE(kill_daemon("create", in_after_start));
        ASSERT_EQ(look().row.value().state, "creating");
        ASSERT_EQ(look().open.size(), 11U);
        killed = kill_daemon("take_up", point);
        points += killed ? 1 : 0;
        SCOPED_TRACE("point " + std::to_string(point) + (killed ? "" : ", not reached"));
        const Remains remains = look();
        check_books(*ground, false);
        check_next_daemon(remains);
        if (HasFailure()) {
            return;
        }
    }
    EXPECT_GT(points, 22);
}

std::vector<Share> shares() {
    std::vector<Share> all;
    for (const Scene& scene : scenes()) {
        for (int shard = 0; shard < scene.shards; ++shard) {
            all.emplace_back(scene.name, shard);
        }
    }
    return all;
}

INSTANTIATE_TEST_SUITE_P(AtEachWrite, Killed, testing::ValuesIn(shares()), [](const auto& one) {
    return std::get<0>(one.param) + "_" + std::to_string(std::get<1>(one.param));
});

} // namespace
} // namespace banger::rollback
