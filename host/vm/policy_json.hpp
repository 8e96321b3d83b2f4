#pragma once

#include "vm/machine.hpp"

#include <chrono>

namespace banger::vm {

/// {autostart, idle_stop_s, max_lifetime_s, idle_since, activity, stops: {at, why}} of the VM as
/// the API shows it; the last three are null when there is nothing to tell.
[[nodiscard]] nlohmann::json policy_json(const Machine& machine,
                                         std::chrono::steady_clock::time_point now);

} // namespace banger::vm
