#pragma once

namespace banger::plugin_probe {

class Trial;

/// create, init, destroy, and what is left afterwards.
void try_life(Trial& trial);

} // namespace banger::plugin_probe
