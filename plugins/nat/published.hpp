#pragma once

#include "rule_set.hpp"

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace nat {

/// A row for each port of these VMs (none named: of all) that is published on this machine: columns
/// in their order. Throws banger::Error (E_NOT_FOUND) for a VM without rules: it does not run.
[[nodiscard]] nlohmann::ordered_json published_rows(const RuleSet::Rules& rules,
                                                    const std::vector<std::string>& vms);

} // namespace nat
