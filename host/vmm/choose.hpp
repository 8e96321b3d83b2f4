#pragma once

#include "vmm/hypervisor.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace banger::vmm {

using Hypervisors = std::vector<std::unique_ptr<Hypervisor>>;

struct Candidate {
    Probe probe;
    bool chosen = false;
    std::string why; ///< why it was taken or not, one line
};

struct Choice {
    const Hypervisor* hypervisor = nullptr; ///< lives as long as the Hypervisors given
    /// One line: what was chosen, how it runs guests and why so, and with auto why not a better
    /// one.
    std::string reason;
    std::string setting; ///< Probe::setting of what stands in the way; empty when one was chosen
    std::vector<Candidate> candidates; ///< in order of preference
};

/// `wanted` is auto, firecracker or qemu; auto prefers Firecracker. Throws invalid for another
/// word, and unavailable, with the reasons, when none can be used.
[[nodiscard]] Choice choose(std::string_view wanted, const Hypervisors& hypervisors);

/// The same without throwing: hypervisor is null when nothing can be used.
[[nodiscard]] Choice survey(std::string_view wanted, const Hypervisors& hypervisors);

} // namespace banger::vmm
