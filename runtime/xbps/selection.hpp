#pragma once

#include "xbps/repository.hpp"

#include <string>
#include <vector>

namespace banger::xbps {

/// The packages that satisfy the patterns, with all that they depend on, each after what it needs
/// (a circle begins somewhere). A virtual package is satisfied by one that is chosen already, else
/// by the first provider by name. Throws os::Error: not_found with the chain that leads to what is
/// missing, conflict for two that exclude each other.
[[nodiscard]] std::vector<const Package*> select(const Index& index,
                                                 const std::vector<std::string>& patterns);

} // namespace banger::xbps
