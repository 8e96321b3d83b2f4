#pragma once

#include <exception>

namespace banger::store {
class HookJournal;
}

namespace banger::vm {

struct Machine;

/// Throws what an operation failed with. Where the roll-back left the VM cleanup-pending, a line
/// says what it waits for and what can be done.
[[noreturn]] void throw_failed(const std::exception_ptr& failure, const Machine& machine,
                               const store::HookJournal& journal);

/// Throws when the VM is cleanup-pending: work that nobody waits for has not done what it was for.
void require_cleaned_up(const Machine& machine);

} // namespace banger::vm
