#pragma once

#include "vmm/hypervisor.hpp"

#include <functional>
#include <optional>
#include <string>

namespace banger::vm {

/// What the lifecycle needs of the privileged helper for VMMs in jails. Without functions there are
/// none. [pool thread]
struct Jails {
    /// nullopt where VMs are not to be jailed. Throws permission when the helper must not be run.
    std::function<std::optional<vmm::JailSetup>()> setup;
    /// Returns when nothing is held by a jail of this VM, whose VMM has ended.
    std::function<void(const std::string& vm_id)> clean;

    [[nodiscard]] std::optional<vmm::JailSetup> of(const vmm::Hypervisor& hypervisor) const {
        return setup && hypervisor.capabilities().jail ? setup() : std::nullopt;
    }
    void clean_up(const std::string& vm_id) const {
        if (clean) {
            clean(vm_id);
        }
    }
};

} // namespace banger::vm
