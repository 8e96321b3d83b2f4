#include "model.hpp"

#include "store/lease_table.hpp"
#include "store/query.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace banger::rollback {
namespace {

const std::vector<std::string> taking{"before_create", "after_create", "before_start",
                                      "after_start"};

bool takes(const std::string& hook) {
    return std::find(taking.begin(), taking.end(), hook) != taking.end();
}
bool vetoes(const std::string& hook) {
    return hook != "on_ready" && hook != "after_stop" && hook != "after_delete" &&
           hook != "reconcile";
}
bool of_start(const std::string& hook) {
    return hook == "before_start" || hook == "after_start";
}

std::string text_of(const Failure& failure) {
    const std::string how =
        failure.how == "error" ? "as ordered"
        : failure.how == "throw"
            ? "an exception left it: out of paper"
            : "no answer within " + std::to_string(slow_limit.count() / 1000) + " s (told to stop)";
    return "plugin " + failure.plugin + ", " + failure.hook + " of VM a: " + how;
}

} // namespace

bool Model::ask(const std::string& hook, const Failure& failure, bool reverse) {
    std::vector<std::string> order = holders;
    if (reverse) {
        std::reverse(order.begin(), order.end());
    }
    for (const std::string& plugin : order) {
        calls.push_back(plugin + " " + hook + " a");
        if (takes(hook)) {
            open.push_back({plugin, hook});
        }
        const bool fails = failure.plugin == plugin && failure.hook == hook;
        if (fails && vetoes(hook)) {
            return false;
        }
        if (!fails && (hook == "after_stop" || hook == "after_delete")) {
            release(plugin, hook == "after_delete");
        }
    }
    return true;
}

void Model::release(const std::string& plugin, bool all) {
    std::erase_if(
        open, [&](const Held& one) { return one.plugin == plugin && (all || of_start(one.hook)); });
}

void Model::undo(bool all, const std::string& only) {
    std::vector<Held> kept;
    for (auto one = open.rbegin(); one != open.rend(); ++one) {
        const bool partial = !only.empty() && one == open.rbegin();
        if (all || of_start(one->hook)) {
            calls.push_back(one->plugin + " undo:" + one->hook + " a" +
                            (partial ? " PARTIAL" : ""));
        } else {
            kept.insert(kept.begin(), *one);
        }
    }
    open = kept;
}

bool Model::bring_up(const Failure& failure) {
    for (const char* hook : {"before_start", "contribute", "validate", "after_start"}) {
        if (!ask(hook, failure)) {
            return false;
        }
    }
    static_cast<void>(ask("on_ready", failure));
    return true;
}

void Model::fail(const Failure& failure, bool in_vain) {
    succeeds = !in_vain;
    error = failure.plugin.empty() ? "" : text_of(failure);
}

void Model::create(const Failure& failure) {
    begin();
    const bool made =
        ask("before_create", failure) && ask("after_create", failure) && bring_up(failure);
    state = made ? "running" : "";
    fail(failure, !made);
    if (!made) { // the last record is the one that did not get done, if its hook takes
        undo(true, takes(failure.hook) ? failure.plugin : "");
    }
}

void Model::start(const Failure& failure) {
    begin();
    const bool up = bring_up(failure);
    state = up ? "running" : "stopped";
    fail(failure, !up);
    if (!up) {
        undo(false, takes(failure.hook) ? failure.plugin : "");
    }
}

void Model::stop(const Failure& failure) {
    begin();
    const bool may = ask("before_stop", failure, true);
    fail(failure, !may);
    if (may) {
        static_cast<void>(ask("after_stop", failure, true));
        undo(false); // of whoever failed
        state = "stopped";
    }
}

void Model::remove(const Failure& failure) {
    begin();
    const bool may = ask("before_delete", failure, true);
    fail(failure, !may);
    if (may) {
        static_cast<void>(ask("after_delete", failure, true));
        undo(true); // of whoever failed
        if (failure.hook == "after_delete") {
            state = "cleanup-pending";
            succeeds = false;
            error = "VM a is gone, but the host still holds objects of it: " + error;
        } else {
            state.clear();
        }
    }
}

void Model::reconcile(const Failure& failure) {
    begin();
    static_cast<void>(ask("reconcile", failure));
    fail(failure, failure.hook == "reconcile");
}

std::set<std::string> names_of(const std::vector<Held>& open, const std::string& vm_id,
                               const std::string& tap) {
    std::set<std::string> names;
    for (const Held& one : open) {
        names.insert(one.plugin + " " + one.hook + " " + vm_id);
        if (one.hook == "before_start") {
            names.insert(one.plugin + " " + tap + " " + vm_id);
        }
    }
    return names;
}

std::vector<std::string> open_records(const Ground& ground) {
    std::vector<std::string> lines;
    for (const auto& record : store::HookJournal(ground.dir / "banger.sqlite").open_records()) {
        lines.push_back(record.plugin + " " + record.hook + " " +
                        std::string(store::to_string(record.state)));
    }
    return lines;
}

namespace {

/// begun, then done or not, then one end, then dropped or not; an undo that failed is no end.
void check_history(const std::string& record, const std::vector<std::string>& states) {
    std::string all;
    int ends = 0;
    bool dropped = false;
    for (const std::string& state : states) {
        all += " " + state;
        EXPECT_FALSE(dropped) << record << all;
        const bool ends_here = state == "undone" || state == "released";
        EXPECT_FALSE(ends > 0 && state != "dropped") << record << all;
        ends += ends_here ? 1 : 0;
        dropped = state == "dropped";
        EXPECT_FALSE(dropped && ends == 0) << record << " was dropped while open:" << all;
    }
    EXPECT_EQ(states.front(), "intent") << record << all;
    EXPECT_LE(ends, 1) << record << all;
}

} // namespace

void check_books(const Ground& ground, bool settled) {
    store::Database database(ground.dir / "banger.sqlite");
    std::map<std::string, std::vector<std::string>> histories;
    store::Query query(database, "SELECT seq, plugin, hook, state FROM journal_history "
                                 "ORDER BY number");
    while (query.next()) {
        const std::int64_t seq = query.integer();
        const std::string plugin = query.text();
        const std::string hook = query.text();
        histories[std::to_string(seq) + " " + plugin + " " + hook].push_back(query.text());
    }
    for (const auto& [record, states] : histories) {
        check_history(record, states);
    }

    std::set<std::string> covered;
    std::set<std::string> owed;
    const std::set<std::string> held = ground.held();
    for (const auto& record : store::HookJournal(ground.dir / "banger.sqlite").open_records()) {
        covered.insert(record.plugin + " " + record.hook + " " + record.vm_id);
        if (record.state == store::JournalState::done) {
            owed.insert(record.plugin + " " + record.hook + " " + record.vm_id);
            if (record.hook == "before_start") {
                owed.insert(record.plugin + " " + record.cookie + " " + record.vm_id);
            }
        }
    }
    for (const std::string& one : held) {
        const bool tap = one.find(" tap") != std::string::npos;
        const std::string record =
            tap ? one.substr(0, one.find(' ')) + " before_start" + one.substr(one.rfind(' ')) : one;
        EXPECT_TRUE(covered.contains(record)) << one << " is held, and nobody knows";
    }
    if (settled) {
        for (const std::string& one : owed) {
            EXPECT_TRUE(held.contains(one)) << one << " is on record as done, and is free";
        }
    }

    std::set<std::string> vms;
    for (const auto& row : store::VmTable(database).list()) {
        vms.insert(row.id);
    }
    std::set<std::string> leased;
    for (const auto& lease : store::LeaseTable(database).list()) {
        EXPECT_TRUE(leased.insert(lease.vm_id).second) << "two addresses: " << lease.vm_id;
    }
    EXPECT_EQ(leased, vms);
}

std::vector<std::string> undo_calls(const std::vector<store::JournalRecord>& open, bool all) {
    std::vector<std::string> calls;
    for (auto record = open.rbegin(); record != open.rend(); ++record) {
        if (all || of_start(record->hook)) {
            const bool failed = record->state == store::JournalState::undo_failed;
            const bool partial = failed || record->state == store::JournalState::intent;
            calls.push_back(record->plugin + " undo:" + record->hook + " a" +
                            (partial ? " PARTIAL" : "") + (failed ? " RETRY" : ""));
        }
    }
    return calls;
}

std::vector<std::string> only_undo(const std::vector<std::string>& calls) {
    std::vector<std::string> found;
    std::copy_if(calls.begin(), calls.end(), std::back_inserter(found),
                 [](const auto& call) { return call.find(" undo:") != std::string::npos; });
    return found;
}

} // namespace banger::rollback
