#pragma once

#include "plugin/catalog.hpp"
#include "plugin/gate.hpp"
#include "store/hook_journal.hpp"
#include "vm/capabilities.hpp"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

namespace banger::plugin {

/// Takes journalled hooks back. A record leaves the journal only when its plugin says that nothing
/// is held any more. [pool thread]
class Undo {
  public:
    Undo(Catalog& catalog, store::HookJournal& journal) : catalog_(catalog), journal_(journal) {}

    /// The open records of the phase, newest first; what could not be undone.
    std::vector<vm::UndoFailure> run(const vm::VmView& vm, vm::Phase phase,
                                     vm::CallContext& context);
    /// One record; the failure, if any, is recorded and given back. When the plugin is still in a
    /// late call, the undo runs again by itself as soon as that has returned. Whoever comes while
    /// the record is being undone waits, and gets what came of that.
    std::optional<vm::UndoFailure> run_one(const store::JournalRecord& record, const vm::VmView& vm,
                                           vm::CallContext* context);

  private:
    /// The record is this thread's to undo; nobody else asks for it meanwhile.
    class Claim {
      public:
        Claim(Undo& undo, std::int64_t seq);
        ~Claim();
        Claim(const Claim&) = delete;
        Claim& operator=(const Claim&) = delete;

      private:
        Undo& undo_;
        std::int64_t seq_;
    };
    [[nodiscard]] std::optional<store::JournalRecord> find_open(const std::string& vm_id,
                                                                std::int64_t seq) const;
    void when_recovered(Plugin& plugin, const store::JournalRecord& record, const vm::VmView& vm);
    void try_again(std::int64_t seq, const vm::VmView& vm);

    Catalog& catalog_;
    store::HookJournal& journal_;
    std::mutex lock_;
    std::condition_variable claim_ended_;
    std::set<std::int64_t> claimed_; ///< records that are being undone
    Lifeline<Undo> late_{*this};     ///< last: its end waits for an undo that is under way
};

} // namespace banger::plugin
