#pragma once

#include <banger/plugin.hpp>

namespace vsock {

/// Does this machine ask for names of VMs, so that a link with one leads to it? The dns plugin
/// knows; no, where it is off.
[[nodiscard]] bool names_resolve(banger::Host host, banger::Call& call);

} // namespace vsock
