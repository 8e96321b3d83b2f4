#pragma once

#include "os/unique_fd.hpp"

#include <string>

namespace banger::supervisor {

/// Opens an existing TAP device. Unlike the VMM by itself, never makes one: a mistyped name would
/// give a guest (of root) a network that leads nowhere.
[[nodiscard]] os::UniqueFd open_tap(const std::string& name);

} // namespace banger::supervisor
