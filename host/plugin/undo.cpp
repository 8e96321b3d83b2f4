#include "plugin/undo.hpp"

#include "plugin/hook_traits.hpp"

#include <algorithm>
#include <utility>

namespace banger::plugin {

using os::Error;
using os::ErrorKind;
using store::JournalRecord;
using store::JournalState;

namespace {

bool in_phase(const JournalRecord& record, vm::Phase phase) {
    return phase == vm::Phase::create || record.hook == "before_start" ||
           record.hook == "after_start";
}

std::uint32_t flags_of(const JournalRecord& record) {
    switch (record.state) {
    case JournalState::intent:
        return BANGER_UNDO_PARTIAL;
    case JournalState::undo_failed: // how far the hook itself got is no longer known
        return BANGER_UNDO_PARTIAL | BANGER_UNDO_RETRY;
    case JournalState::done:
    case JournalState::undone:
    case JournalState::released:
        break;
    }
    return 0;
}

} // namespace

std::vector<vm::UndoFailure> Undo::run(const vm::VmView& vm, vm::Phase phase,
                                       vm::CallContext& context) {
    std::vector<JournalRecord> records = journal_.open_records(vm.id);
    std::erase_if(records, [&](const JournalRecord& record) { return !in_phase(record, phase); });
    std::reverse(records.begin(), records.end());
    std::vector<vm::UndoFailure> failures;
    for (const JournalRecord& record : records) {
        if (auto failure = run_one(record, vm, &context)) {
            failures.push_back(std::move(*failure));
        }
    }
    return failures;
}

Undo::Claim::Claim(Undo& undo, std::int64_t seq) : undo_(undo), seq_(seq) {
    std::unique_lock hold(undo_.lock_);
    undo_.claim_ended_.wait(hold, [&] { return !undo_.claimed_.contains(seq_); });
    undo_.claimed_.insert(seq_);
}

Undo::Claim::~Claim() {
    const std::scoped_lock hold(undo_.lock_);
    undo_.claimed_.erase(seq_);
    undo_.claim_ended_.notify_all();
}

std::optional<JournalRecord> Undo::find_open(const std::string& vm_id, std::int64_t seq) const {
    for (JournalRecord& record : journal_.open_records(vm_id)) {
        if (record.seq == seq) {
            return std::move(record);
        }
    }
    return std::nullopt;
}

std::optional<vm::UndoFailure> Undo::run_one(const JournalRecord& seen, const vm::VmView& vm,
                                             vm::CallContext* context) {
    const Claim claim(*this, seen.seq);
    const auto open = find_open(vm.id, seen.seq);
    if (!open) {
        return std::nullopt; // undone meanwhile
    }
    const JournalRecord& record = *open;
    if (record.attempts > seen.attempts) { // tried meanwhile
        return vm::UndoFailure{record.plugin, record.hook,
                               Error(ErrorKind::unavailable, record.error)};
    }
    Plugin* plugin = catalog_.find(record.plugin);
    const HookTraits* traits = find_journalled(record.hook);
    if (!plugin || !traits || !plugin->manifest.lifecycle || !plugin->manifest.lifecycle->undo) {
        Error error(ErrorKind::unavailable,
                    "plugin " + record.plugin + ", undo of " + record.hook + " of VM " + vm.name +
                        ": the plugin is not loaded",
                    "enable it again, or give up what it held: banger vm delete --force " +
                        vm.name);
        journal_.finish(record.seq, JournalState::undo_failed, error.what());
        return vm::UndoFailure{record.plugin, record.hook, std::move(error)};
    }
    const banger_vm_lifecycle* hooks = plugin->manifest.lifecycle;
    CallSpec spec{.site = {.hook = "undo of " + record.hook},
                  .timeout = plugin->hook_timeout(catalog_.guard().timeouts().hook),
                  .cleanup = true,
                  .cancellable = false,
                  .context = context,
                  .vm = &vm,
                  .cookie = journal_.cookie(vm.id, record.plugin)};
    CallSite site = spec.site;
    site.vm_id = vm.id;
    site.vm_name = vm.name;
    const Outcome outcome =
        catalog_.guard().run(*plugin, std::move(spec),
                             [plugin, hooks, number = traits->number,
                              flags = flags_of(record)](banger_call* call, const banger_vm* raw) {
                                 return hooks->undo(plugin->self, call, raw, number, flags);
                             });
    if (!outcome.failed()) {
        journal_.finish(record.seq, JournalState::undone);
        return std::nullopt;
    }
    Error error = outcome.error(*plugin, site);
    journal_.finish(record.seq, JournalState::undo_failed, error.what());
    if (!outcome.asked) {
        when_recovered(*plugin, record, vm);
    }
    return vm::UndoFailure{record.plugin, record.hook, std::move(error)};
}

void Undo::when_recovered(Plugin& plugin, const JournalRecord& record, const vm::VmView& vm) {
    const bool waits = plugin.after_recovery([line = late_.line(), seq = record.seq, vm] {
        line.use([&](Undo& undo) { undo.try_again(seq, vm); });
    });
    static_cast<void>(waits); // it recovered meanwhile: the lifecycle's next attempt finds it so
}

void Undo::try_again(std::int64_t seq, const vm::VmView& vm) {
    try {
        if (const auto open = find_open(vm.id, seq)) {
            static_cast<void>(run_one(*open, vm, nullptr));
        }
    } catch (const std::exception& error) { // the journal; the next reconcile tries again
        if (catalog_.services().log) {
            catalog_.services().log({BANGER_LOG_ERROR, "", vm.id, "undo", "", error.what(), {}});
        }
    }
}

} // namespace banger::plugin
