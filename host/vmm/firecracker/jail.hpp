#pragma once

#include "vmm/firecracker/host.hpp"
#include "vmm/hypervisor.hpp"
#include "vmm/plan.hpp"

#include <chrono>
#include <filesystem>
#include <string>

namespace banger::vmm::firecracker {

/// Makes a plan of this driver one for a jail: SupervisorPlan::jail, and requests with the names
/// that things have in there. Looks at nothing but the program's size. Throws invalid for a VM with
/// more files than a jail takes.
void put_in_jail(SupervisorPlan& plan, const LaunchSpec& spec);

/// What a jailer says of itself: it is run once, as long as its file stays what it is.
class JailerVersion {
  public:
    /// Empty when it says none, and is asked again a minute later. Throws when it cannot be run.
    [[nodiscard]] const std::string& of(const std::filesystem::path& jailer);

  private:
    std::string asked_; ///< which file
    std::string version_;
    std::chrono::steady_clock::time_point when_;
};

/// What keeps this Firecracker from being run by its jailer: none beside it, one of another
/// release, or one that others than root may change. One line; empty when nothing does.
[[nodiscard]] std::string jailer_problem(const Probe& probe, JailerVersion& jailers);

/// `host` for a machine on which Firecracker is used in its jailer only: unusable with a problem.
[[nodiscard]] Host with_jailer(Host host, const std::string& problem);

} // namespace banger::vmm::firecracker
