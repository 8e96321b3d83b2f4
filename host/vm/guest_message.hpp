#pragma once

#include "vm/capabilities.hpp"

#include <string>

namespace banger::vm {

/// Writes a line to the terminals of those who are logged in to the guest, as wall(1) does. Waits
/// up to ten seconds. Throws unavailable when nobody there takes it. [pool thread]
void tell_guest(Capabilities& capabilities, const VmView& vm, const std::string& text);

} // namespace banger::vm
