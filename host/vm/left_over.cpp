#include "vm/left_over.hpp"

#include "os/error.hpp"
#include "store/hook_journal.hpp"
#include "vm/machine.hpp"

#include <set>
#include <string>
#include <vector>

namespace banger::vm {

using os::Error;

namespace {

bool is_held(const Machine& machine) {
    return !machine.deleted && machine.state == State::cleanup_pending;
}

/// "plugin nat has", "plugins dns, nat have"; empty when it is no plugin's.
std::string holders(const Machine& machine, const store::HookJournal& journal) {
    std::set<std::string> ids;
    for (const store::JournalRecord& record : journal.open_records(machine.id())) {
        ids.insert(record.plugin);
    }
    std::string names;
    for (const std::string& id : ids) {
        names += (names.empty() ? "" : ", ") + id;
    }
    return ids.empty()       ? ""
           : ids.size() == 1 ? "plugin " + names + " has"
                             : "plugins " + names + " have";
}

std::string rest_text(const Machine& machine, const store::HookJournal& journal) {
    const std::string who = holders(machine, journal);
    return machine.name() + " is cleanup-pending" +
           (who.empty() ? what_is_held(machine) : " until " + who + " given back what was taken") +
           "; that is tried again by itself, or give it up: banger vm delete --force " +
           machine.name();
}

} // namespace

void throw_failed(const std::exception_ptr& failure, const Machine& machine,
                  const store::HookJournal& journal) {
    if (!is_held(machine)) {
        std::rethrow_exception(failure);
    }
    try {
        std::rethrow_exception(failure);
    } catch (...) {
        const Error error = os::current_error();
        std::vector<std::string> lines = error.details();
        lines.push_back(rest_text(machine, journal));
        throw error.with_details(std::move(lines));
    }
}

void require_cleaned_up(const Machine& machine) {
    if (is_held(machine)) {
        throw Error(os::ErrorKind::conflict,
                    "VM " + machine.name() + " is still cleanup-pending" + what_is_held(machine),
                    "that is tried again by itself; or give it up: banger vm delete --force " +
                        machine.name());
    }
}

} // namespace banger::vm
