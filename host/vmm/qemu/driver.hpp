#pragma once

#include "vmm/hypervisor.hpp"
#include "vmm/qemu/host.hpp"

#include <memory>

namespace banger::vmm::qemu {

/// QEMU's microvm machine: KVM where a guest really runs under it, else TCG.
class Driver final : public Hypervisor {
  public:
    explicit Driver(Host host);

    [[nodiscard]] std::string_view name() const noexcept override { return qemu_name; }
    [[nodiscard]] const Probe& probe() const noexcept override { return host_.probe; }
    [[nodiscard]] Capabilities capabilities() const noexcept override;
    [[nodiscard]] SupervisorPlan plan(const LaunchSpec& spec) const override;

  private:
    Host host_;
};

} // namespace banger::vmm::qemu
