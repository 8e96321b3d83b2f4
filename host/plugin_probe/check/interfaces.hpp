#pragma once

namespace banger::plugin_probe {

class Trial;

/// What else a plugin may bring: options, footprint, guest services, timers.
void try_interfaces(Trial& trial);

} // namespace banger::plugin_probe
