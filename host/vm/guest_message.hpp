#pragma once

#include "vm/capabilities.hpp"

#include <string>

namespace banger::vm {

/// Writes a line to all terminals of a guest, for those who are logged in to it. Tries
/// a few times, each for up to ten seconds. Throws why nobody there takes it. [pool thread]
void tell_guest(Capabilities& capabilities, const VmView& vm, const std::string& text);

} // namespace banger::vm
