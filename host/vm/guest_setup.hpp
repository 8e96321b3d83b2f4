#pragma once

#include "image/bundle.hpp"
#include "vm/capabilities.hpp"
#include "vm/guest_config.hpp"
#include "vm/machine.hpp"

namespace banger::vm {

/// The whole configuration of one start: what the host itself knows (disks, names, keys), then what
/// the plugins contribute, then the guest's network from the card they gave. Validated and frozen.
/// `agent_key` is what the host tells the guest's agent first; empty: nothing. A row without id is
/// that of a VM that is not made yet: what only a create gives it reads "(at the create)". [pool
/// thread]
[[nodiscard]] GuestConfig build_guest_config(const store::VmRow& row, const VmView& view,
                                             const image::Bundle& bundle, const Settings& settings,
                                             Capabilities& capabilities, CallContext& context,
                                             const std::string& agent_key);

} // namespace banger::vm
