#pragma once

namespace banger::plugin_probe {

class Trial;

/// Two VMs from create to delete.
void try_vms(Trial& trial);
/// Every undoable hook, twice, and without the hook.
void try_undo(Trial& trial);

} // namespace banger::plugin_probe
