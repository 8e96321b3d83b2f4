#pragma once

#include "daemon/check.hpp"
#include "daemon/known_vms.hpp"
#include "vm/settings.hpp"

#include <vector>

namespace banger::daemon {

/// Warnings about VMs that are, or were, on another network than config.yaml names: which hold the
/// daemon on it, and which cannot be started. Nothing when all is well.
[[nodiscard]] std::vector<Check> network_checks(const vm::Settings& settings,
                                                const std::vector<KnownVm>& vms);

} // namespace banger::daemon
