#pragma once

#include "vmm/firecracker/host.hpp"
#include "vmm/hypervisor.hpp"

namespace banger::vmm::firecracker {

/// Firecracker, which needs KVM: it emulates nothing.
class Driver final : public Hypervisor {
  public:
    explicit Driver(Host host);

    [[nodiscard]] std::string_view name() const noexcept override { return firecracker_name; }
    [[nodiscard]] const Probe& probe() const noexcept override { return host_.probe; }
    [[nodiscard]] Capabilities capabilities() const noexcept override;
    [[nodiscard]] SupervisorPlan plan(const LaunchSpec& spec) const override;

  private:
    Host host_;
};

} // namespace banger::vmm::firecracker
