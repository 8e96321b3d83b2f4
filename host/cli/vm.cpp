#include "cli/command.hpp"

namespace banger::cli {

void add_vm(CLI::App& noun, Session& session) {
    add_vm_create(noun, session);
    add_vm_changes(noun, session);
    add_vm_reads(noun, session);
    add_vm_set(noun, session);
    add_vm_remote(noun, session);
    add_vm_ssh_config(noun, session);
    add_vm_console(noun, session);
}

} // namespace banger::cli
