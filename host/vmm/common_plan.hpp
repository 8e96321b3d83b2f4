#pragma once

#include "vmm/hypervisor.hpp"
#include "vmm/plan.hpp"

namespace banger::vmm {

/// What a plan has of its spec whichever VMM it is for. Throws unavailable when the VMM is not
/// usable here, invalid or unsupported for what it cannot take.
[[nodiscard]] SupervisorPlan common_plan(const Hypervisor& hypervisor, const LaunchSpec& spec);

} // namespace banger::vmm
