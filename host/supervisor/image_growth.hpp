#pragma once

#include "vmm/plan.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace banger::supervisor {

/// The disk of a plan that is to get that size. Throws not_found for one that the guest may not
/// write, and invalid where it has more already.
[[nodiscard]] const vmm::GrowingDisk& growing_disk(const vmm::SupervisorPlan& plan,
                                                   const std::string& id, std::uint64_t bytes);

/// Makes the file longer, with a hole; one that is as long already stays as it is.
void grow_image(const std::filesystem::path& image, std::uint64_t bytes);

} // namespace banger::supervisor
