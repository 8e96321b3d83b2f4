#pragma once

#include "daemon/check.hpp"
#include "daemon/doctor.hpp"
#include "vmm/choose.hpp"

#include <vector>

namespace banger::daemon {

/// What VMs run with, and what of the configuration that cannot do. Also what is as it should be.
[[nodiscard]] std::vector<Check> vmm_checks(const DoctorFacts& facts,
                                            const vmm::Hypervisors& hypervisors);

} // namespace banger::daemon
