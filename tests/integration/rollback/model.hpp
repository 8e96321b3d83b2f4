#pragma once

#include "ground.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace banger::rollback {

/// A record of the undo journal as the model knows it.
struct Held {
    std::string plugin, hook;
    bool operator==(const Held&) const = default;
};

/// What a failure is to be: nobody fails with no plugin.
struct Failure {
    std::string plugin, hook, how;
};

/// What three holders and a VM are to do and to be: worked out anew from the rules of sdk/vm.h, and
/// compared with what the host did.
class Model {
  public:
    /// One operation on the VM "a" in which `failure` happens.
    void create(const Failure& failure);
    void start(const Failure& failure);
    void stop(const Failure& failure);
    void remove(const Failure& failure);
    void reconcile(const Failure& failure);

    std::vector<std::string> calls; ///< of the last operation
    std::vector<Held> open;         ///< in the order in which they were taken
    std::string state;              ///< of the VM; empty: there is none
    bool succeeds = true;           ///< the last operation
    std::string error;              ///< of one that does not, or what its log says of it

  private:
    void begin() { calls.clear(); }
    /// False: a veto. Otherwise everybody was asked.
    bool ask(const std::string& hook, const Failure& failure, bool reverse = false);
    bool bring_up(const Failure& failure);
    void release(const std::string& plugin, bool all);
    void undo(bool all, const std::string& only = "");
    void fail(const Failure& failure, bool in_vain);
};

/// The names of an open record in what holders hold, for a VM.
[[nodiscard]] std::set<std::string> names_of(const std::vector<Held>& open,
                                             const std::string& vm_id, const std::string& tap);

/// Everything that holds for the journal at any time, and for what is on the host: each record is
/// opened once and ends once, nothing is held without an open record, an address belongs to one VM.
/// `settled`: nothing is under way, so that each record that is done stands for something held.
void check_books(const Ground& ground, bool settled);

/// The open records, oldest first: "hold-a before_start done".
[[nodiscard]] std::vector<std::string> open_records(const Ground& ground);

/// The undo calls that take back these records of a VM "a", newest first, with their flags.
[[nodiscard]] std::vector<std::string> undo_calls(const std::vector<store::JournalRecord>& open,
                                                  bool all);
/// Only the undo calls of these.
[[nodiscard]] std::vector<std::string> only_undo(const std::vector<std::string>& calls);

} // namespace banger::rollback
