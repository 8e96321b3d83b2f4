#pragma once

#include "tap_edge.hpp"

#include <banger/plugin.hpp>

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace tap_pool {

class Guard;

/// Emits what the guard has on the host as objects of the footprint, looked up there. A table of
/// another banger of this user is stray when none of `taps` with its tag is in use: VMs outlive
/// their daemon, so none of them runs.
void list_guard(banger::Call& call, const Guard& guard, const std::vector<Tap>& taps);
/// Emits the entry of the VM that has this tap.
void list_guard_of(banger::Call& call, const Guard& guard, const std::string& tap);

/// What `banger doctor` says of it, as JSON.
[[nodiscard]] nlohmann::json check_guard(banger::Call& call, const Guard& guard);

} // namespace tap_pool
