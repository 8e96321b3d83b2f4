#pragma once

namespace banger::plugin_probe {

class Trial;

/// Verbs, doctor, status, remote calls, panels.
void try_actions(Trial& trial);

} // namespace banger::plugin_probe
