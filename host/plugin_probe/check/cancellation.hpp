#pragma once

namespace banger::plugin_probe {

class Trial;

/// Every hook of a VM returns soon when its call is cancelled.
void try_cancelling(Trial& trial);

} // namespace banger::plugin_probe
